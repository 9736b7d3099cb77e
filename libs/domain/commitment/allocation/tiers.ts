import type { Instant } from '../../decider.js';
import { compareText } from '../../text.js';
import type { BookedCommitment, Order } from '../commitment.js';
import { heldFrom, latestTerms, termsAt } from '../terms/timeline.js';
import type { CommitmentTerms } from '../terms/terms.js';

interface Ranked {
  readonly commitmentId: string;
  readonly terms: CommitmentTerms;
}

/** The order of allocation: lower priority number first, then the earlier end (unknown last), then id. */
const compare = (left: Ranked, right: Ranked): number =>
  left.terms.priority - right.terms.priority ||
  compareText(left.terms.endsAt ?? OPEN, right.terms.endsAt ?? OPEN) ||
  compareText(left.commitmentId, right.commitmentId);

/** Sorts after every instant. */
const OPEN = '~';

export const inOrder = (commitments: readonly BookedCommitment[]): BookedCommitment[] =>
  commitments
    .map((commitment) => ({
      commitment,
      commitmentId: commitment.commitmentId,
      terms: latestTerms(commitment.timeline).terms,
    }))
    .sort(compare)
    .map(({ commitment }) => commitment);

/**
 * Each has its place. All stackable commitments form one tier, at the place of the first of them; every other commitment
 * is a tier of its own.
 */
const ordered = (ranked: readonly Ranked[]): Pick<Order, 'ranks' | 'tiers'> => {
  const sorted = [...ranked].sort(compare);
  const stacked = sorted.findIndex(({ terms }) => terms.stackable);
  return {
    ranks: new Map(sorted.map(({ commitmentId }, at) => [commitmentId, at])),
    tiers: new Map(
      sorted.map(({ commitmentId, terms }, at) => [commitmentId, terms.stackable ? stacked : at]),
    ),
  };
};

/**
 * From when which order holds. A new order begins only where terms that take over change the order of commitments that
 * were there before: what the charges before it were offered to must not move by a commitment that comes later.
 */
export const ordersOf = (commitments: readonly BookedCommitment[]): readonly Order[] => {
  const moments = [
    ...new Set(commitments.flatMap(({ timeline }) => timeline.map(({ from }) => from))),
  ].sort();
  const orders: Order[] = [];
  for (const from of moments) {
    const order = orderFrom(commitments, from);
    const before = orders.at(-1);
    const goesOn =
      before !== undefined &&
      isSameOrder(before.tiers, order.tiers) &&
      isSameOrder(before.ranks, order.ranks);
    if (goesOn) orders[orders.length - 1] = { ...order, from: before.from };
    else orders.push(order);
  }
  return orders;
};

const orderFrom = (commitments: readonly BookedCommitment[], from: Instant): Order => ({
  from,
  ...ordered(
    commitments
      .filter(({ timeline }) => heldFrom(timeline) <= from)
      .map(({ commitmentId, timeline }) => ({
        commitmentId,
        terms: termsAt(timeline, from).terms,
      })),
  ),
});

const isSameOrder = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): boolean => {
  // Whoever was there before is there afterwards.
  const places = [...before].map(([id, place]) => ({ place, next: after.get(id) ?? place }));
  return places.every((one) =>
    places.every(
      (other) => Math.sign(one.place - other.place) === Math.sign(one.next - other.next),
    ),
  );
};
