import { Temporal } from 'temporal-polyfill';
import { minorUnit } from '../../currency.js';
import type { Instant } from '../../decider.js';
import { formatUnits, parseUnits, unitsOf, type MoneyText } from '../../money.js';
import { apportion, divideHalfEven } from '../../rational.js';
import type { CommitmentPeriod, CommitmentTerms } from './terms.js';

/** Twenty years of months. The terms travel in one ledger entry, and an entry is at most 32 KiB. */
export const PERIODS_MAX = 240;
const TOO_MANY_PERIODS = `there are more than ${PERIODS_MAX} periods`;

/**
 * Ramps are expanded to plain periods before they are pledged, so that what was agreed is data and no later change of
 * this code can move it. Minimums are whole minor units and add up to exactly `total` (largest remainder).
 */
export interface GeneratedSchedule {
  readonly total: MoneyText;
  readonly periods: readonly CommitmentPeriod[];
}

/** The term [startsAt, endsAt) cut into calendar steps from `startsAt`, in UTC. */
export interface Cadence {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly every: 'month' | 'contract-year';
}

/** The same minimum in every period. */
export const flat = (cadence: Cadence, total: MoneyText): GeneratedSchedule => {
  const bounds = boundsOf(cadence);
  return generated(
    bounds,
    total,
    bounds.map(() => 1n),
  );
};

/**
 * Minimums in equal steps from `first` to `last`; the total is their sum, rounded half-even to the minor unit. Throws a
 * RangeError when they add up to nothing.
 */
export const linear = (
  cadence: Cadence,
  first: string,
  last: string,
  currency: string,
): GeneratedSchedule => {
  const bounds = boundsOf(cadence);
  const steps = BigInt(bounds.length - 1);
  const [from, to] = [unitsOf(first), unitsOf(last)];
  const weights = bounds.map((_, at) =>
    steps === 0n ? from : from * (steps - BigInt(at)) + to * BigInt(at),
  );
  const unit = minorUnit(currency);
  const sum = weights.reduce((left, right) => left + right, 0n);
  if (sum === 0n) throw new RangeError('the minimums add up to nothing');
  const units = divideHalfEven(sum, (steps === 0n ? 1n : steps) * unit) * unit;
  return generated(bounds, { amount: formatUnits(units), currency }, weights);
};

/** `minimum` for each of `periods` periods, then the next step; the steps must cover the term exactly. */
export interface Step {
  readonly periods: number;
  readonly minimum: string;
}

export const step = (
  cadence: Cadence,
  steps: readonly Step[],
  currency: string,
): GeneratedSchedule =>
  custom(
    cadence,
    steps.flatMap(({ periods, minimum }) => Array<string>(periods).fill(minimum)),
    currency,
  );

/** One minimum per period, as agreed. Throws a RangeError when there are more or fewer than periods. */
export const custom = (
  cadence: Cadence,
  minimums: readonly string[],
  currency: string,
): GeneratedSchedule => {
  const bounds = boundsOf(cadence);
  if (bounds.length !== minimums.length) {
    throw new RangeError(`${minimums.length} minimums for ${bounds.length} periods`);
  }
  const amounts = minimums.map(unitsOf);
  const total = amounts.reduce((left, right) => left + right, 0n);
  const agreed = { amount: formatUnits(total), currency };
  return withMinimums(bounds, amounts.map(formatUnits), agreed);
};

