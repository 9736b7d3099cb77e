import {
  firstOf,
  orderWith,
  tierOf,
  type BookedCommitment,
  type ChargeTotals,
  type Order,
} from '../commitment.js';
import { statementAt } from '../terms/timeline.js';
import { cutByCap } from './caps.js';
import { compareShares, Offer, sharesBy, type Share, type UsageSplit } from './offer.js';
import { cutByLimits } from './overage.js';
import { Postings } from './postings.js';

/** A book as far as its terms go: what decides how running totals split. */
export interface BookTerms {
  readonly commitments: readonly BookedCommitment[];
  readonly orders: readonly Pick<Order, 'ranks' | 'tiers'>[];
}

/**
 * How usage splits, in the order of the totals: a pure function of the terms and of what was used, never of the order in
 * which charges arrived. Offer, caps, limits, postings: see "Allocation" in the library's README.
 */
export const splitUsage = (
  { commitments, orders }: BookTerms,
  allTotals: readonly ChargeTotals[],
): { readonly postings: Postings; readonly splits: readonly UsageSplit[] } => {
  const postings = new Postings();
  const offers = allTotals.map((totals) => new Offer(totals, lastTierOf(totals, orders)));
  orders.forEach((order, index) => {
    const ofOrder =
      orders.length === 1 ? offers : offers.filter(({ totals }) => totals.order === index);
    offerAlong(order, commitments, ofOrder, postings);
  });
  return { postings, splits: offers };
};

const lastTierOf = ({ order, placements }: ChargeTotals, orders: BookTerms['orders']): number => {
  const held = orderWith(orders, order);
  let last = -1;
  for (const { commitmentId, fraction } of placements) {
    if (fraction > 0n) last = Math.max(last, tierOf(held, commitmentId));
  }
  return last;
};

/** From tier to tier: the next one is offered what the one before leaves. */
const offerAlong = (
  { ranks, tiers }: BookTerms['orders'][number],
  commitments: readonly BookedCommitment[],
  offers: readonly Offer[],
  postings: Postings,
): void => {
  const last = offers.reduce((most, { lastTier }) => Math.max(most, lastTier), -1);
  const rankOf = ({ commitmentId }: BookedCommitment): number => ranks.get(commitmentId) ?? 0;
  for (let tier = 0; tier <= last; tier += 1) {
    const members = commitments
      .filter(({ commitmentId }) => tiers.get(commitmentId) === tier)
      // As they stood then: what comes later must not decide ties of before.
      .sort((left, right) => rankOf(left) - rankOf(right));
    if (members.length > 0) offerToTier(members, tier, offers, postings);
  }
  for (const offer of offers) {
    if (offer.lastTier >= 0 || offer.left === 0n) continue;
    offer.endNowhere();
    const nowhere = { applied: 0n, overage: 0n, ineligible: offer.left };
    postings.add(firstOf(offer.totals.placements), nowhere);
  }
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
    for (const share of sharesOf(commitment, offers, postings)) {
      const { offer, placement, offered, eligible, overage, applied } = share;
      // What is left over is recorded by the last tier.
      const isLast = offer.lastTier === tier;
      postings.add(placement, {
        applied,
        overage: isLast ? overage : 0n,
        ineligible: isLast ? offered - eligible : 0n,
      });
      if (applied > 0n) offer.taken.push({ placement, applied });
      const rival = best.get(offer);
      if (!rival || applied > rival.applied) best.set(offer, share);
    }
  }
  for (const [offer, share] of best) offer.takenBy(tier, share);
};

/** What one commitment makes of everything it is offered, under the terms in force then, the earlier terms first. */
const sharesOf = (
  { commitmentId, timeline }: BookedCommitment,
  offers: readonly Offer[],
  postings: Postings,
): readonly Share[] => {
  const shares: Share[] = [];
  for (const offer of offers) {
    const share = offer.shareOf(commitmentId);
    if (share !== null) shares.push(share);
  }
  if (shares.length > 1) shares.sort(compareShares);
  // What earlier statements of this very call apply, beside what is posted from before.
  const applied = postings.appliedTo(commitmentId);
  for (const [statement, ofStatement] of sharesBy('statement', shares)) {
    const inForce = statementAt(timeline, statement);
    for (const cap of inForce.limits.caps) cutByCap(cap, ofStatement, applied);
    cutByLimits(inForce, ofStatement, applied);
    for (const share of ofStatement) applied.add(share.placement, share.applied);
  }
  return shares;
};
