import { addDays, buckets, daysBetween, type Interval, isDay } from '../../domain/calendar.js';
import { plannedBy } from '../../domain/commitment/obligation/plan.js';
import { overageAndCredit } from '../../domain/commitment/obligation/remaining.js';
import { rootOf } from '../../domain/ids.js';
import { utilisation } from '../../domain/formulas.js';
import { dayOf, startOfDay } from '../../domain/instant.js';
import { inCurrency, moneyIn, sumOf } from '../../domain/money.js';
import { QueryRefused, type Asked, type TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import {
  commitmentsAsOf,
  releasedOf,
  remainingOf,
  type CommitmentAsOf,
  commitmentFacts,
  type CommitmentFact,
} from '../facts/commitments.js';
import { facts, said, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { BurnDown, BurnDownBucket } from './answer.js';
import { burnDownDays, burnDownReads } from './burn-down.js';
import { outlookOf } from './outlook.js';

export interface BurnDownQuestion extends TimeAxes {
  readonly commitmentId: string;
  /** UTC days, both included. Default: from the start of the term to `asOf`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Default: month. */
  readonly interval?: Interval | undefined;
}

const POINTS_MAX = 4_000;

/** Null: no such commitment as of then, as known then. */
export const burnDown = async (
  views: Views,
  question: BurnDownQuestion,
): Promise<BurnDown | null> => {
  const view = await readCommitment(views, question);
  const answer = burnDownOf(view.rows, view.asked, question);
  return answer && { ...answer, ...view.seen };
};

/** The terms of one commitment and its use by day: what burn-down and forecast are made of. */
export const readCommitment = (
  views: Views,
  axes: TimeAxes & Pick<BurnDownQuestion, 'commitmentId'>,
) => {
  const { commitmentId } = axes;
  const wanted = () => burnDownWanted(commitmentId);
  return readView(views, burnDownReads, axes, wanted, rootOf(commitmentId));
};

export const burnDownWanted = (commitmentId: string) => ({
  commitments: facts(commitmentFacts, { commitmentId }),
  said: said(commitmentFacts, { commitmentId }),
  days: sums(burnDownDays, { where: { commitmentId }, by: ['period', 'currency'], per: 'day' }),
});

type Rows = RowsOf<ReturnType<typeof burnDownWanted>>;
type Day = Rows['days'][number];

export const burnDownOf = (
  rows: Rows,
  asked: Asked,
  question: BurnDownRange & Pick<BurnDownQuestion, 'commitmentId'>,
): Told<BurnDown> | null => {
  const commitment = commitmentsAsOf(rows.commitments).get(question.commitmentId);
  if (!commitment) return null;
  const { terms, currency, total, termination } = commitment;
  const days = inCurrency(rows.days, currency);
  const money = moneyIn(currency);
  const applied = sumOf(days.map((day) => day.applied));
  const { overage, netCredit } = overageAndCredit(sumOf(days.map((day) => day.overage)));
  const interval = question.interval ?? 'month';
  return {
    agreementId: commitment.agreementId,
    commitmentId: commitment.commitmentId,
    termsVersion: rows.said.length,
    name: terms.name,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
    terminatedAt: termination?.at ?? null,
    total: money(total),
    applied: money(applied),
    overage: money(overage),
    ineligible: money(sumOf(days.map((day) => day.ineligible))),
    netCredit: money(netCredit),
    released: money(releasedOf(commitment, applied)),
    remaining: money(remainingOf(commitment, applied)),
    utilisation: utilisation(applied, total),
    interval,
    series: series(rows.commitments, days, commitment, asked, range(question, commitment, asked)),
    ...outlookOf(commitment, days, asked),
  };
};

type BurnDownRange = Pick<BurnDownQuestion, 'from' | 'to' | 'interval'>;

interface Range {
  readonly from: string;
  readonly to: string;
  readonly interval: Interval;
}

const range = (
  { from: fromText, to: toText, interval = 'month' }: BurnDownRange,
  { terms }: CommitmentAsOf,
  { asOf }: Asked,
): Range => {
  const from = fromText ?? dayOf(terms.startsAt);
  const to = toText ?? (asOf < from ? from : asOf);
  if (!isDay(from) || !isDay(to) || to < from) {
    throw new QueryRefused('range-invalid', 'from and to are UTC days, from not after to', {
      from,
      to,
    });
  }
  const perPoint = { day: 1, week: 7, month: 28 }[interval];
  if (daysBetween(from, to) / perPoint > POINTS_MAX) {
    throw new QueryRefused('range-too-long', `more than ${POINTS_MAX} points: ask for less`, {
      from,
      to,
      interval,
    });
  }
  return { from, to, interval };
};

const series = (
  history: readonly CommitmentFact[],
  unsorted: readonly Day[],
  now: CommitmentAsOf,
  { asOf }: Asked,
  { from, to, interval }: Range,
): BurnDownBucket[] => {
  const money = moneyIn(now.currency);
  const termsOn = termsByDay(history, now.commitmentId);
  const days = [...unsorted].sort((left, right) =>
    left.when < right.when ? -1 : left.when > right.when ? 1 : 0,
  );
  let taken = 0;
  const daysUpTo = (last: string): readonly Day[] => {
    const first = taken;
    while ((days[taken]?.when ?? AFTER_ALL) <= last) taken += 1;
    return days.slice(first, taken);
  };
  let cumulative = sumOf(daysUpTo(addDays(from, -1)).map((day) => day.applied));
  return buckets(from, to, interval).map((bucket) => {
    const then = bucket.to <= asOf ? termsOn(bucket.to) : now;
    const planned = then ? plannedBy(then.terms, startOfDay(addDays(bucket.to, 1))) : null;
    const plan = { ...bucket, planned: planned === null ? null : money(planned) };
    if (bucket.from > asOf) return { ...plan, ...UNKNOWN_YET };
    const inBucket = daysUpTo(bucket.to);
    const applied = sumOf(inBucket.map((day) => day.applied));
    const overage = sumOf(inBucket.map((day) => day.overage));
    const ineligible = sumOf(inBucket.map((day) => day.ineligible));
    cumulative += applied;
    return {
      ...plan,
      gross: money(applied + overage + ineligible),
      applied: money(applied),
      overage: money(overage),
      ineligible: money(ineligible),
      cumulativeApplied: money(cumulative),
      // Clipped as the obligation is: late usage of a released commitment must not show a level below zero.
      burnDown: then ? money(remainingOf(then, cumulative)) : null,
    };
  });
};

/** Sorts after every day. */
const AFTER_ALL = '~';

const UNKNOWN_YET = {
  gross: null,
  applied: null,
  overage: null,
  ineligible: null,
  cumulativeApplied: null,
  burnDown: null,
} as const;

/** The terms at the end of a day, for days in ascending order. Null: not pledged yet. */
const termsByDay = (
  history: readonly CommitmentFact[],
  commitmentId: string,
): ((day: string) => CommitmentAsOf | null) => {
  let count = -1;
  let current: CommitmentAsOf | null = null;
  return (day) => {
    const before = startOfDay(addDays(day, 1));
    const effective = history.filter((fact) => fact.effectiveAt < before);
    // Days only go forward, so the same number of facts is the same facts.
    if (effective.length !== count) {
      count = effective.length;
      current = commitmentsAsOf(effective).get(commitmentId) ?? null;
    }
    return current;
  };
};
