import {
  commitmentIn,
  orderWith,
  tierOf,
  type BookedCommitment,
  type CommitmentBook,
  type Placement,
} from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import type { TermsStatement } from '../terms/timeline.js';
import type { Destination, Posted } from './charges.js';
import { chargesLike } from './charges-by-day.js';
import { staysCovered } from './covered.js';
import { lineOf, type Movement } from './lines.js';
import { offeredIn } from './offered.js';
import { splitText } from './split.js';
import { eligiblePart, firstFraction } from './totals.js';

/**
 * The same answer as `movement` (a property says so) where one commitment takes the whole charge and none of its limits
 * binds, whatever the date, before or after: nothing else can move then. Null where that is not certain.
 */
export const unboundMovement = (
  book: CommitmentBook,
  posted: Posted,
  destination: Destination,
): Movement | null => {
  const placement = soleTaker(book, destination);
  if (!placement) return null;
  const eligible = eligibleOf(book, posted, destination, placement);
  if (eligible === null) return null;
  if (placement.fraction > 0n && !isUnbound(book, placement, destination, posted)) return null;
  const ineligible = posted.usage - posted.refunds - eligible;
  const unstackedTotals = { applied: eligible, overage: 0n, ineligible };
  const split = splitText(unstackedTotals);
  return { lines: [lineOf(placement, posted.day, split)], unstackedTotals, split };
};

/** The only placement that can take anything of a charge, as long as nothing binds there. */
const soleTaker = (book: CommitmentBook, { order, placements }: Destination): Placement | null => {
  const [first] = placements;
  if (!first || placements.length === 1) return first ?? null;
  const eligible = placements.filter(({ fraction }) => fraction > 0n);
  if (eligible.length < 2) return eligible[0] ?? first;
  const inForce = orderWith(book.orders, order);
  const tiers = eligible.map(({ commitmentId }) => tierOf(inForce, commitmentId));
  const earliest = Math.min(...tiers);
  const [taker, rival] = eligible.filter((_, at) => tiers[at] === earliest);
  // A later tier is offered nothing only where the first takes all.
  return taker?.fraction === WHOLE && !rival ? taker : null;
};

/** What a charge adds to the eligible part of those that it joins. Null: not certain. */
const eligibleOf = (
  book: CommitmentBook,
  posted: Posted,
  { placements }: Destination,
  { fraction }: Placement,
): bigint | null => {
  if (fraction === WHOLE) return posted.usage - posted.refunds;
  if (fraction === 0n) return 0n;
  // Fractions are rounded per group of charges; a part of a group may be taken back on another day.
  if (fraction !== firstFraction(placements) || posted.usage <= 0n) return null;
  const before = chargesLike(book, posted)?.usage ?? 0n;
  return eligiblePart(before + posted.usage, fraction) - eligiblePart(before, fraction);
};

/**
 * All that the commitment could ever be asked to take stays within each limit of all its terms, refunds not counted:
 * then it does so at every date. Refunds come off their own period and class, or the full answer is needed.
 */
const isUnbound = (
  book: CommitmentBook,
  placement: Placement,
  destination: Destination,
  posted: Posted,
): boolean => {
  const commitment = commitmentIn(book, placement.commitmentId);
  if (!commitment.refundsCovered || !staysCovered(book, destination, posted)) return false;
  const more = posted.usage > 0n ? posted.usage : 0n;
  if (posted.refunds === 0n) {
    return commitment.timeline.every((each) => takes(commitment, each, placement, more));
  }
  return (
    commitment.timeline.every((each) => isBelowAll(commitment, each, placement, more)) &&
    hasNoOverage(book, destination)
  );
};

/** A refund gives back overage first, of every commitment that it is eligible for: there must be none. */
const hasNoOverage = (book: CommitmentBook, { placements }: Destination): boolean =>
  placements.every((placement) => {
    if (placement.fraction === 0n) return true;
    const commitment = commitmentIn(book, placement.commitmentId);
    return commitment.timeline.every((each) => isBelowAll(commitment, each, placement, 0n));
  });

/** With `more` usage, every limit holds that the placement is under. */
const takes = (
  commitment: BookedCommitment,
  statement: TermsStatement,
  placement: Placement,
  more: bigint,
): boolean =>
  commitment.offeredTotal + more <= statement.limits.total &&
  isBelowNeed(commitment, statement, placement.period, more) &&
  (!handsOn(statement) || areOthersBelow(commitment, statement, placement)) &&
  isBelowCaps(commitment, statement, placement, more);

/** The same, and nothing is over in any other period either. */
const isBelowAll = (
  commitment: BookedCommitment,
  statement: TermsStatement,
  placement: Placement,
  more: bigint,
): boolean =>
  takes(commitment, statement, placement, more) && areOthersBelow(commitment, statement, placement);

/** Where periods hand something on, what is used in one moves what others take. */
const handsOn = ({ terms, limits }: TermsStatement): boolean =>
  terms.schedule.excessCarriesForward || limits.rollover !== 0n;

const areOthersBelow = (
  commitment: BookedCommitment,
  statement: TermsStatement,
  own: Placement,
): boolean =>
  commitment.offered.every(
    (_, period) => period === own.period || isBelowNeed(commitment, statement, period, 0n),
  );

/** Only where the total is the sum of periods does a period take no more than it needs. */
const isBelowNeed = (
  commitment: BookedCommitment,
  { terms, limits }: TermsStatement,
  period: number,
  more: bigint,
): boolean =>
  terms.schedule.mode !== 'sum-of-periods' ||
  offeredIn(commitment, period, null) + more <= (limits.minimums[period] ?? 0n);

const isBelowCaps = (
  commitment: BookedCommitment,
  { limits }: TermsStatement,
  { period, class: name }: Placement,
  more: bigint,
): boolean =>
  limits.caps.every((cap) => {
    if (cap.class !== name) return true;
    return cap.byPeriod === null
      ? offeredIn(commitment, null, name) + more <= cap.overall
      : offeredIn(commitment, period, name) + more <= (cap.byPeriod[period] ?? 0n);
  });
