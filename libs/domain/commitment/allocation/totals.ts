import { divideHalfEven } from '../../rational.js';
import type { BookedCommitment, Bucket, CommitmentBook, Offered, Stop } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import { isLater, type CalendarDay, type Charges, type Placement } from './charges.js';

/** What one group of charges grew by, or shrank. */
export interface Growth {
  readonly placement: Placement;
  readonly usage: bigint;
  readonly refunds: bigint;
  /** Of `usage`, what the first eligible stop's fraction leaves. */
  readonly eligible: bigint;
  /** Of a reversal that takes effect after its original. */
  readonly isLater: boolean;
}

/** The fraction of the first stop that takes anything; 0: none does. */
export const firstFraction = (route: readonly Stop[]): bigint =>
  route.find(({ fraction }) => fraction > 0n)?.fraction ?? 0n;

export const eligiblePart = (gross: bigint, fraction: bigint): bigint =>
  fraction === WHOLE ? gross : divideHalfEven(gross * fraction, WHOLE);

export const growthOf = (day: CalendarDay, before: Charges | null, after: Charges): Growth => {
  const { placement } = after;
  const fraction = firstFraction(placement.route);
  const usedBefore = before?.usage ?? 0n;
  return {
    placement,
    usage: after.usage - usedBefore,
    refunds: after.refunds - (before?.refunds ?? 0n),
    eligible: eligiblePart(after.usage, fraction) - eligiblePart(usedBefore, fraction),
    isLater: isLater({ day, at: after.at }),
  };
};

export const emptyBucket = ({ order, route, bucketKey: key }: Placement): Bucket => ({
  key,
  order,
  route,
  usage: 0n,
  refunds: 0n,
  eligible: 0n,
  eligibleFraction: firstFraction(route),
});

export const grown = (bucket: Bucket, { usage, refunds, eligible }: Growth): Bucket => ({
  key: bucket.key,
  order: bucket.order,
  route: bucket.route,
  usage: bucket.usage + usage,
  refunds: bucket.refunds + refunds,
  eligible: bucket.eligible + eligible,
  eligibleFraction: bucket.eligibleFraction,
});

type Shelves = CommitmentBook['shelves'];

export const bucketOf = (shelves: Shelves, placement: Placement): Bucket => {
  const shelf = shelves[placement.route[0]!.period];
  if (shelf !== undefined) {
    for (const bucket of shelf) if (bucket.key === placement.bucketKey) return bucket;
  }
  return emptyBucket(placement);
};

export const withGrowth = (shelves: Shelves, growth: Growth): Shelves => {
  const bucket = bucketOf(shelves, growth.placement);
  const period = bucket.route[0]!.period;
  const next = shelves.slice();
  while (next.length <= period) next.push([]);
  const shelf: Bucket[] = [];
  for (const other of next[period]!) if (other !== bucket) shelf.push(other);
  shelf.push(grown(bucket, growth));
  next[period] = shelf;
  return next;
};

/** What a commitment could be asked to take at most: rounded up, so that below its limits nothing can bind. */
const atMost = (gross: bigint, fraction: bigint): bigint =>
  fraction === WHOLE ? gross : (gross * fraction) / WHOLE + (gross > 0n ? 1n : 0n);

export const withOffered = (
  commitments: readonly BookedCommitment[],
  { placement, usage, refunds, isLater: isTakenBackLater }: Growth,
): readonly BookedCommitment[] => {
  if (isTakenBackLater) return commitments;
  let next: BookedCommitment[] | null = null;
  for (const stop of placement.route) {
    if (stop.fraction === 0n) continue;
    next ??= commitments.slice();
    const at = next.findIndex(({ commitmentId }) => commitmentId === stop.commitmentId);
    const before = next[at]!;
    const more = atMost(usage, stop.fraction);
    // Spelled out: a spread of this object is a sixth of the cost of a drawdown.
    next[at] = {
      commitmentId: before.commitmentId,
      statements: before.statements,
      timeline: before.timeline,
      termination: before.termination,
      offered: offeredMore(before.offered, stop, more),
      offeredTotal: before.offeredTotal + more,
      refundsTotal: before.refundsTotal + refunds,
      refundsCovered: before.refundsCovered,
    };
  }
  return next ?? commitments;
};

const offeredMore = (
  offered: BookedCommitment['offered'],
  { period, class: name }: Stop,
  usage: bigint,
): BookedCommitment['offered'] => {
  const next = offered.slice();
  while (next.length <= period) next.push([]);
  const classes = next[period]!;
  const at = classes.findIndex((each) => each.class === name);
  const before: Offered | undefined = classes[at];
  const after: Offered = { class: name, usage: (before?.usage ?? 0n) + usage };
  next[period] = at < 0 ? [...classes, after] : classes.with(at, after);
  return next;
};

/** Offered in one period (null: in all) for one class (null: for all). */
export const offeredIn = (
  { offered }: BookedCommitment,
  period: number | null,
  className: string | null,
): bigint => {
  let sum = 0n;
  const periods = period === null ? offered : [offered[period] ?? []];
  for (const classes of periods) {
    for (const each of classes)
      if (className === null || each.class === className) sum += each.usage;
  }
  return sum;
};
