import { refusalCode } from '../../../libs/contract/refusal-code.js';
import { refusalProblem } from '../../../libs/contract/refusal-problem.js';
import type { ItemProblem } from '../../../libs/contract/usage/usage-event.js';
import { REFUSAL_KINDS } from '../../../libs/domain/aggregates.js';
import type { Rejection } from '../../../libs/domain/decider.js';
import type { RefusalKind } from '../../../libs/domain/refusal.js';
import { invalid, Problem } from '../../../libs/contract/problem.js';

/** The domain knows no HTTP: this is what its kinds of refusals are there. */
const STATUS: Readonly<Record<RefusalKind, number>> = {
  unknown: 404,
  conflict: 409,
  forbidden: 403,
  invalid: 422,
};

const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ...[...REFUSAL_KINDS].map(([name, kind]) => [refusalCode(name), STATUS[kind]] as const),
  ['source-not-allowed', 403],
]);

/** The status of a refusal's code, for channels that carry codes only. What the wire refuses is 422. */
export const statusOfCode = (code: string): number => STATUS_OF_CODE.get(code) ?? 422;

/**
 * What usage was refused for, as problem details: one thing has the status of its code, several together are 422. What the
 * domain says is a sentence by itself; what the wire says is about the member before it.
 */
export const refusedProblem = (problems: readonly ItemProblem[]): Problem => {
  const { code, detail, options } = invalid(problems);
  const [first] = problems;
  const isSentence = problems.length === 1 && first?.pointer === '' && STATUS_OF_CODE.has(code);
  return new Problem(statusOfCode(code), code, isSentence ? first.message : detail, options);
};

/** A refusal of the domain as problem details. */
export const rejectionProblem = (rejection: Rejection): Problem => {
  const problem = refusalProblem(rejection);
  const { code, pointer, message } = problem;
  const status = statusOfCode(code);
  if (pointer === '') return new Problem(status, code, message);
  // What the path names is not there: 404. What the body names: the body is wrong.
  return new Problem(status === 404 ? 422 : status, code, message, { errors: [problem] });
};
