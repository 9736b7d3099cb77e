import { formatUnits } from '../../money.js';
import { compareText } from '../../text.js';
import {
  bookedCommitment,
  isNothing,
  minus,
  NOTHING,
  type BookedCommitment,
  type Bucket,
  type CommitmentBook,
  type Stop,
  type Sums,
} from '../commitment.js';
import type { AllocationLine } from '../events.js';
import { sumsOfSplit } from './split.js';
import { WHOLE } from '../terms/limits.js';
import type { TermsStatement } from '../terms/timeline.js';
import { withCharge } from './book.js';
import {
  chargesLike,
  daysFrom,
  type CalendarDay,
  type DayCharges,
  type Placement,
  type Posted,
} from './charges.js';
import { Accounts, type Account } from './accounts.js';
import { runningSplit } from './refunds.js';
import {
  bucketOf,
  eligiblePart,
  emptyBucket,
  firstFraction,
  growthOf,
  grown,
  offeredIn,
} from './totals.js';

/** What an entry moves. */
export interface Movement {
  /** Per day of effect, commitment, period and class. The sum of all lines up to a day is what holds on that day. */
  readonly lines: readonly AllocationLine[];
  /** What all of it comes to in the end, a charge that stackable commitments share counted once. */
  readonly headline: Sums;
}

const NO_MOVEMENT: Movement = { lines: [], headline: NOTHING };

/** Nearly always nothing binds, and the answer follows from the charge alone. */
export const movementOf = (
  book: CommitmentBook,
  posted: Posted,
  placement: Placement,
): Movement => {
  const moved =
    posted.usage === 0n && posted.refunds === 0n
      ? NO_MOVEMENT
      : (unboundMovement(book, posted, placement) ??
        movement(book, withCharge(book, posted), posted.day));
  return book.unsaid.length === 0 ? moved : { ...moved, lines: together(book.unsaid, moved.lines) };
};

/** Of terms that change from `day` on. */
export const movementOfTerms = (
  before: CommitmentBook,
  after: CommitmentBook,
  day: CalendarDay,
): Movement => {
  const moved = movement(before, after, day);
  return { ...moved, lines: together(before.unsaid, moved.lines) };
};

/**
 * The difference between two books that are alike before `day`, day by day: on each day from then on, what the running
 * totals up to that day come to, after less before, less what it was the day before.
 */
export const movement = (
  before: CommitmentBook,
  after: CommitmentBook,
  day: CalendarDay,
): Movement => {
  const daysBefore = new Map(daysFrom(before.months, day).map((each) => [each.day, each]));
  const daysAfter = new Map(daysFrom(after.months, day).map((each) => [each.day, each]));
  const one = new Running(before, [...daysBefore.values()]);
  const other = new Running(after, [...daysAfter.values()]);
  const lines: AllocationLine[] = [];
  let soFar = new Accounts();
  let headline = NOTHING;
  for (const each of [...new Set([...daysBefore.keys(), ...daysAfter.keys()])].sort()) {
    one.add(daysBefore.get(each));
    other.add(daysAfter.get(each));
    const [splitBefore, splitAfter] = [one.split(), other.split()];
    const moved = difference(splitAfter.accounts, splitBefore.accounts);
    lines.push(...linesOf(difference(moved, soFar), each));
    soFar = moved;
    headline = minus(splitAfter.headline, splitBefore.headline);
  }
  return { lines, headline };
};

/** The running totals of a book, from before its last days on. */
class Running {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly book: CommitmentBook,
    days: readonly DayCharges[],
  ) {
    for (const bucket of book.shelves.flat()) this.buckets.set(bucket.key, bucket);
    for (const day of days) this.addTimes(day, -1n);
  }

  add(day: DayCharges | undefined): void {
    if (day !== undefined) this.addTimes(day, 1n);
  }

  split() {
    return runningSplit(this.book, [...this.buckets.values()]);
  }

  private addTimes({ day, charges }: DayCharges, times: bigint): void {
    for (const each of charges) {
      const { placement, usage, refunds, eligible } = growthOf(day, null, each);
      const bucket = this.buckets.get(placement.bucketKey) ?? emptyBucket(placement);
      const growth = {
        isLater: false,
        placement,
        usage: times * usage,
        refunds: times * refunds,
        eligible: times * eligible,
      };
      this.buckets.set(placement.bucketKey, grown(bucket, growth));
    }
  }
}

