import { refusalCode } from '../../../libs/contract/refusal-code.js';
import { REFUSAL_KINDS } from '../../../libs/domain/aggregates.js';
import type { Rejection } from '../../../libs/domain/decider.js';
import type { RefusalKind } from '../../../libs/domain/refusal.js';
import { Problem, shown } from './problem.js';

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

/** `TrancheNotEligible {missing}` -> 409 `tranche-not-eligible`, "tranche not eligible: missing …". */
export const refusalProblem = ({ name, facts }: Rejection): Problem => {
  const code = refusalCode(name);
  const details = Object.entries(facts)
    .filter(([fact]) => fact !== 'pointer')
    .map(([fact, value]) => `${fact} ${shown(value)}`);
  const sentence = code.replaceAll('-', ' ');
  const message = details.length === 0 ? sentence : `${sentence}: ${details.join(', ')}`;
  const { pointer } = facts;
  const status = statusOfCode(code);
  if (typeof pointer !== 'string') return new Problem(status, code, message);
  // What the path names is not there: 404. What the body names: the body is wrong.
  return new Problem(status === 404 ? 422 : status, code, message, {
    errors: [{ code, pointer, message }],
  });
};
