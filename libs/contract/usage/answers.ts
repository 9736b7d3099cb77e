import {
  about,
  boolean,
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
import { Type } from '@sinclair/typebox';
import { ProblemErrorAnswer } from '../problem-answer.js';

export const UsageResultAnswer = named('UsageResultAnswer', {
  outcome: oneOf(
    ['recorded', 'duplicate', 'parked', 'refused', 'retry'],
    'recorded; duplicate: it already was; parked: its agreement is not known yet; refused: see problems; ' +
      'retry: send it again with the same identity; with the reason `unrecordable` the ledger fails on it, which was ' +
      'logged here and does not pass by itself.',
  ),
  source: orNull(text()),
  id: orNull(text()),
  shard: optional(integer()),
  position: optional(integer()),
  hash: optional(text()),
  gross: optional(text('applied + overage + ineligible.')),
  applied: optional(text()),
  overage: optional(text()),
  ineligible: optional(text()),
  currency: optional(text()),
  reason: optional(text('Of parked and retry.')),
  problems: optional(list(ProblemErrorAnswer)),
});
/** What became of one usage event. Which members are there depends on `outcome`. */
export type UsageResultAnswer = AnswerOf<typeof UsageResultAnswer>;

const UsageCountsAnswer = named('UsageCountsAnswer', {
  recorded: integer(),
  duplicate: integer(),
  parked: integer(),
  refused: integer(),
  retry: integer(),
});

export const UsageBatchAnswer = named('UsageBatchAnswer', {
  counts: UsageCountsAnswer,
  results: list(UsageResultAnswer, 'In the order sent.'),
});
export type UsageBatchAnswer = AnswerOf<typeof UsageBatchAnswer>;

export const UsageLineAnswer = named('UsageLineAnswer', {
  ...Type.Partial(UsageResultAnswer).properties,
  line: optional(integer('From 1, in the request.')),
  counts: optional(about(UsageCountsAnswer, 'Of the last line.')),
  notListed: optional(
    integer('Of the last line: events that were not recorded and have no line of their own.'),
  ),
});
/** One line of an NDJSON answer: a result with the number of its line; the last line has only the counts. */
export type UsageLineAnswer = AnswerOf<typeof UsageLineAnswer>;

const totals = {
  in: integer('Counted as it came.'),
  recorded: integer(),
  duplicate: integer('Came again: it was recorded, or waits.'),
  parked: integer('Waits now.'),
  refused: integer(),
  discarded: integer(),
};

const UsageTotalsAnswer = named('UsageTotalsAnswer', totals);
/** `in` is counted as it comes, the others where each of them lies. */
export type UsageTotalsAnswer = AnswerOf<typeof UsageTotalsAnswer>;

export const UsageAccountsAnswer = named('UsageAccountsAnswer', {
  since: orNull(instant(), 'Counted since. Null: nothing came yet.'),
  channels: list(named('UsageChannelAnswer', { ...totals, channel: text('http, file or kafka.') })),
  total: UsageTotalsAnswer,
  addsUp: boolean('in = recorded + duplicate + parked + refused + discarded, in every channel.'),
});
/** How much usage came, channel by channel, and what became of it. */
export type UsageAccountsAnswer = AnswerOf<typeof UsageAccountsAnswer>;
