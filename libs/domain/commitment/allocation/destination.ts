import type { Instant } from '../../decider.js';
import { formatUnits } from '../../money.js';
import {
  orderWith,
  type BookedCommitment,
  type CommitmentBook,
  type Order,
  type Placement,
} from '../commitment.js';
import type { AllocationTrace } from '../events.js';
import { eligibilityOf } from '../terms/eligibility.js';
import { WHOLE } from '../terms/limits.js';
import {
  heldFrom,
  inForceAt,
  periodAt,
  statementAt,
  termsAt,
  type TermsStatement,
} from '../terms/timeline.js';
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
    if (isInTerm(commitment, statementAt(commitment.timeline, index), at)) {
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
    candidates.find(({ timeline }) => {
      const { startsAt, endsAt } = termsAt(timeline, at).terms;
      return startsAt <= at && (endsAt === null || at < endsAt);
    }) ?? candidates[0];
  if (!host) throw new Error('a charge was recorded where nothing was ever pledged');
  const statement = inForceAt(host.timeline, at);
  const period = periodAt(statementAt(host.timeline, statement).terms.schedule.periods, at);
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
  const { ranks } = orderWith(orders, orderAt(orders, at));
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
  heldFrom(timeline) <= at &&
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
  const statement = statementAt(timeline, index);
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
  let held = 0;
  for (let index = 1; index < orders.length; index += 1) {
    const next = orders[index];
    if (next !== undefined && next.from <= at) held = index;
  }
  return held;
};
