import { maxUnits, minUnits } from '../../money.js';
import { divideHalfEven } from '../../rational.js';
import { compareText } from '../../text.js';
import { NOTHING, plus, type ChargeTotals, type Placement, type Sums } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import type { Postings } from './postings.js';
import { splitUsage, placementOn, type SplitTotals, type Terms } from './running-split.js';

/** How everything in the allTotals splits, refunds included. */
export interface RunningSplit {
  readonly postings: Postings;
  /** applied + overage + ineligible = usage - refunds of all allTotals. A charge that stackable commitments share once. */
  readonly unstackedTotals: Sums;
}

/**
 * A refund gives back usage, gross for gross: first what a cap cut of its class, then overage wherever it lies, the
 * latest period first, then what commitments that it is eligible for applied in its own period, down to zero, then in
 * earlier periods, the latest first. What is left of it is a net credit: overage below zero, of the commitment that would
 * have recorded it.
 */
export const runningSplit = (terms: Terms, allTotals: readonly ChargeTotals[]): RunningSplit => {
  if (allTotals.every(({ usage, refunds }) => refunds === 0n && usage >= 0n)) {
    const { postings, allTotals: splits } = splitUsage(terms, allTotals);
    return { postings, unstackedTotals: sumOf(splits) };
  }
  const given = new GivenBack(terms, allTotals.map(notNegative));
  const { postings, allTotals: splits } = splitUsage(terms, given.net());
  let unstackedTotals = sumOf(splits);
  for (const { placement, sums } of given.credits) {
    postings.add(placement, sums);
    unstackedTotals = plus(unstackedTotals, sums);
  }
  return { postings, unstackedTotals };
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

/** Entries of schema 1 do not say where what they reverse lies: it may come off a neighbouring totals. */
const notNegative = (totals: ChargeTotals): ChargeTotals =>
  totals.usage >= 0n
    ? totals
    : { ...totals, usage: 0n, eligible: 0n, refunds: totals.refunds - totals.usage };

interface Left {
  readonly totals: ChargeTotals;
  readonly split: SplitTotals;
  /** Where it records what no commitment applies; null: it is eligible nowhere. */
  readonly placement: Placement | null;
  /** Usage that no refund has given back yet, and of it what is overage and what a cap cut. Gross. */
  usage: bigint;
  overage: bigint;
  cut: bigint;
}

class GivenBack {
  readonly credits: { readonly placement: Placement; readonly sums: Sums }[] = [];
  private readonly lefts: readonly Left[];

  constructor(
    private readonly terms: Terms,
    allTotals: readonly ChargeTotals[],
  ) {
    this.lefts = splitUsage(terms, allTotals).allTotals.map((split) => {
      const { totals } = split;
      const fraction = split.last?.fraction ?? WHOLE;
      const overage = (split.overage * WHOLE) / fraction;
      const cut = (split.cut * WHOLE) / fraction;
      const placement = this.lastPlacement(totals);
      return { totals, split, placement, usage: totals.usage, overage, cut };
    });
    const refunds = this.lefts.filter(({ totals }) => totals.refunds > 0n);
    for (const refund of refunds.sort(byPeriod)) this.giveBack(refund);
  }

  net(): readonly ChargeTotals[] {
    return this.lefts.map(({ totals, usage }) => {
      const gone = totals.usage - usage;
      if (gone === 0n) return totals;
      const eligible = totals.eligible - divideHalfEven(gone * totals.eligibleFraction, WHOLE);
      return { ...totals, usage, eligible: minUnits(usage, maxUnits(0n, eligible)) };
    });
  }

  private giveBack(refund: Left): void {
    const { placement } = refund;
    const { refunds } = refund.totals;
    if (placement === null) {
      const sums = { ...NOTHING, ineligible: -refunds };
      this.credits.push({ placement: refund.totals.placements[0]!, sums });
      return;
    }
    let left = refunds;
    const take = (from: Left, atMost: bigint): bigint => {
      const taken = minUnits(left, minUnits(from.usage, atMost));
      from.usage -= taken;
      left -= taken;
      return taken;
    };
    for (const each of this.cutWith(refund, placement)) each.cut -= take(each, each.cut);
    for (const each of this.overageNear(refund)) {
      // In its own period the refund takes from its own place what would be overage elsewhere: no cap is opened by that.
      if (isInOwnPeriod(refund, each)) each.overage -= take(refund, each.overage);
      each.overage -= take(each, each.overage);
    }
    take(refund, refund.usage);
    if (left > 0n)
      for (const { left: each, most } of this.usageBy(refund, placement)) take(each, most);
    if (left > 0n) this.credits.push({ placement, sums: { ...NOTHING, overage: -left } });
  }

  /** The placement that records what no commitment applies. */
  private lastPlacement({ order, placements }: ChargeTotals): Placement | null {
    const { tiers } = this.terms.orders[order]!;
    let last: Placement | null = null;
    for (const placement of placements) {
      if (placement.fraction === 0n) continue;
      if (!last || tiers.get(placement.commitmentId)! > tiers.get(last.commitmentId)!)
        last = placement;
    }
    return last;
  }

  /** Usage that the cap of the refund's class cut, within what that cap limits: it did not count anyway. */
  private cutWith(refund: Left, placement: Placement): readonly Left[] {
    const { timeline } = this.terms.commitments.find(
      ({ commitmentId }) => commitmentId === placement.commitmentId,
    )!;
    const cap = timeline[placement.statement]!.limits.caps.find(
      (each) => each.class === placement.class,
    );
    if (!cap) return [];
    return this.lefts
      .filter(({ split: { last }, cut }) => {
        if (last === null || cut === 0n) return false;
        const isSameCap =
          last.commitmentId === placement.commitmentId && last.class === placement.class;
        return isSameCap && (cap.byPeriod === null || last.period === placement.period);
      })
      .sort((left, right) => ownFirst(refund, left, right) || latestFirst(left, right));
  }

  private overageNear({ totals }: Left): readonly Left[] {
    return this.lefts
      .filter(
        ({ split: { last }, overage }) =>
          last !== null &&
          overage > 0n &&
          placementOn(totals.placements, last.commitmentId) !== null,
      )
      .sort(latestFirst);
  }

  /** Beside its own place: what commitments that it is eligible for applied in its period and in earlier ones. Gross. */
  private usageBy(
    refund: Left,
    placement: Placement,
  ): readonly { readonly left: Left; readonly most: bigint }[] {
    const near = this.lefts.flatMap((left) => {
      if (left === refund) return [];
      const shared = sharedTakes(left.split, refund.totals, placement.commitmentId);
      if (shared === null || shared.placement.period > shared.own.period) return [];
      const isOwnClass = shared.placement.class === shared.own.class;
      return [
        { left, back: shared.own.period - shared.placement.period, isOwnClass, most: shared.most },
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
  { taken }: SplitTotals,
  { placements }: ChargeTotals,
  preferred: string,
): { readonly placement: Placement; readonly own: Placement; readonly most: bigint } | null => {
  let shared: { readonly placement: Placement; readonly own: Placement } | null = null;
  let most = 0n;
  for (const { placement, applied } of taken) {
    const own = placementOn(placements, placement.commitmentId);
    if (!own) continue;
    most += (applied * WHOLE) / placement.fraction;
    if (shared?.placement.commitmentId !== preferred) shared = { placement, own };
  }
  return shared && { ...shared, most };
};

const isInOwnPeriod = ({ totals }: Left, { split: { last } }: Left): boolean =>
  last !== null && placementOn(totals.placements, last.commitmentId)?.period === last.period;

const ownFirst = (own: Left, left: Left, right: Left): number =>
  Number(right === own) - Number(left === own);

const placeOf = ({ totals, placement }: Left): Placement => placement ?? totals.placements[0]!;

const byPeriod = (left: Left, right: Left): number =>
  placeOf(left).period - placeOf(right).period ||
  placeOf(left).statement - placeOf(right).statement ||
  compareText(left.totals.key, right.totals.key);

const latestFirst = (left: Left, right: Left): number => byPeriod(right, left);
