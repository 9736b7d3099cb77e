import type { Instant } from '../../decider.js';
import { microsOf } from '../../instant.js';
import { unitsOf } from '../../money.js';
import type { CommitmentTerms } from '../terms/terms.js';

/** `amount` in proportion to how much of [start, end) lies before `now`, rounded down. */
export const elapsedPart = (amount: bigint, start: Instant, end: Instant, now: Instant): bigint => {
  if (now >= end) return amount;
  if (now <= start) return 0n;
  return (amount * (microsOf(now) - microsOf(start))) / (microsOf(end) - microsOf(start));
};

/** Whether the contract plans by periods. A schedule without any minimum plans nothing by itself. */
export const hasMinimums = ({ schedule }: CommitmentTerms): boolean =>
  schedule.periods.some(({ minimum }) => minimum !== null);

/**
 * What the contract plans to be applied by `now`, in units of 10^-12: each period's minimum, linear within the period. A
 * commitment without minimums plans its total evenly over its term. Null: no minimums and no known end.
 */
export const plannedBy = (terms: CommitmentTerms, now: Instant): bigint | null => {
  if (!hasMinimums(terms)) {
    if (terms.endsAt === null) return null;
    return elapsedPart(unitsOf(terms.total.amount), terms.startsAt, terms.endsAt, now);
  }
  return terms.schedule.periods.reduce((sum, { start, end, minimum }) => {
    if (minimum === null || end === null) return sum;
    return sum + elapsedPart(unitsOf(minimum), start, end, now);
  }, 0n);
};
