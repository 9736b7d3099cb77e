import { DeskRefusal } from '../../../libs/application/desk-refusal.js';
import { Problem, retryLater } from '../../../libs/contract/problem.js';

/** There is no usage of this name. The same answer for what is another tenant's. */
export class UsageUnknown extends Problem {
  constructor() {
    super(
      404,
      'usage-unknown',
      'no usage event of this source and id has come, as far as this ledger knows',
    );
  }

  /** A problem may have members of its own (RFC 9457): whoever reads `outcome` of other answers finds it here too. */
  override body() {
    return { ...super.body(), outcome: 'unknown' as const };
  }
}

/** Why a retry or a discard was refused, as problem details. */
export const deskProblem = ({ code, message, problems }: DeskRefusal): Problem =>
  code === 'overloaded'
    ? retryLater(code, message)
    : new Problem(409, code, message, { errors: problems });