interface Bounds {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * Every step is counted from `startsAt`, not from the step before: a term that begins on 29 February comes back to it
 * in the next leap year, and one on the 31st is not worn down to the 28th. The last period ends with the term.
 */
const boundsOf = ({ startsAt, endsAt, every }: Cadence): Bounds[] => {
  if (endsAt <= startsAt) throw new RangeError('the term is empty');
  const origin = Temporal.Instant.from(startsAt).toZonedDateTimeISO('UTC');
  const startOf = (at: number): Instant =>
    origin
      .add(every === 'month' ? { months: at } : { years: at })
      .toInstant()
      .toString({ fractionalSecondDigits: 6 });
  const bounds: Bounds[] = [];
  for (let start = startsAt, at = 1; start < endsAt; at += 1) {
    if (bounds.length === PERIODS_MAX) throw new RangeError(TOO_MANY_PERIODS);
    const next = startOf(at);
    bounds.push({ start, end: next < endsAt ? next : endsAt });
    start = next;
  }
  return bounds;
};

const generated = (
  bounds: readonly Bounds[],
  total: MoneyText,
  weights: readonly bigint[],
): GeneratedSchedule => {
  const amounts = apportion(unitsOf(total.amount), weights, minorUnit(total.currency));
  return withMinimums(bounds, amounts.map(formatUnits), total);
};

/** Minimums in the order of the periods, one for each. */
const withMinimums = (
  bounds: readonly Bounds[],
  minimums: readonly string[],
  total: MoneyText,
): GeneratedSchedule => ({
  total: Object.freeze({ ...total }),
  periods: Object.freeze(
    bounds.map((bound, at) => Object.freeze({ ...bound, minimum: minimums[at] ?? null })),
  ),
});

/** Why the schedule does not fit its terms, and where (a period's index), or null. */
export const scheduleFault = (
  terms: CommitmentTerms,
): { readonly fault: string; readonly period: number | null } | null =>
  coverageFault(terms) ?? minimumsFault(terms) ?? carryFault(terms);

type ScheduleFault = ReturnType<typeof scheduleFault>;

const coverageFault = ({ schedule, startsAt, endsAt }: CommitmentTerms): ScheduleFault => {
  const { periods } = schedule;
  const [first] = periods;
  const last = periods.at(-1);
  if (!first || !last) return { fault: 'there are no periods', period: null };
  if (periods.length > PERIODS_MAX) {
    return { fault: TOO_MANY_PERIODS, period: PERIODS_MAX };
  }
  if (first.start !== startsAt) {
    return { fault: 'the first period does not start with the term', period: 0 };
  }
  if (last.end !== endsAt) {
    return { fault: 'the last period does not end with the term', period: periods.length - 1 };
  }
  for (const [at, { start, end }] of periods.entries()) {
    if (end === null) {
      if (first !== last)
        return { fault: 'only a single period may have an unknown end', period: at };
      continue;
    }
    if (end <= start) return { fault: 'the period is empty', period: at };
    const next = periods[at + 1];
    if (next && next.start !== end) {
      return { fault: 'the next period does not start where this one ends', period: at };
    }
  }
  return null;
};

const minimumsFault = ({ schedule, total }: CommitmentTerms): ScheduleFault => {
  const { mode, periods } = schedule;
  let sum = 0n;
  for (const [at, { minimum }] of periods.entries()) {
    if (minimum === null) {
      if (mode === 'sum-of-periods') return { fault: 'the period has no minimum', period: at };
      continue;
    }
    if (mode === 'total-only') return { fault: 'a single pool has no minimum', period: at };
    const units = parseUnits(minimum);
    if (units === null || units < 0n)
      return { fault: 'the minimum is negative or not a number', period: at };
    if (units % minorUnit(total.currency) !== 0n) {
      return { fault: 'the minimum has more decimals than the currency', period: at };
    }
    sum += units;
  }
  if (mode === 'total-only' && periods.length > 1) {
    return { fault: 'a single pool has one period', period: 1 };
  }
  return mode === 'sum-of-periods' && sum !== unitsOf(total.amount)
    ? { fault: 'the minimums do not add up to the total', period: null }
    : null;
};

const carryFault = ({ schedule }: CommitmentTerms): ScheduleFault => {
  const { mode, excessCarriesForward, rolloverFraction } = schedule;
  if (excessCarriesForward && mode !== 'sum-of-periods') {
    return {
      fault: 'excess carries forward only where the total is the sum of periods',
      period: null,
    };
  }
  if (rolloverFraction === null) return null;
  if (mode === 'total-only')
    return { fault: 'a single pool has nothing to roll over', period: null };
  const units = parseUnits(rolloverFraction);
  return units === null || units < 0n || units > unitsOf('1')
    ? { fault: 'the rollover is not between 0 and 1', period: null }
    : null;
};
