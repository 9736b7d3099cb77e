import { Type } from '@sinclair/typebox';
import {
  instant,
  integer,
  list,
  mapOf,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../answers/schema.js';

export const EntryNews = named(
  'EntryNews',
  {
    shard: integer(),
    position: integer('Gapless within the shard, over all tenants.'),
    stream: text('kind:key'),
    type: text('Of the event, as in `/v1/ledger/events`.'),
    source: text(),
    id: text(),
    actor: text(),
    recordedAt: instant(),
    effectiveAt: instant(),
    agreementId: orNull(text(), 'Null: it is about no agreement.'),
    partyId: orNull(text(), 'Null: it is about no party.'),
    commitmentIds: list(text(), 'Those whose terms or amounts it moves.'),
    investmentId: orNull(text()),
    trancheId: orNull(text()),
    milestoneId: orNull(text()),
    amounts: mapOf(
      money(),
      'By their names in the event: `gross`, `applied`, `overage`, `ineligible`, `total`, `amount`, …',
    ),
  },
  { description: 'An entry was appended to the ledger.' },
);
/** Data of an event `entry`. */
export type EntryNews = AnswerOf<typeof EntryNews>;

export const ViewNews = named(
  'ViewNews',
  {
    agreementId: orNull(
      text(),
      'Whose answers, and those of its commitments and investments, may be others now.',
    ),
    partyId: orNull(text(), 'With `agreementId` null too: any may have moved, there were many.'),
    views: mapOf(
      text(),
      'The projections that moved, each with how far it has got, in the form that `minPosition` takes.',
    ),
  },
  { description: 'Views have folded entries that they did not have before.' },
);
/** Data of an event `view`. */
export type ViewNews = AnswerOf<typeof ViewNews>;

export const BehindNews = named(
  'BehindNews',
  {
    reason: oneOf(
      ['too-many-at-once', 'too-far-behind'],
      'So many were appended at once, or since the place where you go on.',
    ),
    stream: orNull(text(), 'kind:key, whose entries they are; null: any.'),
    agreementId: orNull(text()),
    partyId: orNull(text()),
    entries: orNull(integer(), 'How many; null: nobody has counted.'),
    after: text('shard:position, several with commas: entries up to these were told.'),
    upTo: text('Entries up to these are not told any more.'),
  },
  {
    description:
      'Entries that are not told one by one. Ask anew for what you show; `/v1/ledger/events` has the entries.',
  },
);
/** Data of an event `behind`. */
export type BehindNews = AnswerOf<typeof BehindNews>;

export const EndNews = named(
  'EndNews',
  {
    reason: oneOf(
      ['stopping', 'key-revoked', 'ledger-put-back'],
      'The server stops: connect again. The key is no good any more. The ledger was restored to an earlier place.',
    ),
  },
  { description: 'The last event of a stream that the server ends.' },
);
/** Data of an event `end`. */
export type EndNews = AnswerOf<typeof EndNews>;

const id = () => text('The place up to which you were told: `from`, or `Last-Event-ID`.');

/** What an event is, once its lines are put together. */
export const NewsEvent = Type.Union([
  Type.Object({ id: id(), event: oneOf(['entry']), data: EntryNews }),
  Type.Object({ id: id(), event: oneOf(['view']), data: ViewNews }),
  Type.Object({ id: id(), event: oneOf(['behind']), data: BehindNews }),
  Type.Object({ id: id(), event: oneOf(['end']), data: EndNews }),
]);
