import type { Instant } from '../../decider.js';
import { formatUnits } from '../../money.js';
import type { BookedCommitment, CommitmentBook, Order, Placement } from '../commitment.js';
import type { AllocationTrace } from '../events.js';
import { eligibilityOf } from '../terms/eligibility.js';
import { WHOLE } from '../terms/limits.js';
import { inForceAt, periodAt, type TermsStatement } from '../terms/timeline.js';
import type { ChargeProfile, Destination } from './charges.js';

interface Placed {
  readonly placement: Placement;
  readonly trace: AllocationTrace;
}

/**
 * Where a charge that took effect at `at` falls on each commitment whose term contains that moment, under the terms in
 * force then. Null: outside all terms.
 */
export const destinationAt = (
  book: CommitmentBook,
  profile: ChargeProfile,
  at: Instant,
): Destination | null => {
  const placed: Placed[] = [];
  for (const commitment of inOrderAt(book, at)) {
    const index = inForceAt(commitment.timeline, at);
    const inForce = commitment.timeline[index]!;
    if (isInTerm(commitment, inForce, at)) {
      placed.push(placedOn(book, commitment, index, profile, at));
    }
  }
  return placed.length === 0 ? null : destinationOf(book, at, placed, false);
};

/**
 * The same of a charge that was recorded: where terms have ended before it since, it counts nowhere any more and is
 * ineligible on the first commitment whose terms would have it, or the last period of the first.
 */
export const destinationOfRecorded = (
  book: CommitmentBook,
  profile: ChargeProfile,
  at: Instant,
): Destination => {
  const found = destinationAt(book, profile, at);
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
  const placement: Placement = { commitmentId, statement, period, class: '', fraction: 0n };
  const trace = { commitmentId, period, class: '', fraction: '0', rule: 'after-the-end' };
  return destinationOf(book, at, [{ placement, trace }], true);
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

const placedOn = (
  book: CommitmentBook,
  { commitmentId, timeline }: BookedCommitment,
  index: number,
  profile: ChargeProfile,
  at: Instant,
): Placed => {
  const statement = timeline[index]!;
  const eligible = eligibilityOf(profile, book.questions, at, statement);
  const period = periodAt(statement.terms.schedule.periods, at);
  const { class: name, fraction, rule } = eligible;
  return {
    placement: { commitmentId, statement: index, period, class: name, fraction },
    trace: {
      commitmentId,
      period,
      class: name,
      fraction: fraction === WHOLE ? '1' : formatUnits(fraction),
      rule,
    },
  };
};

const destinationOf = (
  book: CommitmentBook,
  at: Instant,
  placed: readonly Placed[],
  isOutside: boolean,
): Destination => {
  const order = orderAt(book.orders, at);
  const placements = placed.map(({ placement }) => placement);
  const trace = placed.map((each) => each.trace);
  return { order, placements, trace, totalsKey: keyOf(order, placements), isOutside };
};

const keyOf = (order: number, placements: readonly Placement[]): string => {
  let key = `${order}`;
  for (const { commitmentId, statement, period, class: name, fraction } of placements) {
    key += `|${commitmentId} ${statement} ${period} ${name} ${fraction}`;
  }
  return key;
};

const orderAt = (orders: readonly Order[], at: Instant): number => {
  let index = orders.length - 1;
  while (index > 0 && orders[index]!.from > at) index -= 1;
  return index;
};
