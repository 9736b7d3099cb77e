import { addDays, daysBetween } from '../../domain/calendar.js';
import { addTo, MONEY_DECIMALS } from '../../domain/money.js';
import type { Instant } from '../../domain/decider.js';
import { dayOf } from '../../domain/instant.js';
import type { Asked } from '../asking/question.js';

/** What was used of a commitment on each day, as far as it was eligible: from the first day with use on. */
export interface UseHistory {
  readonly from: string;
  /** The last whole day. */
  readonly to: string;
  /** In the currency, as floating point; a day on which more was given back than used has 0. */
  readonly daily: readonly number[];
}

export interface UsedDay {
  readonly period: number;
  readonly when: string;
  readonly applied: bigint;
  readonly overage: bigint;
}

const ONE = 10 ** MONEY_DECIMALS;

/** `to`: the last day that counts. Null: nothing was used by then. */
export const historyOf = (days: readonly UsedDay[], to: string): UseHistory | null => {
  const byDay = new Map<string, bigint>();
  for (const { when, applied, overage } of days) {
    if (when <= to) addTo(byDay, when, applied + overage);
  }
  const used = [...byDay].filter(([, units]) => units > 0n).map(([when]) => when);
  const from = used.sort()[0];
  if (from === undefined) return null;
  const daily = Array.from({ length: daysBetween(from, to) + 1 }, (_, at) =>
    Math.max(0, Number(byDay.get(addDays(from, at)) ?? 0n) / ONE),
  );
  return { from, to, daily };
};

/** What is known to the end, and what is looked at last: usage of a day that still runs is no day's use. */
export interface KnownDays {
  readonly lastWhole: string;
  readonly last: string;
}

export const knownDays = ({ asOf, knownAt }: Asked, now: Instant): KnownDays => {
  const running = dayOf(knownAt ?? now);
  const before = addDays(running, -1);
  return { lastWhole: asOf < before ? asOf : before, last: asOf < running ? asOf : running };
};
