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
import type { TObject } from '@sinclair/typebox';
import { ProblemErrorAnswer } from '../problem-answer.js';

export const DiscardedAnswer = named('DiscardedAnswer', {
  at: instant(),
  by: text(),
  reason: text(),
});
/** Who gave it up, when and why. */
export type DiscardedAnswer = AnswerOf<typeof DiscardedAnswer>;

const keptMembers = {
  outcome: oneOf(['parked', 'refused', 'discarded']),
  refusal: orNull(integer(), 'The number of the refusal; null: it is parked.'),
  source: orNull(text(), 'Null: what came did not say, or could not be read.'),
  id: orNull(text(), 'Null: what came did not say, or could not be read.'),
  agreement: orNull(text(), 'Null: what came did not say, or could not be read.'),
  channel: text('How it came: http, file or kafka.'),
  code: text('Why it waits or was refused. Stable.', { example: 'usage-outside-term' }),
  pointer: text('JSON pointer.'),
  message: text(),
  sentBy: orNull(text(), 'Whose key, process or command sent it.'),
  since: instant('When it came first.'),
  lastSeen: instant('When it came last.'),
  times: integer('How often it came.'),
  attempts: integer('How often it was tried while it was parked.'),
  nextTry: orNull(instant(), 'When it is tried again by itself; null: never.'),
  digest: orNull(text(), 'SHA-256 of what came, hexadecimal.'),
  truncated: boolean('Only the beginning of what came was kept.'),
  discarded: optional(about(DiscardedAnswer, 'Of what was given up.')),
};
/** What was taken and is not in the ledger. */
export type KeptAnswer = AnswerOf<TObject<typeof keptMembers>>;

export const RefusalAnswer = named('RefusalAnswer', {
  ...keptMembers,
  problems: list(ProblemErrorAnswer),
  payload: orNull(text(), 'What came, up to 128 KiB of it.'),
  encoding: oneOf(['utf-8', 'base64'], 'base64: what came is no text.'),
  parkedAt: orNull(instant(), 'When it was parked, if it was.'),
  parkedFor: orNull(text(), 'What it waited for last, if it was parked.'),
  altered: orNull(text(), 'The parked row as it was found, where it was not what had been parked.'),
  settledAs: orNull(
    oneOf(['recorded', 'duplicate', 'refused', 'discarded']),
    'What it became when it was tried again or given up; refused: for another reason.',
  ),
});
/** One refusal, with what came. */
export type RefusalAnswer = AnswerOf<typeof RefusalAnswer>;
