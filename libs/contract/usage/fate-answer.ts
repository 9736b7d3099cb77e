import {
  about,
  boolean,
  day,
  decimal,
  instant,
  integer,
  list,
  mapOf,
  named,
  oneOf,
  optional,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { ProblemErrorAnswer } from '../problem-answer.js';
import { DiscardedAnswer } from './kept-answers.js';

const UsageStepAnswer = named('UsageStepAnswer', {
  at: instant(),
  step: oneOf(['parked', 'refused', 'retried', 'discarded', 'recorded', 'reversed']),
  channel: orNull(text(), 'How it came.'),
  code: orNull(text(), 'Why it was parked or refused.'),
  pointer: orNull(text(), 'JSON pointer.'),
  message: orNull(text(), 'What is wrong.'),
  by: orNull(text(), 'Who sent it, or who retried, discarded or reversed it.'),
  reason: orNull(text(), 'Why it was discarded or reversed.'),
  refusal: orNull(integer(), 'The number of the refusal.'),
  times: orNull(integer(), 'How often it was refused so.'),
  lastSeen: orNull(instant(), 'The last of these.'),
  attempts: orNull(integer(), 'How often it was tried while it was parked.'),
  shard: orNull(integer(), 'Where it was recorded.'),
  position: orNull(integer(), 'Where it was recorded.'),
  amount: orNull(decimal(), 'Reversed: the part of its gross that was taken back.'),
});

const MovedLineAnswer = named('MovedLineAnswer', {
  commitmentId: text(),
  period: integer('From 0, in the schedule of the commitment.'),
  class: text('The cap class; empty: none.'),
  day: day('On which it takes effect.'),
  applied: decimal(),
  overage: decimal(),
  ineligible: decimal(),
});

const PostedAnswer = named('PostedAnswer', {
  category: text(),
  currency: text(),
  amount: orNull(decimal(), 'On the basis of the commitments. Null: it came with costs.'),
  costs: mapOf(decimal(), 'By basis.'),
  chargedFrom: orNull(instant()),
  chargedTo: orNull(instant()),
  billedFrom: orNull(instant()),
  billedTo: orNull(instant()),
  quantity: orNull(decimal()),
  unit: orNull(text()),
  attributes: mapOf(text()),
  tags: mapOf(text()),
});
/** One thing that happened to a usage event. What does not apply is null. */
export type UsageStepAnswer = AnswerOf<typeof UsageStepAnswer>;

export const UsageFateAnswer = named('UsageFateAnswer', {
  outcome: oneOf(
    ['recorded', 'reversed', 'parked', 'refused', 'discarded'],
    'What is in the ledger wins over whatever else came under the same name. reversed: recorded, and taken back since, in ' +
      'whole or in part.',
  ),
  source: text(),
  id: text(),
  agreement: optional(text('The agreement it names.')),
  sentBy: optional(text('Whose key, process or command sent it.')),
  shard: optional(integer('Recorded: the shard.')),
  position: optional(integer('Recorded: its position in the shard.')),
  hash: optional(text('Recorded: of its entry.')),
  gross: optional(text('Recorded: applied + overage + ineligible.')),
  applied: optional(text('Recorded.')),
  overage: optional(text('Recorded.')),
  ineligible: optional(text('Recorded.')),
  currency: optional(text('Recorded.')),
  reversed: optional(decimal('Recorded: the part of gross that was taken back since.')),
  basis: optional(text('Recorded: the costs that counted.')),
  posted: optional(about(PostedAnswer, 'Recorded: what was posted.')),
  lines: optional(
    list(
      MovedLineAnswer,
      'Recorded: what it moved, then and where, also of what had been recorded before it.',
    ),
  ),
  recordedAt: optional(instant('Recorded: when.')),
  effectiveAt: optional(instant('Recorded: when it happened in business.')),
  channel: optional(text('How it came; not of what was recorded.')),
  reason: optional(text('Parked: why it waits.')),
  since: optional(instant('Parked, refused: when it came first.')),
  lastSeen: optional(instant('Refused: when it came last.')),
  times: optional(integer('Refused: how often it came.')),
  attempts: optional(integer('Parked: how often it was tried.')),
  nextTry: optional(instant('Parked: when it is tried again.')),
  refusal: optional(integer('Refused, discarded: the number of the refusal.')),
  code: optional(text('Refused, discarded: why. Stable.')),
  problems: optional(list(ProblemErrorAnswer)),
  payload: optional(text('Parked, refused, discarded: what came, up to 128 KiB of it.')),
  encoding: optional(oneOf(['utf-8', 'base64'])),
  truncated: optional(boolean('Only its beginning was kept.')),
  digest: optional(text('SHA-256 of what came, hexadecimal.')),
  altered: optional(
    text('Refused: the parked row as it was found, where it was not what had been parked.'),
  ),
  discarded: optional(DiscardedAnswer),
  history: list(UsageStepAnswer, 'Oldest first.'),
});
/** What became of one usage event. Which members are there depends on `outcome`. */
export type UsageFateAnswer = AnswerOf<typeof UsageFateAnswer>;
