import { maxUnits, minUnits } from '../../money.js';
import { WHOLE, type Limits } from '../terms/limits.js';
import type { CommitmentTerms } from '../terms/terms.js';

/**
 * What a period asks for, and what it hands to the next one. Amounts in units of 10^-12. Allocation, views and closing
 * all walk the periods with these three functions, so that what is applied and what is short never disagree.
 */
export interface Handover {
  /** Applied beyond the need, where excess carries forward. */
  readonly credit: bigint;
  /** The part of the shortfall that moves to the next period. */
  readonly rolledOut: bigint;
}

export const NOTHING_HANDED: Handover = { credit: 0n, rolledOut: 0n };

export interface PeriodRules {
  readonly limits: Limits;
  readonly excessCarriesForward: boolean;
}

export const periodRules = (terms: CommitmentTerms, limits: Limits): PeriodRules => ({
  limits,
  excessCarriesForward: terms.schedule.excessCarriesForward,
});

/** minimum + rolled in, in every mode. What meets it is applied, whatever else is cut. */
export const needOf = ({ limits }: PeriodRules, period: number, before: Handover): bigint =>
  (limits.minimums[period] ?? 0n) + before.rolledOut;

/**
 * rolled out = min(shortfall of the period's own minimum, fraction x minimum): what was rolled in does not roll on, and
 * nothing rolls out of the last period.
 */
export const handover = (
  rules: PeriodRules,
  period: number,
  applied: bigint,
  before: Handover,
): Handover => {
  const { limits, excessCarriesForward } = rules;
  const minimum = limits.minimums[period] ?? 0n;
  const excess = before.credit + applied - needOf(rules, period, before);
  const credit = excessCarriesForward ? maxUnits(0n, excess) : 0n;
  if (limits.rollover === 0n || period >= limits.minimums.length - 1) {
    return { credit, rolledOut: 0n };
  }
  const missing = maxUnits(0n, minimum - applied - before.credit);
  return { credit, rolledOut: minUnits(missing, (minimum * limits.rollover) / WHOLE) };
};
