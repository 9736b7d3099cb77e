import { maxUnits, minUnits } from '../../money.js';
import { divideHalfEven } from '../../rational.js';
import { compareText } from '../../text.js';
import {
  commitmentIn,
  firstOf,
  NOTHING,
  orderWith,
  tierOf,
  type ChargeTotals,
  type Placement,
  type Sums,
} from '../commitment.js';
import { statementAt } from '../terms/timeline.js';
import { WHOLE } from '../terms/limits.js';
import { placementOn, type UsageSplit } from './offer.js';
import { splitUsage, type BookTerms } from './usage-split.js';

/** Usage, and of it what refunds have not given back yet. Mutable, and known to one call of `runningSplit` only. */
interface Usage {
  readonly totals: ChargeTotals;
  readonly split: UsageSplit;
  /** Where it records what no commitment applies; null: it is eligible nowhere. */
  readonly last: Placement | null;
  /** Gross, as the parts of it that are overage and that a cap cut. */
  left: bigint;
  overage: bigint;
  cut: bigint;
}

/** What is left of a refund when all usage that it may give back is given back. */
export interface Credit {
  readonly placement: Placement;
  readonly sums: Sums;
}

/**
 * A refund gives back usage, gross for gross: first what a cap cut of its class, then overage wherever it lies, the
 * latest period first, then what commitments that it is eligible for applied in its own period, down to zero, then in
 * earlier periods, the latest first. What is left of it is a net credit: overage below zero, of the commitment that would
 * have recorded it.
 */
export class Refunds {
  readonly credits: Credit[] = [];
  private readonly usages: readonly Usage[];

  constructor(
    private readonly terms: BookTerms,
    allTotals: readonly ChargeTotals[],
  ) {
    this.usages = splitUsage(terms, allTotals).splits.map((split) => {
      const { totals } = split;
      const fraction = split.last?.fraction ?? WHOLE;
      return {
        totals,
        split,
        last: this.lastPlacement(totals),
        left: totals.usage,
        overage: (split.overage * WHOLE) / fraction,
        cut: (split.cut * WHOLE) / fraction,
      };
    });
    const refunds = this.usages.filter(({ totals }) => totals.refunds > 0n);
    for (const refund of refunds.sort(byPeriod)) this.giveBack(refund);
  }

  /** The totals less what was given back. */
  usageLeft(): readonly ChargeTotals[] {
    return this.usages.map(({ totals, left }) => {
      const gone = totals.usage - left;
      if (gone === 0n) return totals;
      const eligible = totals.eligible - divideHalfEven(gone * totals.eligibleFraction, WHOLE);
      return { ...totals, usage: left, eligible: minUnits(left, maxUnits(0n, eligible)) };
    });
  }

  private giveBack(refund: Usage): void {
    const { last } = refund;
    let amount = refund.totals.refunds;
    if (last === null) {
      const sums = { ...NOTHING, ineligible: -amount };
      this.credits.push({ placement: firstOf(refund.totals.placements), sums });
      return;
    }
    const take = (from: Usage, atMost: bigint): bigint => {
      const taken = minUnits(amount, minUnits(from.left, atMost));
      from.left -= taken;
      amount -= taken;
      return taken;
    };
    for (const each of this.cutBySameCap(refund, last)) each.cut -= take(each, each.cut);
    for (const each of this.overageFor(refund)) {
      // In its own period the refund takes from its own place what would be overage elsewhere: no cap is opened by that.
      if (isInOwnPeriod(refund, each)) each.overage -= take(refund, each.overage);
      each.overage -= take(each, each.overage);
    }
    take(refund, refund.left);
    if (amount > 0n) for (const { usage, most } of this.appliedFor(refund, last)) take(usage, most);
    if (amount > 0n) {
      this.credits.push({ placement: last, sums: { ...NOTHING, overage: -amount } });
    }
  }

  /** The placement that records what no commitment applies. */
  private lastPlacement({ order, placements }: ChargeTotals): Placement | null {
    const held = orderWith(this.terms.orders, order);
    let last: Placement | null = null;
    for (const placement of placements) {
      if (placement.fraction === 0n) continue;
      if (!last || tierOf(held, placement.commitmentId) > tierOf(held, last.commitmentId))
        last = placement;
    }
    return last;
  }

  /** Usage that the cap of the refund's class cut, within what that cap limits: it did not count anyway. */
  private cutBySameCap(refund: Usage, placement: Placement): readonly Usage[] {
    const { timeline } = commitmentIn(this.terms, placement.commitmentId);
    const { caps } = statementAt(timeline, placement.statement).limits;
    const cap = caps.find((each) => each.class === placement.class);
    if (!cap) return [];
    return this.usages
      .filter(({ split: { last }, cut }) => {
        if (last === null || cut === 0n) return false;
        const isSameCap =
          last.commitmentId === placement.commitmentId && last.class === placement.class;
        return isSameCap && (cap.byPeriod === null || last.period === placement.period);
      })
      .sort((left, right) => ownFirst(refund, left, right) || latestFirst(left, right));
  }

  private overageFor({ totals }: Usage): readonly Usage[] {
    return this.usages
      .filter(
        ({ split: { last }, overage }) =>
          last !== null &&
          overage > 0n &&
          placementOn(totals.placements, last.commitmentId) !== null,
      )
      .sort(latestFirst);
  }

  /** Beside its own place: what commitments that it is eligible for applied in its period and in earlier ones. Gross. */
  private appliedFor(
    refund: Usage,
    placement: Placement,
  ): readonly { readonly usage: Usage; readonly most: bigint }[] {
    const near = this.usages.flatMap((usage) => {
      if (usage === refund) return [];
      const shared = sharedTakes(usage.split, refund.totals, placement.commitmentId);
      if (shared === null || shared.placement.period > shared.own.period) return [];
      const isOwnClass = shared.placement.class === shared.own.class;
      const back = shared.own.period - shared.placement.period;
      return [{ usage, back, isOwnClass, most: shared.most }];
    });
    return near.sort(
      (one, other) =>
        one.back - other.back ||
        Number(other.isOwnClass) - Number(one.isOwnClass) ||
        latestFirst(one.usage, other.usage),
    );
  }
}

/**
 * What commitments that the refund is eligible for applied of other usage, and where: at the preferred one, or the last
 * that they share.
 */
const sharedTakes = (
  { taken }: UsageSplit,
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

const isInOwnPeriod = ({ totals }: Usage, { split: { last } }: Usage): boolean =>
  last !== null && placementOn(totals.placements, last.commitmentId)?.period === last.period;

const ownFirst = (own: Usage, left: Usage, right: Usage): number =>
  Number(right === own) - Number(left === own);

const placeOf = ({ totals, last }: Usage): Placement => last ?? firstOf(totals.placements);

const byPeriod = (left: Usage, right: Usage): number =>
  placeOf(left).period - placeOf(right).period ||
  placeOf(left).statement - placeOf(right).statement ||
  compareText(left.totals.key, right.totals.key);

const latestFirst = (left: Usage, right: Usage): number => byPeriod(right, left);
