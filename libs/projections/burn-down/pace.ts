import { remainingObligation } from '../../domain/commitment/obligation.js';
import { share } from '../../domain/formulas.js';
import { dayOf } from '../../domain/instant.js';
import type { MoneyText } from '../../domain/money.js';
import { divideHalfEven } from '../../domain/rational.js';
import { moneyIn, sumOf } from '../amounts.js';
import { addDays, daysBetween, lastDayBefore } from '../calendar.js';
import type { CommitmentAsOf } from '../shared-facts/commitment-facts.js';

export interface Pace {
  /** 30, or fewer in a commitment's first month. */
  readonly recentDays: number;
  readonly recentApplied: MoneyText;
  readonly recentPerDay: MoneyText | null;
  /** Days of the term after `asOf`. Null: the end is unknown. */
  readonly daysLeft: number | null;
  /** Remaining obligation / days left. Null: unknown end, or no day is left. */
  readonly requiredPerDay: MoneyText | null;
  /** Recent / required. Null where nothing is required or nothing can be said. */
  readonly paceRatio: string | null;
}

/** A straight line of the recent run rate: a projection, not a promise. */
export type Exhaustion =
  | { readonly outcome: 'already' | 'expected' | 'after-end'; readonly on: string }
  | { readonly outcome: 'never'; readonly on: null };

/** What was applied on one day, in units; days ascending. */
export interface AppliedDay {
  readonly when: string;
  readonly applied: bigint;
}

const RECENT_DAYS = 30;
/** Further away, "never" is more honest than a year nobody plans for. */
const EXHAUSTION_DAYS_MAX = 100 * 366;

const ratePerDay = (amount: bigint, days: number): bigint | null =>
  days === 0 ? null : divideHalfEven(amount, BigInt(days));

const recentOf = ({ terms }: CommitmentAsOf, days: readonly AppliedDay[], asOf: string) => {
  const sinceStart = daysBetween(dayOf(terms.startsAt), asOf) + 1;
  const count = Math.max(0, Math.min(RECENT_DAYS, sinceStart));
  const first = addDays(asOf, 1 - count);
  const used = sumOf(days.filter(({ when }) => when >= first).map(({ applied }) => applied));
  return { count, used };
};

/** The last day on which usage can still draw down. */
const lastDayOf = ({ terms, terminatedAt }: CommitmentAsOf): string | null => {
  const ends = [terms.endsAt, terminatedAt].filter((end) => end !== null).sort();
  return ends[0] === undefined ? null : lastDayBefore(ends[0]);
};

/** `days`: everything applied up to `asOf`. */
export const paceOf = (
  commitment: CommitmentAsOf,
  days: readonly AppliedDay[],
  asOf: string,
): Pace => {
  const money = moneyIn(commitment.currency);
  const orNull = (rate: bigint | null): MoneyText | null => (rate === null ? null : money(rate));
  const applied = sumOf(days.map((day) => day.applied));
  const remaining = remainingObligation(commitment.total, applied, commitment.released);
  const recent = recentOf(commitment, days, asOf);
  const lastDay = lastDayOf(commitment);
  const daysLeft = lastDay === null ? null : Math.max(0, daysBetween(asOf, lastDay));
  return {
    recentDays: recent.count,
    recentApplied: money(recent.used),
    recentPerDay: orNull(ratePerDay(recent.used, recent.count)),
    daysLeft,
    requiredPerDay: orNull(daysLeft === null ? null : ratePerDay(remaining, daysLeft)),
    // Of the exact fractions, not of the rounded rates.
    paceRatio: daysLeft
      ? share(recent.used * BigInt(daysLeft), remaining * BigInt(recent.count))
      : null,
  };
};

/** First day with applied + forecast >= total - released. */
export const exhaustionOf = (
  commitment: CommitmentAsOf,
  days: readonly AppliedDay[],
  asOf: string,
): Exhaustion => {
  const ceiling = commitment.total - commitment.released;
  let applied = 0n;
  let reached: string | null = null;
  for (const day of days) {
    const before = applied;
    applied += day.applied;
    // A refund after the ceiling was reached opens it again.
    if (applied < ceiling) reached = null;
    else if (before < ceiling) reached = day.when;
  }
  if (applied >= ceiling) return { outcome: 'already', on: reached ?? asOf };
  const recent = recentOf(commitment, days, asOf);
  if (recent.used <= 0n) return { outcome: 'never', on: null };
  const inDays = ((ceiling - applied) * BigInt(recent.count) + recent.used - 1n) / recent.used;
  if (inDays > BigInt(EXHAUSTION_DAYS_MAX)) return { outcome: 'never', on: null };
  const on = addDays(asOf, Number(inDays));
  const lastDay = lastDayOf(commitment);
  return { outcome: lastDay !== null && on > lastDay ? 'after-end' : 'expected', on };
};
