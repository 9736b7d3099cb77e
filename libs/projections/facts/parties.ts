import type { PartyEvent } from '../../domain/party/events.js';
import type { Folded } from '../engine/projection.js';
import { factTable, insertFact } from '../engine/table.js';

/** One row for each name it has had; `kinds` in the first. */
export const partyFacts = factTable('party', { partyId: 'text', name: 'text', kinds: 'text?' }, [
  ['partyId'],
]);

/** `change`: declared, or ended (then all but the ids and `endsAt` is null). */
export const relationFacts = factTable(
  'party_relation',
  {
    partyId: 'text',
    relationId: 'text',
    change: 'text',
    toPartyId: 'text?',
    kind: 'text?',
    percent: 'text?',
    startsAt: 'instant?',
    endsAt: 'instant?',
  },
  [['partyId'], ['toPartyId']],
);

/** Companies, and what they hold in one another. */
export const parties: Folded = {
  tables: [partyFacts, relationFacts],
  handles: [
    'PartyRegistered',
    'PartyRenamed',
    'RelationDeclared',
    'RelationEnded',
  ] satisfies readonly PartyEvent['type'][],
  fold(entry, rows) {
    const { event } = entry;
    switch (event.type) {
      case 'PartyRegistered': {
        const { partyId, name, kinds } = event.body;
        // A company was there before somebody registered it: questions about the past may name it.
        return insertFact(rows, partyFacts, entry, '1970-01-01T00:00:00.000000Z', {
          partyId,
          name,
          kinds: JSON.stringify(kinds),
        });
      }
      case 'PartyRenamed': {
        const { partyId, name, renamedAt } = event.body;
        return insertFact(rows, partyFacts, entry, renamedAt, { partyId, name, kinds: null });
      }
      case 'RelationDeclared': {
        const { from: startsAt, until: endsAt, ...body } = event.body;
        return insertFact(rows, relationFacts, entry, startsAt, {
          ...{ ...body, startsAt, endsAt },
          change: 'declared',
        });
      }
      case 'RelationEnded': {
        const { partyId, relationId, endedAt } = event.body;
        return insertFact(rows, relationFacts, entry, endedAt, {
          ...{ partyId, relationId, change: 'ended' },
          ...{ toPartyId: null, kind: null, percent: null, startsAt: null, endsAt: endedAt },
        });
      }
      default:
        return;
    }
  },
};