const difference = (left: Accounts, right: Accounts): Accounts => {
  const result = new Accounts();
  for (const account of left.values()) result.add(account, account);
  for (const account of right.values()) result.add(account, minus(NOTHING, account));
  return result;
};

const linesOf = (accounts: Accounts, day: CalendarDay): readonly AllocationLine[] =>
  [...accounts.values()]
    .filter((account) => !isNothing(account))
    .sort(compareAccounts)
    .map((account) => lineOf(account, day, account));

const compareAccounts = (left: Account, right: Account): number =>
  compareText(left.commitmentId, right.commitmentId) ||
  left.period - right.period ||
  compareText(left.class, right.class);

const lineOf = (
  { commitmentId, period, class: name }: Pick<Stop, 'commitmentId' | 'period' | 'class'>,
  day: CalendarDay,
  { applied, overage, ineligible }: Sums,
): AllocationLine => ({
  commitmentId,
  period,
  class: name,
  day,
  applied: formatUnits(applied),
  overage: formatUnits(overage),
  ineligible: formatUnits(ineligible),
});

/** Lines of the same day and place as one; what comes to nothing is left out. */
export const together = (
  left: readonly AllocationLine[],
  right: readonly AllocationLine[],
): readonly AllocationLine[] => {
  if (left.length === 0) return right;
  const days = new Map<CalendarDay, Accounts>();
  for (const line of [...left, ...right]) {
    let accounts = days.get(line.day);
    if (!accounts) days.set(line.day, (accounts = new Accounts()));
    accounts.add(line, sumsOfSplit(line));
  }
  return [...days.keys()].sort().flatMap((day) => linesOf(days.get(day)!, day));
};

/** `lines` taken away from nothing. */
export const negated = (lines: readonly AllocationLine[]): readonly AllocationLine[] =>
  lines.map((line) => lineOf(line, line.day, minus(NOTHING, sumsOfSplit(line))));

/**
 * The same answer as `movement` (a property says so) where one commitment takes the whole charge and none of its limits
 * binds, whatever the date, before or after: nothing else can move then. Null where that is not certain.
 */
export const unboundMovement = (
  book: CommitmentBook,
  posted: Posted,
  placement: Placement,
): Movement | null => {
  const stop = soleTaker(book, placement);
  if (!stop) return null;
  const own = stop.fraction === WHOLE || stop.fraction === 0n;
  // Fractions are rounded per group of charges; a part of a group may be taken back on another day.
  if (!own && (stop.fraction !== firstFraction(placement.route) || posted.usage <= 0n)) return null;
  const gross = posted.usage - posted.refunds;
  const eligible = !own ? partOf(book, posted, stop) : stop.fraction === 0n ? 0n : gross;
  if (stop.fraction > 0n && !isUnbound(book, stop, placement, posted)) return null;
  const headline = { applied: eligible, overage: 0n, ineligible: gross - eligible };
  return { lines: [lineOf(stop, posted.day, headline)], headline };
};

/** What a charge adds to the eligible part of those that it joins: they are rounded together. */
const partOf = (book: CommitmentBook, posted: Posted, { fraction }: Stop): bigint => {
  const before = chargesLike(book, posted)?.usage ?? 0n;
  return eligiblePart(before + posted.usage, fraction) - eligiblePart(before, fraction);
};

