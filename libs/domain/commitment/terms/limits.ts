import { unitsOf } from '../../money.js';
import type { CommitmentTerms, EligibilityRule } from './terms.js';

/** A fraction of one, in units of 10^-12. */
export const WHOLE = unitsOf('1');

/** The terms' decimal text as numbers, in units of 10^-12, read once. */
export interface Limits {
  readonly total: bigint;
  /** Per period; 0 where it has none. */
  readonly minimums: readonly bigint[];
  /** The part of a period's minimum that may roll to the next one, 0 where nothing rolls. */
  readonly rollover: bigint;
  readonly caps: readonly CapLimit[];
}

export interface CapLimit {
  readonly class: string;
  /** Null: one limit over the whole term. */
  readonly byPeriod: readonly bigint[] | null;
  readonly overall: bigint;
}

export const fractionOf = (rule: EligibilityRule): bigint =>
  rule.effect === 'exclude' ? 0n : unitsOf(rule.fraction);

const share = (value: bigint, of: bigint): bigint => (value * of) / WHOLE;

export const limitsOf = (terms: CommitmentTerms): Limits => {
  const total = unitsOf(terms.total.amount);
  const { periods, rolloverFraction } = terms.schedule;
  const minimums = periods.map(({ minimum }) => (minimum === null ? 0n : unitsOf(minimum)));
  return {
    total,
    minimums,
    rollover: rolloverFraction === null ? 0n : unitsOf(rolloverFraction),
    caps: terms.caps.map((cap) => {
      const value = unitsOf(cap.value);
      if (cap.of === 'period-minimum') {
        const byPeriod = minimums.map((minimum) => share(value, minimum));
        return { class: cap.class, byPeriod, overall: 0n };
      }
      const overall = cap.of === 'total' ? share(value, total) : value;
      return { class: cap.class, byPeriod: null, overall };
    }),
  };
};
