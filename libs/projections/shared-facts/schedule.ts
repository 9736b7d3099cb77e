import type { CommitmentTerms } from '../../domain/commitment/terms.js';
import type { Instant } from '../../domain/decider.js';
import { microsOf, startOfDay } from '../../domain/instant.js';
import { MONEY_DECIMALS, maxUnits, minUnits, unitsOf } from '../../domain/money.js';
import { addDays, lastDayBefore } from '../calendar.js';
import { sumOf } from '../amounts.js';

const WHOLE = 10n ** BigInt(MONEY_DECIMALS);

/** `amount` in proportion to how much of [start, end) lies before `now`, rounded down. */
const elapsedPart = (amount: bigint, start: Instant, end: Instant, now: Instant): bigint => {
  if (now >= end) return amount;
  if (now <= start) return 0n;
  return (amount * (microsOf(now) - microsOf(start))) / (microsOf(end) - microsOf(start));
};

/**
 * What the contract plans to be applied by the end of `day`: each period's minimum, linear within the period. A
 * commitment without minimums plans its total evenly over its term. Null: no minimums and no known end.
 */
export const plannedBy = (terms: CommitmentTerms, day: string): bigint | null => {
  const now = startOfDay(addDays(day, 1));
  const { periods } = terms.schedule;
  if (periods.every(({ minimum }) => minimum === null)) {
    if (terms.endsAt === null) return null;
    return elapsedPart(unitsOf(terms.total.amount), terms.startsAt, terms.endsAt, now);
  }
  return sumOf(
    periods.map(({ start, end, minimum }) => {
      if (minimum === null) return 0n;
      const amount = unitsOf(minimum);
      return end === null ? 0n : elapsedPart(amount, start, end, now);
    }),
  );
};

/** One period of a commitment, amounts in units. No shortfall here is assessed: nobody was charged for it. */
export interface PeriodFigures {
  readonly index: number;
  readonly start: Instant;
  readonly end: Instant | null;
  /** The last day of the period: what is missing then is due. Null: the end is unknown. */
  readonly dueOn: string | null;
  readonly state: 'ahead' | 'running' | 'ended';
  readonly minimum: bigint | null;
  /** From the shortfall of the period before. */
  readonly rolledIn: bigint;
  readonly applied: bigint;
  /** Excess of earlier periods that counts here. */
  readonly carriedCredit: bigint;
  /** Against the part of the minimum whose time has passed. */
  readonly shortfallToDate: bigint;
  /** Against the whole minimum, as if nothing more came, without what was rolled out. */
  readonly shortfall: bigint;
  readonly rolledOut: bigint;
}

/**
 * shortfall = max(0, minimum + rolled in - applied - carried credit) - rolled out, where
 * rolled out = min(shortfall of the period's own minimum, fraction x minimum), of ended periods but the last: what was
 * rolled in does not roll on.
 */
export const periodFigures = (
  terms: CommitmentTerms,
  appliedByPeriod: ReadonlyMap<number, bigint>,
  asOf: string,
): PeriodFigures[] => {
  const { periods, excessCarriesForward, rolloverFraction } = terms.schedule;
  const now = startOfDay(addDays(asOf, 1));
  let credit = 0n;
  let rolledIn = 0n;
  return periods.map(({ start, end, minimum: minimumText }, index) => {
    const minimum = minimumText === null ? null : unitsOf(minimumText);
    const own = minimum ?? 0n;
    const applied = appliedByPeriod.get(index) ?? 0n;
    const needed = own + rolledIn;
    const ended = end !== null && end <= now;
    const carriedCredit = minUnits(credit, maxUnits(0n, needed - applied));
    const missing = maxUnits(0n, needed - applied - carriedCredit);
    const plan = end === null ? 0n : elapsedPart(needed, start, end, now);
    const mayRoll = ended && rolloverFraction !== null && index < periods.length - 1;
    const rolledOut = mayRoll
      ? minUnits(maxUnits(0n, own - applied - credit), (own * unitsOf(rolloverFraction)) / WHOLE)
      : 0n;
    const figures: PeriodFigures = {
      index,
      start,
      end,
      dueOn: end === null ? null : lastDayBefore(end),
      state: ended ? 'ended' : start < now ? 'running' : 'ahead',
      minimum,
      rolledIn,
      applied,
      carriedCredit,
      shortfallToDate: maxUnits(0n, plan - applied - credit - rolledOut),
      shortfall: missing - rolledOut,
      rolledOut,
    };
    credit = excessCarriesForward ? maxUnits(0n, credit + applied - needed) : 0n;
    rolledIn = rolledOut;
    return figures;
  });
};
