import { formatUnits } from '../../money.js';
import { compareText } from '../../text.js';
import {
  bookedCommitment,
  isNothing,
  minus,
  NOTHING,
  type BookedCommitment,
  type ChargeTotals,
  type CommitmentBook,
  type Placement,
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
  type Destination,
  type Posted,
} from './charges.js';
import { Postings, type Posting } from './postings.js';
import { runningSplit } from './refunds.js';
import {
  totalsOf,
  eligiblePart,
  noTotals,
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
  readonly unstackedTotals: Sums;
}

const NO_MOVEMENT: Movement = { lines: [], unstackedTotals: NOTHING };

/** Nearly always nothing binds, and the answer follows from the charge alone. */
export const movementOf = (
  book: CommitmentBook,
  posted: Posted,
  destination: Destination,
): Movement => {
  const moved =
    posted.usage === 0n && posted.refunds === 0n
      ? NO_MOVEMENT
      : (unboundMovement(book, posted, destination) ??
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
  let soFar = new Postings();
  let unstackedTotals = NOTHING;
  for (const each of [...new Set([...daysBefore.keys(), ...daysAfter.keys()])].sort()) {
    one.add(daysBefore.get(each));
    other.add(daysAfter.get(each));
    const [splitBefore, splitAfter] = [one.split(), other.split()];
    const moved = difference(splitAfter.postings, splitBefore.postings);
    lines.push(...linesOf(difference(moved, soFar), each));
    soFar = moved;
    unstackedTotals = minus(splitAfter.unstackedTotals, splitBefore.unstackedTotals);
  }
  return { lines, unstackedTotals };
};

/** The running totals of a book, from before its last days on. */
class Running {
  private readonly allTotals = new Map<string, ChargeTotals>();

  constructor(
    private readonly book: CommitmentBook,
    days: readonly DayCharges[],
  ) {
    for (const totals of book.totalsByPeriod.flat()) this.allTotals.set(totals.key, totals);
    for (const day of days) this.addTimes(day, -1n);
  }

  add(day: DayCharges | undefined): void {
    if (day !== undefined) this.addTimes(day, 1n);
  }

  split() {
    return runningSplit(this.book, [...this.allTotals.values()]);
  }

  private addTimes({ day, charges }: DayCharges, times: bigint): void {
    for (const each of charges) {
      const { destination, usage, refunds, eligible } = growthOf(day, null, each);
      const totals = this.allTotals.get(destination.totalsKey) ?? noTotals(destination);
      const growth = {
        isLater: false,
        destination,
        usage: times * usage,
        refunds: times * refunds,
        eligible: times * eligible,
      };
      this.allTotals.set(destination.totalsKey, grown(totals, growth));
    }
  }
}

const difference = (left: Postings, right: Postings): Postings => {
  const result = new Postings();
  for (const posting of left.values()) result.add(posting, posting);
  for (const posting of right.values()) result.add(posting, minus(NOTHING, posting));
  return result;
};

const linesOf = (postings: Postings, day: CalendarDay): readonly AllocationLine[] =>
  [...postings.values()]
    .filter((posting) => !isNothing(posting))
    .sort(comparePostings)
    .map((posting) => lineOf(posting, day, posting));

const comparePostings = (left: Posting, right: Posting): number =>
  compareText(left.commitmentId, right.commitmentId) ||
  left.period - right.period ||
  compareText(left.class, right.class);

const lineOf = (
  { commitmentId, period, class: name }: Pick<Placement, 'commitmentId' | 'period' | 'class'>,
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
  const days = new Map<CalendarDay, Postings>();
  for (const line of [...left, ...right]) {
    let postings = days.get(line.day);
    if (!postings) days.set(line.day, (postings = new Postings()));
    postings.add(line, sumsOfSplit(line));
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
  destination: Destination,
): Movement | null => {
  const placement = soleTaker(book, destination);
  if (!placement) return null;
  const own = placement.fraction === WHOLE || placement.fraction === 0n;
  // Fractions are rounded per group of charges; a part of a group may be taken back on another day.
  if (!own && (placement.fraction !== firstFraction(destination.placements) || posted.usage <= 0n))
    return null;
  const gross = posted.usage - posted.refunds;
  const eligible = !own ? partOf(book, posted, placement) : placement.fraction === 0n ? 0n : gross;
  if (placement.fraction > 0n && !isUnbound(book, placement, destination, posted)) return null;
  const unstackedTotals = { applied: eligible, overage: 0n, ineligible: gross - eligible };
  return { lines: [lineOf(placement, posted.day, unstackedTotals)], unstackedTotals };
};

/** What a charge adds to the eligible part of those that it joins: they are rounded together. */
const partOf = (book: CommitmentBook, posted: Posted, { fraction }: Placement): bigint => {
  const before = chargesLike(book, posted)?.usage ?? 0n;
  return eligiblePart(before + posted.usage, fraction) - eligiblePart(before, fraction);
};

/** The only placement that can take anything of a charge, as long as nothing binds there. */
const soleTaker = (book: CommitmentBook, { order, placements }: Destination): Placement | null => {
  if (placements.length === 1) return placements[0]!;
  const eligible = placements.filter(({ fraction }) => fraction > 0n);
  if (eligible.length === 0) return placements[0]!;
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
  placement: Placement,
  destination: Destination,
  posted: Posted,
): boolean => {
  const commitment = bookedCommitment(book, placement.commitmentId)!;
  if (!commitment.refundsCovered || !staysCovered(book, destination, posted)) return false;
  const more = posted.usage > 0n ? posted.usage : 0n;
  const apart = posted.refunds === 0n;
  return (
    commitment.timeline.every((statement) => fits(commitment, statement, placement, more, apart)) &&
    (apart || nothingOver(book, destination))
  );
};

/** A refund gives back overage first, of every commitment that it is eligible for: there must be none. */
const nothingOver = (book: CommitmentBook, { placements }: Destination): boolean =>
  placements.every((placement) => {
    if (placement.fraction === 0n) return true;
    const commitment = bookedCommitment(book, placement.commitmentId)!;
    return commitment.timeline.every((statement) =>
      fits(commitment, statement, placement, 0n, false),
    );
  });

const fits = (
  commitment: BookedCommitment,
  { terms: { schedule }, limits }: TermsStatement,
  placement: Placement,
  more: bigint,
  apart: boolean,
): boolean => {
  if (commitment.offeredTotal + more > limits.total) return false;
  if (schedule.mode === 'sum-of-periods') {
    const fitsIn = (period: number): boolean =>
      offeredIn(commitment, period, null) + (period === placement.period ? more : 0n) <=
      (limits.minimums[period] ?? 0n);
    // Where periods hand something on, what is used in one moves what others take.
    const isOwn = apart && !schedule.excessCarriesForward && limits.rollover === 0n;
    if (!fitsIn(placement.period)) return false;
    if (!isOwn && !commitment.offered.every((_, period) => fitsIn(period))) return false;
  }
  return limits.caps.every((cap) => {
    if (cap.class !== placement.class) return true;
    return cap.byPeriod === null
      ? offeredIn(commitment, null, placement.class) + more <= cap.overall
      : offeredIn(commitment, placement.period, placement.class) + more <=
          (cap.byPeriod[placement.period] ?? 0n);
  });
};

/**
 * Whether after `posted` all that was given back in its totals still comes off what was used in that totals, at every
 * date: then a refund moves nothing but its own place.
 */
export const staysCovered = (
  book: CommitmentBook,
  destination: Destination,
  { day, usage, refunds }: Pick<Posted, 'day' | 'usage' | 'refunds'>,
): boolean => {
  if (refunds === 0n && usage >= 0n) return true;
  // What counts until a later day is not followed any further, nor is a refund that is taken back.
  if (book.hasLaterReversals || refunds < 0n) return false;
  const totals = totalsOf(book.totalsByPeriod, destination);
  const givenBack = totals.refunds + refunds;
  if (givenBack === 0n) return true;
  if (usage < 0n) return false;
  let used = totals.usage;
  for (const { day: later, charges } of daysFrom(book.months, day)) {
    if (later === day) continue;
    for (const each of charges) {
      if (each.destination.totalsKey === totals.key && each.usage > 0n) used -= each.usage;
    }
  }
  return used >= givenBack;
};
