import {
  exhaustionOf,
  paceOf,
  type Exhaustion,
  type Pace,
  type UsedDay,
} from '../../domain/commitment/obligation/pace.js';
import { periodFigures, type PeriodFigures } from '../../domain/commitment/obligation/periods.js';
import { limitsOf } from '../../domain/commitment/terms/limits.js';
import { addTo, moneyIn, sumOf, type MoneyText } from '../../domain/money.js';
import { divideHalfEven } from '../../domain/rational.js';
import type { Asked } from '../asking/question.js';
import { remainingOf, type CommitmentAsOf } from '../facts/commitments.js';
import type { BurnDown } from './answer.js';

/** What a commitment has applied, in units of 10^-12 of its own currency. */
export interface Use {
  readonly byPeriod: ReadonlyMap<number, bigint>;
  /** What is applied more on a day than on the day before; ascending, each day once. */
  readonly days: readonly UsedDay[];
}

/** Of one commitment. */
interface AppliedInPeriod {
  readonly period: number;
  readonly applied: bigint;
}

interface AppliedOnDay extends AppliedInPeriod {
  readonly when: string;
}

/**
 * `periods`: all that is applied, whatever days it is summed up over. `days`: all of them, or only those that a pace looks at. Then
 * everything is the same but the day since when a total that is reached has been.
 */
export const useOf = (periods: readonly AppliedInPeriod[], days: readonly AppliedOnDay[]): Use => {
  const byPeriod = new Map<number, bigint>();
  const byDay = new Map<string, bigint>();
  for (const { period, applied } of periods) addTo(byPeriod, period, applied);
  for (const { when, applied } of days) addTo(byDay, when, applied);
  const ascending = [...byDay].sort(([left], [right]) => (left < right ? -1 : 1));
  return { byPeriod, days: ascending.map(([when, applied]) => ({ when, applied })) };
};

/** Where a commitment is going, in units of 10^-12. Of a terminated one nothing goes on. */
export interface Course {
  readonly figures: readonly PeriodFigures[];
  readonly applied: bigint;
  readonly remaining: bigint;
  readonly pace: Pace | null;
  readonly exhaustion: Exhaustion | null;
}

export const courseOf = (
  commitment: CommitmentAsOf,
  { byPeriod, days }: Use,
  { asOf, effectiveBefore }: Pick<Asked, 'asOf' | 'effectiveBefore'>,
): Course => {
  const { terms, total, termination } = commitment;
  const applied = sumOf(byPeriod.values());
  const remaining = remainingOf(commitment, applied);
  const figures = periodFigures({
    statement: { terms, limits: limitsOf(terms) },
    termination,
    appliedByPeriod: byPeriod,
    now: effectiveBefore,
  });
  if (termination !== null) return { figures, applied, remaining, pace: null, exhaustion: null };
  const progress = { terms, total, applied, remaining, figures, asOf, days };
  return {
    figures,
    applied,
    remaining,
    pace: paceOf(progress),
    exhaustion: exhaustionOf(progress),
  };
};

/** What goes on after `asOf`, as the burn-down tells it. */
export const outlookOf = (
  commitment: CommitmentAsOf,
  days: readonly AppliedOnDay[],
  asked: Pick<Asked, 'asOf' | 'effectiveBefore'>,
): Pick<BurnDown, 'pace' | 'exhaustion'> => {
  const { pace, exhaustion } = courseOf(commitment, useOf(days, days), asked);
  return { pace: pace && paceTold(pace, commitment.currency), exhaustion };
};

export const paceTold = (
  { recentApplied, planned, required, ratio, ...pace }: Pace,
  currency: string,
): NonNullable<BurnDown['pace']> => {
  const money = moneyIn(currency);
  const perDay = (amount: bigint, count: number | null): MoneyText | null =>
    count ? money(divideHalfEven(amount, BigInt(count))) : null;
  return {
    ...pace,
    recentApplied: money(recentApplied),
    recentPerDay: perDay(recentApplied, pace.recentDays),
    planned: planned === null ? null : money(planned),
    required: money(required),
    requiredPerDay: perDay(required, pace.daysLeft),
    paceRatio: ratio,
  };
};
