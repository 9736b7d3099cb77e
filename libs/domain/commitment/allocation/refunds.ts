import { maxUnits, minUnits } from '../../money.js';
import { divideHalfEven } from '../../rational.js';
import { compareText } from '../../text.js';
import { NOTHING, plus, type Bucket, type Stop, type Sums } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import type { Accounts } from './accounts.js';
import { splitUsage, stopAt, type BucketSplit, type Terms } from './running-split.js';

/** How everything in the buckets splits, refunds included. */
export interface RunningSplit {
  readonly accounts: Accounts;
  /** applied + overage + ineligible = usage - refunds of all buckets. A charge that stackable commitments share once. */
  readonly headline: Sums;
}

/**
 * A refund gives back usage, gross for gross: first what a cap cut of its class, then overage wherever it lies, the
 * latest period first, then what commitments that it is eligible for applied in its own period, down to zero, then in
 * earlier periods, the latest first. What is left of it is a net credit: overage below zero, of the commitment that would
 * have recorded it.
 */
export const runningSplit = (terms: Terms, buckets: readonly Bucket[]): RunningSplit => {
  if (buckets.every(({ usage, refunds }) => refunds === 0n && usage >= 0n)) {
    const { accounts, buckets: splits } = splitUsage(terms, buckets);
    return { accounts, headline: sumOf(splits) };
  }
  const given = new GivenBack(terms, buckets.map(notNegative));
  const { accounts, buckets: splits } = splitUsage(terms, given.net());
  let headline = sumOf(splits);
  for (const { stop, sums } of given.credits) {
    accounts.add(stop, sums);
    headline = plus(headline, sums);
  }
  return { accounts, headline };
};

const sumOf = (splits: readonly Sums[]): Sums => {
  let [applied, overage, ineligible] = [0n, 0n, 0n];
  for (const split of splits) {
    applied += split.applied;
    overage += split.overage;
    ineligible += split.ineligible;
  }
  return { applied, overage, ineligible };
};

/** Entries of schema 1 do not say where what they reverse lies: it may come off a neighbouring bucket. */
const notNegative = (bucket: Bucket): Bucket =>
  bucket.usage >= 0n
    ? bucket
    : { ...bucket, usage: 0n, eligible: 0n, refunds: bucket.refunds - bucket.usage };

interface Left {
  readonly bucket: Bucket;
  readonly split: BucketSplit;
  /** Where it records what no commitment applies; null: it is eligible nowhere. */
  readonly stop: Stop | null;
  /** Usage that no refund has given back yet, and of it what is overage and what a cap cut. Gross. */
  usage: bigint;
  overage: bigint;
  cut: bigint;
}

class GivenBack {
  readonly credits: { readonly stop: Stop; readonly sums: Sums }[] = [];
  private readonly lefts: readonly Left[];

  constructor(
    private readonly terms: Terms,
    buckets: readonly Bucket[],
  ) {
    this.lefts = splitUsage(terms, buckets).buckets.map((split) => {
      const { bucket } = split;
      const fraction = split.last?.fraction ?? WHOLE;
      const overage = (split.overage * WHOLE) / fraction;
      const cut = (split.cut * WHOLE) / fraction;
      const stop = this.lastStop(bucket);
      return { bucket, split, stop, usage: bucket.usage, overage, cut };
    });
    const refunds = this.lefts.filter(({ bucket }) => bucket.refunds > 0n);
    for (const refund of refunds.sort(byPeriod)) this.giveBack(refund);
  }

  net(): readonly Bucket[] {
    return this.lefts.map(({ bucket, usage }) => {
      const gone = bucket.usage - usage;
      if (gone === 0n) return bucket;
      const eligible = bucket.eligible - divideHalfEven(gone * bucket.eligibleFraction, WHOLE);
      return { ...bucket, usage, eligible: minUnits(usage, maxUnits(0n, eligible)) };
    });
  }

