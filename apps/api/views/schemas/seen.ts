import {
  about,
  day,
  instant,
  integer,
  list,
  name,
  object,
  orNull,
  text,
  type Schema,
} from '../schema.js';

/** What every answer says of itself, and what several hold. */
export const seen = {
  asOf: about(day, 'The whole of this UTC day is included.'),
  knownAt: about(orNull(instant), 'Null: everything the view has seen.'),
  ledgerPosition: {
    type: 'object',
    additionalProperties: integer,
    description: 'The last position of each shard that the answer includes.',
  } satisfies Schema,
  lag: about(integer, 'Events in the ledger that the answer does not include yet.'),
  skipped: about(
    integer,
    'Events that the answer lacks: the view cannot fold them, and somebody decided to go on without. Above 0 the figures are wrong by whatever these say.',
  ),
  skippedEvents: about(
    list(text),
    'Which, as shard:position; at most 20. Who decided it and why: GET /v1/ledger/events?type=ProjectionEventSkipped',
  ),
};

export const partyName = name('PartyName', object({ partyId: text, name: orNull(text) }));

export const termsVersion = about(
  integer,
  'Version of its terms, which If-Match names. Usage, payments, notes and documents do not change it.',
);
