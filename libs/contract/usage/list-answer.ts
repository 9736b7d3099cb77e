import {
  boolean,
  decimal,
  instant,
  integer,
  list,
  named,
  oneOf,
  optional,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { DiscardedAnswer } from './kept-answers.js';

const UsageInLedger = named('UsageInLedgerAnswer', {
  shard: integer(),
  position: integer(),
  hash: text('Of its entry.'),
  recordedAt: instant(),
  currency: text(),
  gross: decimal('applied + overage + ineligible.'),
  applied: decimal(),
  overage: decimal(),
  ineligible: decimal(),
  reversed: decimal('The part of gross that was taken back since.'),
});

const UsageEventAnswer = named('UsageEventAnswer', {
  outcome: oneOf(
    ['parked', 'refused', 'discarded', 'recorded', 'reversed'],
    'reversed: recorded, and taken back since, in whole or in part.',
  ),
  source: orNull(text(), 'Null: what came did not say, or could not be read.'),
  id: orNull(text(), 'Null: what came did not say, or could not be read.'),
  agreement: orNull(text(), 'Null: what came did not say, or could not be read.'),
  effectiveAt: orNull(
    instant(),
    'When it happened in business. Null: what came did not say, or could not be read.',
  ),
  since: instant('When it came first; of what is in the ledger, when it was recorded.'),
  sentBy: orNull(text(), 'Whose key, process or command sent it. Null: not known.'),
  recorded: orNull(UsageInLedger, 'What is in the ledger. Null: nothing of this name.'),
  refusal: orNull(integer(), 'The number of the refusal. Null: it is none.'),
  channel: orNull(text(), 'How it came: http, file or kafka. Null: it is in the ledger.'),
  code: orNull(text(), 'Why it waits or was refused. Stable. Null: it is in the ledger.'),
  pointer: orNull(text(), 'JSON pointer.'),
  message: orNull(text()),
  lastSeen: orNull(instant(), 'When it came last. Null: it is in the ledger.'),
  times: orNull(integer(), 'How often it came. Null: it is in the ledger.'),
  attempts: orNull(integer(), 'How often it was tried while it was parked.'),
  nextTry: orNull(instant(), 'When it is tried again by itself. Null: never.'),
  digest: orNull(text(), 'SHA-256 of what came, hexadecimal.'),
  truncated: boolean('Only the beginning of what came was kept.'),
  excerpt: orNull(text(), 'The first 200 characters of what came. Null: it is in the ledger.'),
  discarded: optional(DiscardedAnswer),
});
/** One usage event of a list: at the desk, or in the ledger. */
export type UsageEventAnswer = AnswerOf<typeof UsageEventAnswer>;

export const UsageListAnswer = named('UsageListAnswer', {
  data: list(UsageEventAnswer),
  hasMore: boolean(),
  next: orNull(text(), 'Send it as `cursor`, with the same filters. Null: this is the last page.'),
  stoppedEarly: boolean(
    'The page is not full, and more may follow: so much was looked through that the rest is a question of its own.',
  ),
});
export type UsageListAnswer = AnswerOf<typeof UsageListAnswer>;
