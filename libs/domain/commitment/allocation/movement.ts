import { minus, NOTHING, type CommitmentBook } from '../commitment.js';
import type { AllocationLine } from '../events.js';
import { withCharge } from './book.js';
import type { CalendarDay, Destination, Posted } from './charges.js';
import { daysFrom } from './charges-by-day.js';
import { linesOf, mergedLines, type Movement } from './lines.js';
import { splitText } from './split.js';
import { Postings } from './postings.js';
import { TotalsByDay } from './totals-by-day.js';
import { unboundMovement } from './unbound.js';

const NO_MOVEMENT: Movement = {
  lines: [],
  unstackedTotals: NOTHING,
  split: splitText(NOTHING),
};

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
  return book.unsaid.length === 0
    ? moved
    : { ...moved, lines: mergedLines(book.unsaid, moved.lines) };
};

/** Of terms that change from `day` on. */
export const movementOfTerms = (
  before: CommitmentBook,
  after: CommitmentBook,
  day: CalendarDay,
): Movement => {
  const moved = movement(before, after, day);
  return { ...moved, lines: mergedLines(before.unsaid, moved.lines) };
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
  const one = new TotalsByDay(before, [...daysBefore.values()]);
  const other = new TotalsByDay(after, [...daysAfter.values()]);
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
  return { lines, unstackedTotals, split: splitText(unstackedTotals) };
};

const difference = (left: Postings, right: Postings): Postings => {
  const result = new Postings();
  for (const posting of left.values()) result.add(posting, posting);
  for (const posting of right.values()) result.add(posting, minus(NOTHING, posting));
  return result;
};
