import { maxUnits, minUnits } from '../../money.js';
import { compareText } from '../../text.js';
import type { BookedCommitment, ChargeTotals, Order, Placement, Sums } from '../commitment.js';
import { handover, needOf, NOTHING_HANDED, periodRules } from '../obligation/period-need.js';
import { WHOLE, type CapLimit } from '../terms/limits.js';
import type { TermsStatement } from '../terms/timeline.js';
import { Postings, type Applied } from './postings.js';
import { eligiblePart } from './totals.js';

/** A book as far as its terms go: what decides how running totals split. */
export interface Terms {
  readonly commitments: readonly BookedCommitment[];
  readonly orders: readonly Pick<Order, 'ranks' | 'tiers'>[];
}

/** What became of one totals's usage. */
export interface SplitTotals extends Sums {
  readonly totals: ChargeTotals;
  /** The commitment that records what is left over; null: eligible nowhere. */
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

export interface UsageSplit {
  readonly postings: Postings;
  /** In the order of the allTotals. */
  readonly allTotals: readonly SplitTotals[];
}

/** One totals on its way along the tiers that may take it: what it becomes is written as they take. */
interface Offer {
  readonly totals: ChargeTotals;
  /** The last tier that may take it records what is left over; earlier ones only what they apply. */
  readonly lastTier: number;
  /** What the tiers so far have not applied. */
  left: bigint;
  applied: bigint;
  overage: bigint;
  ineligible: bigint;
  last: Placement | null;
  cut: bigint;
  readonly taken: Taken[];
}

/** The part of an offer that one commitment is asked to take. */
interface Share {
  readonly offer: Offer;
  readonly placement: Placement;
  readonly offered: bigint;
  /** Within the fraction; then also within the caps. */
  counted: bigint;
  cut: bigint;
  overage: bigint;
}

/**
 * How usage splits: a pure function of the terms and of what was used in each totals, never of the order in which
 * charges arrived. Per order of allocation, per tier: fraction, then caps, then what the terms in force then take, less
 * what was applied under earlier terms. See "Allocation" in the library's README.
 */
export const splitUsage = (terms: Terms, allTotals: readonly ChargeTotals[]): UsageSplit => {
  const postings = new Postings();
  const offers = allTotals.map((totals) => offerOf(terms, totals));
  terms.orders.forEach(({ ranks, tiers }, order) => {
    const ofOrder =
      terms.orders.length === 1 ? offers : offers.filter(({ totals }) => totals.order === order);
    const last = ofOrder.reduce((most, { lastTier }) => Math.max(most, lastTier), -1);
    for (let tier = 0; tier <= last; tier += 1) {
      const members = terms.commitments
        .filter(({ commitmentId }) => tiers.get(commitmentId) === tier)
        // As they stood then: what comes later must not decide ties of before.
        .sort((left, right) => ranks.get(left.commitmentId)! - ranks.get(right.commitmentId)!);
      if (members.length > 0) offerToTier(members, tier, ofOrder, postings);
    }
    for (const offer of ofOrder) {
      if (offer.lastTier >= 0 || offer.left === 0n) continue;
      offer.ineligible = offer.left;
      postings.add(offer.totals.placements[0]!, {
        applied: 0n,
        overage: 0n,
        ineligible: offer.left,
      });
    }
  });
  return { postings, allTotals: offers };
};

const offerOf = ({ orders }: Terms, totals: ChargeTotals): Offer => {
  const { tiers } = orders[totals.order]!;
  let lastTier = -1;
  for (const { commitmentId, fraction } of totals.placements) {
    if (fraction > 0n) lastTier = Math.max(lastTier, tiers.get(commitmentId)!);
  }
  return {
    totals,
    lastTier,
    left: totals.usage,
    applied: 0n,
    overage: 0n,
    ineligible: 0n,
    last: null,
    cut: 0n,
    taken: [],
  };
};

/** Every member of a tier is offered the whole; the tier takes what the member that applied most takes. */
const offerToTier = (
  members: readonly BookedCommitment[],
  tier: number,
  offers: readonly Offer[],
  postings: Postings,
): void => {
  const best = new Map<Offer, Share>();
  for (const commitment of members) {
    for (const share of take(commitment, offers, postings)) {
      const { offer, placement, offered, counted, overage } = share;
      const applied = counted - overage;
      postings.add(
        placement,
        offer.lastTier === tier
          ? { applied, overage, ineligible: offered - counted }
          : { applied, overage: 0n, ineligible: 0n },
      );
      if (applied > 0n) offer.taken.push({ placement, applied });
      const rival = best.get(offer);
      if (!rival || applied > rival.counted - rival.overage) best.set(offer, share);
    }
  }
  for (const [offer, { placement, offered, counted, cut, overage }] of best) {
    const applied = counted - overage;
    offer.left -= applied;
    offer.applied += applied;
    if (offer.lastTier !== tier) continue;
    offer.overage = overage;
    offer.ineligible = offered - counted;
    offer.last = placement;
    offer.cut = cut;
  }
};

/** What one commitment makes of everything it is offered, under the terms in force then, the earlier terms first. */
const take = (
  commitment: BookedCommitment,
  offers: readonly Offer[],
  postings: Postings,
): readonly Share[] => {
  const shares: Share[] = [];
  for (const offer of offers) {
    if (offer.left === 0n && offer.totals.usage === 0n) continue;
    const placement = placementOn(offer.totals.placements, commitment.commitmentId);
    if (!placement) continue;
    const counted = eligibleOf(offer, placement);
    shares.push({ offer, placement, offered: offer.left, counted, cut: 0n, overage: 0n });
  }
  if (shares.length > 1) shares.sort(compareShares);
  // What earlier statements of this very call apply, beside what is in `postings` from before.
  const applied = postings.appliedOf(commitment.commitmentId);
  for (let from = 0; from < shares.length;) {
    const { statement } = shares[from]!.placement;
    let to = from + 1;
    while (to < shares.length && shares[to]!.placement.statement === statement) to += 1;
    const ofStatement = shares.slice(from, to);
    cut(commitment.timeline[statement]!, ofStatement, applied);
    for (const { placement, counted, overage } of ofStatement)
      applied.add(placement, counted - overage);
    from = to;
  }
  return shares;
};

/** Where the charges of a totals are eligible on a commitment. */
export const placementOn = (
  placements: readonly Placement[],
  commitmentId: string,
): Placement | null => {
  for (const placement of placements) {
    if (placement.fraction > 0n && placement.commitmentId === commitmentId) return placement;
  }
  return null;
};

/** The first eligible placement is offered all of a totals: then its charges were rounded as they came. */
const eligibleOf = ({ totals, left }: Offer, { fraction }: Placement): bigint => {
  if (fraction === WHOLE) return left;
  if (left === totals.usage && totals.eligibleFraction === fraction) {
    return minUnits(left, maxUnits(0n, totals.eligible));
  }
  return eligiblePart(left, fraction);
};

const cut = (statement: TermsStatement, shares: readonly Share[], earlier: Applied): void => {
  const { caps, total } = statement.limits;
  for (const cap of caps) cutByCap(cap, shares, earlier);
  const { mode } = statement.terms.schedule;
  if (mode === 'sum-of-periods') cutByNeeds(statement, shares, earlier);
  // Also where minimums make up the total: an amendment can lower it below what its periods still take.
  let above = excess(sumApplied(shares), total - earlier.of(null, null));
  if (above > 0n && mode === 'period-minimums')
    above = cutBeyondNeeds(statement, shares, earlier, above);
  takeFromLatest(shares, above, 'overage');
};

const cutByCap = (cap: CapLimit, shares: readonly Share[], earlier: Applied): void => {
  const ofClass = shares.filter(({ placement }) => placement.class === cap.class);
  if (cap.byPeriod === null) {
    const room = cap.overall - earlier.of(null, cap.class);
    takeFromLatest(ofClass, excess(sumCounted(ofClass), room), 'cap');
    return;
  }
  for (const inPeriod of byPeriod(ofClass)) {
    const { period } = inPeriod[0]!.placement;
    const room = (cap.byPeriod[period] ?? 0n) - earlier.of(period, cap.class);
    takeFromLatest(inPeriod, excess(sumCounted(inPeriod), room), 'cap');
  }
};

/** The total is the sum of the periods: each takes its need, or with all the others what all of them need. */
const cutByNeeds = (
  { terms, limits }: TermsStatement,
  shares: readonly Share[],
  earlier: Applied,
): void => {
  const rules = periodRules(terms, limits);
  const totalsByPeriod = byPeriodIndex(shares, limits.minimums.length);
  let handed = NOTHING_HANDED;
  let handedBefore = NOTHING_HANDED;
  totalsByPeriod.forEach((inPeriod, period) => {
    const before = earlier.of(period, null);
    if (!rules.excessCarriesForward && inPeriod.length > 0) {
      const room = needOf(rules, period, handed) - before;
      takeFromLatest(inPeriod, excess(sumCounted(inPeriod), room), 'overage');
    }
    handed = handover(rules, period, before + sumApplied(inPeriod), handed);
    handedBefore = handover(rules, period, before, handedBefore);
  });
  // What no period needs after every period's excess went to the next ones.
  takeFromLatest(shares, maxUnits(0n, handed.credit - handedBefore.credit), 'overage');
};

/** The total binds: what goes beyond the needs of periods is cut first. Answers what is left to cut. */
const cutBeyondNeeds = (
  { terms, limits }: TermsStatement,
  shares: readonly Share[],
  earlier: Applied,
  amount: bigint,
): bigint => {
  const rules = periodRules(terms, limits);
  const totalsByPeriod = byPeriodIndex(shares, limits.minimums.length);
  let handed = NOTHING_HANDED;
  const beyond = totalsByPeriod.map((inPeriod, period) => {
    const used = sumApplied(inPeriod);
    const applied = earlier.of(period, null) + used;
    const above = minUnits(used, excess(applied, needOf(rules, period, handed)));
    handed = handover(rules, period, applied, handed);
    return above;
  });
  let left = amount;
  for (let period = beyond.length - 1; period >= 0 && left > 0n; period -= 1) {
    const taken = minUnits(beyond[period]!, left);
    takeFromLatest(totalsByPeriod[period]!, taken, 'overage');
    left -= taken;
  }
  return left;
};

/** One list per period of the terms, and of later ones if earlier terms had more. */
const byPeriodIndex = (shares: readonly Share[], count: number): readonly Share[][] => {
  const totalsByPeriod = Array.from({ length: count }, (): Share[] => []);
  for (const share of shares) {
    while (totalsByPeriod.length <= share.placement.period) totalsByPeriod.push([]);
    totalsByPeriod[share.placement.period]!.push(share);
  }
  return totalsByPeriod;
};

/** Shares are in order of their periods: those of each that has any. */
const byPeriod = (shares: readonly Share[]): readonly Share[][] => {
  const lists: Share[][] = [];
  for (const share of shares) {
    const last = lists.at(-1);
    if (last !== undefined && last[0]!.placement.period === share.placement.period)
      last.push(share);
    else lists.push([share]);
  }
  return lists;
};

/** The part of `sum` above `limit`. What was applied under earlier terms may have used up the limit: never below 0. */
const excess = (sum: bigint, limit: bigint): bigint => maxUnits(0n, sum - maxUnits(0n, limit));

/** Takes `amount` from the latest shares first, never more than a share still applies. */
const takeFromLatest = (shares: readonly Share[], amount: bigint, as: 'cap' | 'overage'): void => {
  for (let at = shares.length - 1; at >= 0 && amount > 0n; at -= 1) {
    const share = shares[at]!;
    const taken = minUnits(amount, share.counted - share.overage);
    amount -= taken;
    if (as === 'overage') share.overage += taken;
    else {
      share.counted -= taken;
      share.cut += taken;
    }
  }
};

const sumCounted = (shares: readonly Share[]): bigint =>
  shares.reduce((sum, { counted }) => sum + counted, 0n);

const sumApplied = (shares: readonly Share[]): bigint =>
  shares.reduce((sum, { counted, overage }) => sum + counted - overage, 0n);

/** By statement, period, class, and then key: an order that does not depend on which charge came first. */
const compareShares = (left: Share, right: Share): number =>
  left.placement.statement - right.placement.statement ||
  left.placement.period - right.placement.period ||
  compareText(left.placement.class, right.placement.class) ||
  compareText(left.offer.totals.key, right.offer.totals.key);
