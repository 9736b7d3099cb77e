import { decimal, instant, list, name, object, oneOf, orNull, text } from '../schema.js';
import { seen, partyName, termsVersion } from './seen.js';

const relation = {
  relationId: text,
  kind: oneOf('equity', 'voting', 'board-seat', 'exclusivity'),
  percent: orNull(decimal),
  from: instant,
  until: orNull(instant),
};

export const party = name(
  'Party',
  object({
    partyId: text,
    termsVersion,
    name: text,
    kinds: list(text),
    relations: list(name('Relation', object({ ...relation, to: partyName }))),
    relationsOfOthers: list(name('RelationOfOther', object({ ...relation, of: partyName }))),
    ...seen,
  }),
);
