import type { TObject, TProperties } from '@sinclair/typebox';
import {
  day,
  instant,
  integer,
  list,
  mapOf,
  named,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';

const members = {
  asOf: day('The whole of this UTC day is included.'),
  knownAt: orNull(instant(), 'Null: everything the view has seen, up to `ledgerPosition`.'),
  ledgerPosition: mapOf(integer(), 'The last position of each shard that the answer includes.'),
  lag: integer(
    'Events in the ledger that the answer does not include yet; always 0 for a fixed `knownAt`.',
  ),
  skipped: integer(
    'Events that the answer lacks: the view cannot fold them, and somebody decided to go on without. Above 0 the figures are wrong by whatever these say.',
  ),
  skippedEvents: list(
    text(),
    'Which, as shard:position; at most 20. Who decided it and why: GET /v1/ledger/events?type=ProjectionEventSkipped',
  ),
};

/** What every answer says of itself. */
export type Seen = AnswerOf<TObject<typeof members>>;

/** An answer as clients get it: what it tells, and what it has seen. */
export const answer = <P extends TProperties>(name: string, told: P) =>
  named(name, { ...told, ...members });

/** What an answer tells, before it is known what it has seen. */
export type Told<Answer extends Seen> = Omit<Answer, keyof Seen>;

export const termsVersionSchema = () =>
  integer(
    'Version of its terms, which If-Match names: how often they were stated or changed by then, whenever that takes effect. ' +
      'Usage, payments, notes and documents do not change it.',
  );