/** The only stop that can take anything of a charge, as long as nothing binds there. */
const soleTaker = (book: CommitmentBook, { order, route }: Placement): Stop | null => {
  if (route.length === 1) return route[0]!;
  const eligible = route.filter(({ fraction }) => fraction > 0n);
  if (eligible.length === 0) return route[0]!;
  if (eligible.length === 1) return eligible[0]!;
  const { tiers } = book.orders[order]!;
  const ranks = eligible.map(({ commitmentId }) => tiers.get(commitmentId)!);
  const first = Math.min(...ranks);
  const takers = eligible.filter((_, at) => ranks[at] === first);
  // A later tier is offered nothing only where the first takes all.
  return takers.length === 1 && takers[0]!.fraction === WHOLE ? takers[0]! : null;
};

/**
 * All that the commitment could ever be asked to take stays within each limit of all its terms, refunds not counted:
 * then it does so at every date. Refunds come off their own period and class, or the full answer is needed.
 */
const isUnbound = (
  book: CommitmentBook,
  stop: Stop,
  placement: Placement,
  posted: Posted,
): boolean => {
  const commitment = bookedCommitment(book, stop.commitmentId)!;
  if (!commitment.refundsCovered || !staysCovered(book, placement, posted)) return false;
  const more = posted.usage > 0n ? posted.usage : 0n;
  const apart = posted.refunds === 0n;
  return (
    commitment.timeline.every((statement) => fits(commitment, statement, stop, more, apart)) &&
    (apart || nothingOver(book, placement))
  );
};

/** A refund gives back overage first, of every commitment that it is eligible for: there must be none. */
const nothingOver = (book: CommitmentBook, { route }: Placement): boolean =>
  route.every((stop) => {
    if (stop.fraction === 0n) return true;
    const commitment = bookedCommitment(book, stop.commitmentId)!;
    return commitment.timeline.every((statement) => fits(commitment, statement, stop, 0n, false));
  });

const fits = (
  commitment: BookedCommitment,
  { terms: { schedule }, limits }: TermsStatement,
  stop: Stop,
  more: bigint,
  apart: boolean,
): boolean => {
  if (commitment.offeredTotal + more > limits.total) return false;
  if (schedule.mode === 'sum-of-periods') {
    const fitsIn = (period: number): boolean =>
      offeredIn(commitment, period, null) + (period === stop.period ? more : 0n) <=
      (limits.minimums[period] ?? 0n);
    // Where periods hand something on, what is used in one moves what others take.
    const isOwn = apart && !schedule.excessCarriesForward && limits.rollover === 0n;
    if (!fitsIn(stop.period)) return false;
    if (!isOwn && !commitment.offered.every((_, period) => fitsIn(period))) return false;
  }
  return limits.caps.every((cap) => {
    if (cap.class !== stop.class) return true;
    return cap.byPeriod === null
      ? offeredIn(commitment, null, stop.class) + more <= cap.overall
      : offeredIn(commitment, stop.period, stop.class) + more <= (cap.byPeriod[stop.period] ?? 0n);
  });
};

/**
 * Whether after `posted` all that was given back in its bucket still comes off what was used in that bucket, at every
 * date: then a refund moves nothing but its own place.
 */
export const staysCovered = (
  book: CommitmentBook,
  placement: Placement,
  { day, usage, refunds }: Pick<Posted, 'day' | 'usage' | 'refunds'>,
): boolean => {
  if (refunds === 0n && usage >= 0n) return true;
  // What counts until a later day is not followed any further, nor is a refund that is taken back.
  if (book.hasLaterReversals || refunds < 0n) return false;
  const bucket = bucketOf(book.shelves, placement);
  const givenBack = bucket.refunds + refunds;
  if (givenBack === 0n) return true;
  if (usage < 0n) return false;
  let used = bucket.usage;
  for (const { day: later, charges } of daysFrom(book.months, day)) {
    if (later === day) continue;
    for (const each of charges) {
      if (each.placement.bucketKey === bucket.key && each.usage > 0n) used -= each.usage;
    }
  }
  return used >= givenBack;
};
