import type { Instant } from '../../decider.js';
import { formatUnits } from '../../money.js';
import type { BookedCommitment, CommitmentBook, Order, Stop } from '../commitment.js';
import type { AllocationTrace } from '../events.js';
import { eligibilityOf } from '../terms/eligibility.js';
import { WHOLE } from '../terms/limits.js';
import { inForceAt, periodAt, type TermsStatement } from '../terms/timeline.js';
import type { ChargeProfile, Placement } from './charges.js';

/**
 * Where a charge that took effect at `at` falls on each commitment whose term contains that moment, under the terms in
 * force then. Null: outside all terms.
 */
export const placed = (
  book: CommitmentBook,
  profile: ChargeProfile,
  at: Instant,
): Placement | null => {
  const stops: { readonly stop: Stop; readonly trace: AllocationTrace }[] = [];
  for (const commitment of inOrderAt(book, at)) {
    const index = inForceAt(commitment.timeline, at);
    const inForce = commitment.timeline[index]!;
    if (isInTerm(commitment, inForce, at)) {
      stops.push(stopOf(book, commitment, index, profile, at));
    }
  }
  return stops.length === 0 ? null : placementOf(book, at, stops, false);
};

/**
 * The same of a charge that was recorded: where terms have ended before it since, it counts nowhere any more and is
 * ineligible on the first commitment whose terms would have it, or the last period of the first.
 */
export const replacedAt = (
  book: CommitmentBook,
  profile: ChargeProfile,
  at: Instant,
): Placement => {
  const found = placed(book, profile, at);
  if (found !== null) return found;
  const candidates = inOrderAt(book, at);
  const host =
    candidates.find((commitment) => {
      const { terms } = commitment.timeline[inForceAt(commitment.timeline, at)]!;
      return terms.startsAt <= at && (terms.endsAt === null || at < terms.endsAt);
    }) ?? candidates[0]!;
  const statement = inForceAt(host.timeline, at);
  const period = periodAt(host.timeline[statement]!.terms.schedule.periods, at);
  const { commitmentId } = host;
  const stop: Stop = { commitmentId, statement, period, class: '', fraction: 0n };
  const trace = { commitmentId, period, class: '', fraction: '0', rule: 'after-the-end' };
  return placementOf(book, at, [{ stop, trace }], true);
};

/** As the order was when a charge took effect, not as it is by the latest terms. */
const inOrderAt = (
  { commitments, orders }: CommitmentBook,
  at: Instant,
): readonly BookedCommitment[] => {
  if (commitments.length === 1) return commitments;
  const { ranks } = orders[orderAt(orders, at)]!;
  const rankOf = ({ commitmentId }: BookedCommitment): number =>
    ranks.get(commitmentId) ?? commitments.length;
  return [...commitments].sort((left, right) => rankOf(left) - rankOf(right));
};

/** Nothing falls on a commitment before it was pledged, also where an amendment moves its start before that. */
const isInTerm = (
  { timeline, termination }: BookedCommitment,
  { terms: { startsAt, endsAt } }: TermsStatement,
  at: Instant,
): boolean =>
  timeline[0]!.from <= at &&
  startsAt <= at &&
  (endsAt === null || at < endsAt) &&
  (termination === null || at < termination.at);

const stopOf = (
  book: CommitmentBook,
  { commitmentId, timeline }: BookedCommitment,
  index: number,
  profile: ChargeProfile,
  at: Instant,
) => {
  const statement = timeline[index]!;
  const eligible = eligibilityOf(profile, book.questions, at, statement);
  const period = periodAt(statement.terms.schedule.periods, at);
  const { class: name, fraction, rule } = eligible;
  return {
    stop: { commitmentId, statement: index, period, class: name, fraction },
    trace: {
      commitmentId,
      period,
      class: name,
      fraction: fraction === WHOLE ? '1' : formatUnits(fraction),
      rule,
    },
  };
};

const placementOf = (
  book: CommitmentBook,
  at: Instant,
  stops: readonly { readonly stop: Stop; readonly trace: AllocationTrace }[],
  isOutside: boolean,
): Placement => {
  const order = orderAt(book.orders, at);
  const route = stops.map(({ stop }) => stop);
  const trace = stops.map((each) => each.trace);
  return { order, route, trace, bucketKey: keyOf(order, route), isOutside };
};

const keyOf = (order: number, route: readonly Stop[]): string => {
  let key = `${order}`;
  for (const { commitmentId, statement, period, class: name, fraction } of route) {
    key += `|${commitmentId} ${statement} ${period} ${name} ${fraction}`;
  }
  return key;
};

const orderAt = (orders: readonly Order[], at: Instant): number => {
  let index = orders.length - 1;
  while (index > 0 && orders[index]!.from > at) index -= 1;
  return index;
};
