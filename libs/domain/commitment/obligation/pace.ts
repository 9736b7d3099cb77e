import { addDays, daysBetween, lastDayBefore } from '../../calendar.js';
import type { Instant } from '../../decider.js';
import { dayOf, startOfDay } from '../../instant.js';
import { maxUnits } from '../../money.js';
import { share } from '../../formulas.js';
import type { CommitmentTerms } from '../terms/terms.js';
import type { PeriodFigures } from './periods.js';
import { hasMinimums, plannedBy } from './plan.js';

/** What a commitment in force looks like at the end of a day. Amounts in units of 10^-12. */
export interface Progress {
  readonly terms: CommitmentTerms;
  readonly total: bigint;
  readonly applied: bigint;
  readonly remaining: bigint;
  readonly figures: readonly PeriodFigures[];
  /** UTC day, the whole of it included. */
  readonly asOf: string;
  /** What is applied more on each day than on the day before, ascending, to `asOf`. */
  readonly days: readonly UsedDay[];
}

export interface UsedDay {
  readonly when: string;
  readonly applied: bigint;
}

export type PaceState = 'ahead' | 'on' | 'behind';

export interface Pace {
  /** 30, or fewer in a commitment's first month. */
  readonly recentDays: number;
  readonly recentApplied: bigint;
  /** What the schedule plans to be applied by now. Null: it has no minimums and no known end. */
  readonly planned: bigint | null;
  /** The last day by which `required` must be applied: of the period that runs, without a schedule of the term. */
  readonly requiredBy: string | null;
  /** Days after `asOf` up to `requiredBy`. Null: the end is unknown. */
  readonly daysLeft: number | null;
  /**
   * With a schedule: what the period that runs needs (minimum + rolled in) less what is applied and carried into it.
   * Without one: what remains of the total.
   */
  readonly required: bigint;
  /** With a schedule: applied / planned to date. Without one: recent use a day / required a day. Null: nothing to divide by. */
  readonly ratio: string | null;
  /** Of the exact fractions. Null where the ratio is. */
  readonly state: PaceState | null;
}

/** What is used lately, and shows in a pace, is of so many days. */
export const RECENT_DAYS = 30;

/** Days on which more was given or taken back than used correct older usage: they are days without use. */
interface Recent {
  readonly count: number;
  readonly used: bigint;
}

const recentOf = ({ terms, days, asOf }: Progress): Recent => {
  const sinceStart = daysBetween(dayOf(terms.startsAt), asOf) + 1;
  const count = Math.max(0, Math.min(RECENT_DAYS, sinceStart));
  const first = addDays(asOf, 1 - count);
  const used = days
    .filter(({ when }) => when >= first)
    .reduce((sum, day) => sum + maxUnits(0n, day.applied), 0n);
  return { count, used };
};

export const paceOf = (progress: Progress): Pace => {
  const { terms, figures, applied, remaining, asOf } = progress;
  const recent = recentOf(progress);
  const planned = plannedBy(terms, startOfDay(addDays(asOf, 1)));
  const running = hasMinimums(terms) ? runningOf(figures) : undefined;
  const end = running === undefined ? terms.endsAt : running.end;
  const requiredBy = end === null ? null : lastDayBefore(end);
  const daysLeft = requiredBy === null ? null : Math.max(0, daysBetween(asOf, requiredBy));
  const required = running === undefined ? remaining : running.shortfall;
  const [part, whole] =
    hasMinimums(terms) && planned !== null
      ? [applied, planned]
      : [recent.used * BigInt(daysLeft ?? 0), remaining * BigInt(recent.count)];
  const ratio = daysLeft === 0 && !hasMinimums(terms) ? null : ratioOf(part, whole, daysLeft);
  return {
    recentDays: recent.count,
    recentApplied: recent.used,
    planned,
    requiredBy,
    daysLeft,
    required,
    ratio,
    state: ratio === null ? null : part > whole ? 'ahead' : part < whole ? 'behind' : 'on',
  };
};

/** On the last day of a period it is the next one that runs: what that day misses is past due. */
const runningOf = (figures: readonly PeriodFigures[]): PeriodFigures | undefined =>
  figures.find(({ state }) => state === 'running') ??
  figures.find(({ state }) => state === 'ahead');

const ratioOf = (part: bigint, whole: bigint, daysLeft: number | null): string | null =>
  daysLeft === null ? null : share(part, whole);

/** A straight line of the recent use, or along the plan where that is kept: a projection, not a promise. */
export type Exhaustion =
  | { readonly outcome: 'already' | 'expected' | 'after-end'; readonly on: string }
  | { readonly outcome: 'never'; readonly on: null };

/** Further away, "never" is more honest than a year nobody plans for. */
const EXHAUSTION_DAYS_MAX = 100 * 366;

/**
 * First day with applied + forecast >= total. Whoever keeps to a ramp uses little at first: as long as no less is applied
 * than planned, usage is taken to go on in proportion to the plan, unless the recent use gets there earlier.
 */
export const exhaustionOf = (progress: Progress): Exhaustion => {
  const { total, applied, asOf, days, terms } = progress;
  if (applied >= total) return { outcome: 'already', on: usedUpOn(days, total, asOf) };
  const straight = straightLine(progress);
  if (straight.outcome === 'expected' || terms.endsAt === null) return straight;
  const along = alongThePlan(progress, terms.endsAt);
  return along === null ? straight : { outcome: 'expected', on: along };
};

/** The day since when a total that is reached has been, without a break. `days`: all of them, ascending. */
export const usedUpOn = (days: readonly UsedDay[], total: bigint, asOf: string): string =>
  reachedOn(days, total) ?? asOf;

const reachedOn = (days: readonly UsedDay[], total: bigint): string | null => {
  let sum = 0n;
  let reached: string | null = null;
  for (const day of days) {
    const before = sum;
    sum += day.applied;
    // A refund after the total was reached opens it again.
    if (sum < total) reached = null;
    else if (before < total) reached = day.when;
  }
  return reached;
};

const straightLine = (progress: Progress): Exhaustion => {
  const { total, applied, asOf, terms } = progress;
  const recent = recentOf(progress);
  if (recent.used <= 0n) return { outcome: 'never', on: null };
  const inDays = ((total - applied) * BigInt(recent.count) + recent.used - 1n) / recent.used;
  if (inDays > BigInt(EXHAUSTION_DAYS_MAX)) return { outcome: 'never', on: null };
  const on = addDays(asOf, Number(inDays));
  const lastDay = terms.endsAt === null ? null : lastDayBefore(terms.endsAt);
  return { outcome: lastDay !== null && on > lastDay ? 'after-end' : 'expected', on };
};

/** Null: it is behind the plan, or the plan does not reach the total within the term. */
const alongThePlan = (
  { terms, total, applied, asOf }: Progress,
  endsAt: Instant,
): string | null => {
  if (!hasMinimums(terms)) return null;
  const plannedOn = (day: string) => plannedBy(terms, startOfDay(addDays(day, 1))) ?? 0n;
  const planned = plannedOn(asOf);
  if (planned === 0n || applied < planned) return null;
  const isReached = (day: string): boolean => plannedOn(day) * applied >= total * planned;
  let high = lastDayBefore(endsAt);
  if (!isReached(high)) return null;
  let low = asOf;
  while (daysBetween(low, high) > 1) {
    const middle = addDays(low, Math.floor(daysBetween(low, high) / 2));
    if (isReached(middle)) high = middle;
    else low = middle;
  }
  return high;
};
