import { maxUnits, minUnits } from '../../money.js';
import { compareText } from '../../text.js';
import type { ChargeTotals, Placement, Sums } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import { eligiblePart } from './totals.js';

/** What became of the usage of one day's or many days' charges that fall in the same places. Gross. */
export interface UsageSplit extends Sums {
  readonly totals: ChargeTotals;
  /** The placement that records what is left over; null: eligible nowhere. */
  readonly last: Placement | null;
  /** Of `ineligible`, what the cap of its class cut there. */
  readonly cut: bigint;
  /** Which commitments applied how much of it. */
  readonly taken: readonly Taken[];
}

export interface Taken {
  readonly placement: Placement;
  readonly applied: bigint;
}

/**
 * Usage on its way along the tiers that may take it. Mutable, and known to one call of `splitUsage` only: each tier writes
 * what it took, the last one what is left over.
 */
export class Offer implements UsageSplit {
  /** What the tiers so far have not applied. */
  left: bigint;
  applied = 0n;
  overage = 0n;
  ineligible = 0n;
  last: Placement | null = null;
  cut = 0n;
  readonly taken: Taken[] = [];

  constructor(
    readonly totals: ChargeTotals,
    /** -1: no tier may take it. Earlier tiers record what they apply, this one also what is left over. */
    readonly lastTier: number,
  ) {
    this.left = totals.usage;
  }

  /** The share that a commitment is asked to take of it; null: there is nothing for it. */
  shareOf(commitmentId: string): Share | null {
    if (this.left === 0n && this.totals.usage === 0n) return null;
    const placement = placementOn(this.totals.placements, commitmentId);
    return placement && new Share(this, placement);
  }

  /** No tier may take it: what is used is ineligible. */
  endNowhere(): void {
    this.ineligible = this.left;
  }

  /** A tier takes what the member takes that applies most. */
  takenBy(tier: number, { placement, offered, eligible, overage, cut, applied }: Share): void {
    this.left -= applied;
    this.applied += applied;
    if (tier !== this.lastTier) return;
    this.overage = overage;
    this.ineligible = offered - eligible;
    this.last = placement;
    this.cut = cut;
  }
}

/**
 * The part of an offer that one commitment is asked to take: all that is eligible of it, until caps and limits cut. Mutable
 * as the offer is.
 */
export class Share {
  readonly offered: bigint;
  /** Within the fraction, and then also within the caps. */
  eligible: bigint;
  cut = 0n;
  overage = 0n;

  constructor(
    readonly offer: Offer,
    readonly placement: Placement,
  ) {
    this.offered = offer.left;
    this.eligible = eligibleOf(offer, placement);
  }

  get applied(): bigint {
    return this.eligible - this.overage;
  }

  cutByCap(amount: bigint): void {
    this.eligible -= amount;
    this.cut += amount;
  }

  cutByLimit(amount: bigint): void {
    this.overage += amount;
  }
}

/** Where charges are eligible on a commitment. */
export const placementOn = (
  placements: readonly Placement[],
  commitmentId: string,
): Placement | null => {
  for (const placement of placements) {
    if (placement.fraction > 0n && placement.commitmentId === commitmentId) return placement;
  }
  return null;
};

/** The first eligible placement is offered all of the totals: then their charges were rounded as they came. */
const eligibleOf = ({ totals, left }: Offer, { fraction }: Placement): bigint => {
  if (fraction === WHOLE) return left;
  if (left === totals.usage && totals.eligibleFraction === fraction) {
    return minUnits(left, maxUnits(0n, totals.eligible));
  }
  return eligiblePart(left, fraction);
};

/** By statement, period, class, and then key: an order that does not depend on which charge came first. */
export const compareShares = (left: Share, right: Share): number =>
  left.placement.statement - right.placement.statement ||
  left.placement.period - right.placement.period ||
  compareText(left.placement.class, right.placement.class) ||
  compareText(left.offer.totals.key, right.offer.totals.key);

/** Shares by the index of their period or of their statement of terms, each list in the order of the shares. */
export const sharesBy = (
  index: 'period' | 'statement',
  shares: readonly Share[],
): ReadonlyMap<number, readonly Share[]> => {
  const lists = new Map<number, Share[]>();
  for (const share of shares) {
    const list = lists.get(share.placement[index]);
    if (list) list.push(share);
    else lists.set(share.placement[index], [share]);
  }
  return lists;
};

/** The part of `sum` above `limit`. What was applied under earlier terms may have used up the limit: never below 0. */
export const excess = (sum: bigint, limit: bigint): bigint =>
  maxUnits(0n, sum - maxUnits(0n, limit));

export const sumApplied = (shares: readonly Share[]): bigint =>
  shares.reduce((sum, { applied }) => sum + applied, 0n);

/** Spreads `amount` over the latest shares first, never more on a share than it still applies. */
export const fromLatest = (
  shares: readonly Share[],
  amount: bigint,
  cut: (share: Share, amount: bigint) => void,
): void => {
  if (amount <= 0n) return;
  let left = amount;
  for (const share of shares.toReversed()) {
    if (left === 0n) return;
    const taken = minUnits(left, share.applied);
    left -= taken;
    cut(share, taken);
  }
};
