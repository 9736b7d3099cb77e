import {
  boolean,
  integer,
  list,
  named,
  oneOf,
  optional,
  text,
  type AnswerOf,
} from '../answers/schema.js';

export const ProblemErrorAnswer = named('ProblemErrorAnswer', {
  code: text('Stable.', { example: 'amount-not-a-string' }),
  message: text(),
  pointer: optional(text('JSON pointer.', { example: '/amount' })),
  line: optional(integer('From 1.')),
  column: optional(integer('From 1, in characters.')),
});
export type ProblemErrorAnswer = AnswerOf<typeof ProblemErrorAnswer>;

export const ProblemAnswer = named('ProblemAnswer', {
  type: text(),
  title: text(),
  status: integer(),
  detail: text(),
  code: text('Stable.', { example: 'agreement-unknown' }),
  errors: optional(list(ProblemErrorAnswer)),
  truncated: optional(boolean('There is more wrong than is listed.')),
  requestId: optional(text('As in the header x-request-id, and in the log of the server.')),
  outcome: optional(oneOf(['unknown'], 'Of a usage event of which nothing has come.')),
});
/** RFC 9457 problem details, with a stable `code` and, where several things are wrong, a list of them. */
export type ProblemAnswer = AnswerOf<typeof ProblemAnswer>;