  private giveBack(refund: Left): void {
    const { stop } = refund;
    const { refunds } = refund.bucket;
    if (stop === null) {
      const sums = { ...NOTHING, ineligible: -refunds };
      this.credits.push({ stop: refund.bucket.route[0]!, sums });
      return;
    }
    let left = refunds;
    const take = (from: Left, atMost: bigint): bigint => {
      const taken = minUnits(left, minUnits(from.usage, atMost));
      from.usage -= taken;
      left -= taken;
      return taken;
    };
    for (const each of this.cutWith(refund, stop)) each.cut -= take(each, each.cut);
    for (const each of this.overageNear(refund)) {
      // In its own period the refund takes from its own place what would be overage elsewhere: no cap is opened by that.
      if (isInOwnPeriod(refund, each)) each.overage -= take(refund, each.overage);
      each.overage -= take(each, each.overage);
    }
    take(refund, refund.usage);
    if (left > 0n) for (const { left: each, most } of this.usageBy(refund, stop)) take(each, most);
    if (left > 0n) this.credits.push({ stop, sums: { ...NOTHING, overage: -left } });
  }

  /** The stop that records what no commitment applies. */
  private lastStop({ order, route }: Bucket): Stop | null {
    const { tiers } = this.terms.orders[order]!;
    let last: Stop | null = null;
    for (const stop of route) {
      if (stop.fraction === 0n) continue;
      if (!last || tiers.get(stop.commitmentId)! > tiers.get(last.commitmentId)!) last = stop;
    }
    return last;
  }

  /** Usage that the cap of the refund's class cut, within what that cap limits: it did not count anyway. */
  private cutWith(refund: Left, stop: Stop): readonly Left[] {
    const { timeline } = this.terms.commitments.find(
      ({ commitmentId }) => commitmentId === stop.commitmentId,
    )!;
    const cap = timeline[stop.statement]!.limits.caps.find((each) => each.class === stop.class);
    if (!cap) return [];
    return this.lefts
      .filter(({ split: { last }, cut }) => {
        if (last === null || cut === 0n) return false;
        const isSameCap = last.commitmentId === stop.commitmentId && last.class === stop.class;
        return isSameCap && (cap.byPeriod === null || last.period === stop.period);
      })
      .sort((left, right) => ownFirst(refund, left, right) || latestFirst(left, right));
  }

  private overageNear({ bucket }: Left): readonly Left[] {
    return this.lefts
      .filter(
        ({ split: { last }, overage }) =>
          last !== null && overage > 0n && stopAt(bucket.route, last.commitmentId) !== null,
      )
      .sort(latestFirst);
  }

  /** Beside its own place: what commitments that it is eligible for applied in its period and in earlier ones. Gross. */
  private usageBy(
    refund: Left,
    stop: Stop,
  ): readonly { readonly left: Left; readonly most: bigint }[] {
    const near = this.lefts.flatMap((left) => {
      if (left === refund) return [];
      const shared = sharedTakes(left.split, refund.bucket, stop.commitmentId);
      if (shared === null || shared.stop.period > shared.own.period) return [];
      const isOwnClass = shared.stop.class === shared.own.class;
      return [
        { left, back: shared.own.period - shared.stop.period, isOwnClass, most: shared.most },
      ];
    });
    return near.sort(
      (one, other) =>
        one.back - other.back ||
        Number(other.isOwnClass) - Number(one.isOwnClass) ||
        latestFirst(one.left, other.left),
    );
  }
}

/**
 * What commitments that the refund is eligible for applied of other usage, and where: at the preferred one, or the last
 * that they share.
 */
const sharedTakes = (
  { taken }: BucketSplit,
  { route }: Bucket,
  preferred: string,
): { readonly stop: Stop; readonly own: Stop; readonly most: bigint } | null => {
  let shared: { readonly stop: Stop; readonly own: Stop } | null = null;
  let most = 0n;
  for (const { stop, applied } of taken) {
    const own = stopAt(route, stop.commitmentId);
    if (!own) continue;
    most += (applied * WHOLE) / stop.fraction;
    if (shared?.stop.commitmentId !== preferred) shared = { stop, own };
  }
  return shared && { ...shared, most };
};

const isInOwnPeriod = ({ bucket }: Left, { split: { last } }: Left): boolean =>
  last !== null && stopAt(bucket.route, last.commitmentId)?.period === last.period;

const ownFirst = (own: Left, left: Left, right: Left): number =>
  Number(right === own) - Number(left === own);

const placeOf = ({ bucket, stop }: Left): Stop => stop ?? bucket.route[0]!;

const byPeriod = (left: Left, right: Left): number =>
  placeOf(left).period - placeOf(right).period ||
  placeOf(left).statement - placeOf(right).statement ||
  compareText(left.bucket.key, right.bucket.key);

const latestFirst = (left: Left, right: Left): number => byPeriod(right, left);
