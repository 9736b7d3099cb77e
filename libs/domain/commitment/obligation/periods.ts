import type { Instant } from '../../decider.js';
import { maxUnits, minUnits } from '../../money.js';
import type { Termination } from '../commitment.js';
import type { TermsStatement } from '../terms/timeline.js';
import { elapsedPart } from './plan.js';
import { handover, needOf, NOTHING_HANDED, periodRules, type Handover } from './period-need.js';
import { stillOwed, type ObligationState } from './remaining.js';

/** One period of a commitment, amounts in units of 10^-12. No shortfall here is assessed: nobody was charged for it. */
export interface PeriodFigures {
  readonly index: number;
  readonly start: Instant;
  /** Exclusive. Null: the end is unknown. */
  readonly end: Instant | null;
  /** `terminated`: the commitment ended before the period did. */
  readonly state: 'ahead' | 'running' | 'ended' | 'terminated';
  readonly minimum: bigint | null;
  /** From the shortfall of the period before. */
  readonly rolledIn: bigint;
  /** minimum + rolled in. */
  readonly need: bigint;
  readonly applied: bigint;
  /** Excess of earlier periods that counts here. */
  readonly carriedCredit: bigint;
  /** Against the part of the need whose time has passed. */
  readonly shortfallToDate: bigint;
  /** What is missing of the need as if nothing more came, without what was rolled out: never more than is still owed. */
  readonly shortfall: bigint;
  readonly rolledOut: bigint;
}

export interface AsOf {
  /** The terms in force, and what has ended them, as of `now`. */
  readonly statement: Pick<TermsStatement, 'terms' | 'limits'>;
  readonly termination: Termination | null;
  /** Units, by period index. Absent: nothing. */
  readonly appliedByPeriod: ReadonlyMap<number, bigint>;
  /** The first moment that is not looked at any more. */
  readonly now: Instant;
}

export const obligationState = (termination: Termination | null): ObligationState =>
  termination?.obligation === 'released' ? 'released' : 'owed';

/**
 * shortfall = max(0, minimum + rolled in - applied - carried credit) - rolled out. Only ended periods roll. Periods
 * claim in order what is still owed, so that together they never ask for more than the obligation.
 */
export const periodFigures = (asOf: AsOf): readonly PeriodFigures[] => {
  const { statement, termination, appliedByPeriod, now } = asOf;
  const { terms, limits } = statement;
  const { periods, rolloverFraction } = terms.schedule;
  const rules = periodRules(terms, limits);
  const total = [...appliedByPeriod.values()].reduce((sum, units) => sum + units, 0n);
  let left = stillOwed(limits.total, total, obligationState(termination));
  let handed: Handover = NOTHING_HANDED;
  return periods.map(({ start, end, minimum }, index) => {
    const state = stateOf(start, end, termination, now);
    const applied = appliedByPeriod.get(index) ?? 0n;
    const need = needOf(rules, index, handed);
    const rolledIn = handed.rolledOut;
    const carriedCredit = minUnits(handed.credit, maxUnits(0n, need - applied));
    const missing = maxUnits(0n, need - applied - carriedCredit);
    const next = handover(rules, index, applied, handed);
    const rolledOut = state === 'ended' && rolloverFraction !== null ? next.rolledOut : 0n;
    const shortfall = minUnits(maxUnits(0n, missing - rolledOut), left);
    const plan = end === null ? 0n : elapsedPart(need, start, end, now);
    const behind = maxUnits(0n, plan - applied - handed.credit - rolledOut);
    left -= shortfall;
    handed = { credit: next.credit, rolledOut };
    return {
      index,
      start,
      end,
      state,
      minimum: minimum === null ? null : (limits.minimums[index] ?? 0n),
      rolledIn,
      need,
      applied,
      carriedCredit,
      shortfallToDate: minUnits(behind, shortfall),
      shortfall,
      rolledOut,
    };
  });
};

const stateOf = (
  start: Instant,
  end: Instant | null,
  termination: Termination | null,
  now: Instant,
): PeriodFigures['state'] => {
  if (termination !== null && (end === null || end > termination.at)) return 'terminated';
  if (end !== null && end <= now) return 'ended';
  return start < now ? 'running' : 'ahead';
};
