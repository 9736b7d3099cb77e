import { compareText } from '../../text.js';
import { isNothing, minus, NOTHING, type Placement, type Sums } from '../commitment.js';
import type { AllocationLine, Reallocation, Split } from '../events.js';
import type { CalendarDay } from './charges.js';
import { Postings, type Posting } from './postings.js';
import { parts, sumsOfSplit } from './split.js';

/** What an entry moves. */
export interface Movement {
  /** Per day of effect, commitment, period and class. The sum of all lines up to a day is what holds on that day. */
  readonly lines: readonly AllocationLine[];
  /** What all of it comes to in the end, a charge that stackable commitments share counted once. */
  readonly unstackedTotals: Sums;
  /** The same as text, with their gross. */
  readonly split: Split;
}

export const linesOf = (postings: Postings, day: CalendarDay): readonly AllocationLine[] =>
  [...postings.values()]
    .filter((posting) => !isNothing(posting))
    .sort(comparePostings)
    .map((posting) => lineOf(posting, day, parts(posting)));

const comparePostings = (left: Posting, right: Posting): number =>
  compareText(left.commitmentId, right.commitmentId) ||
  left.period - right.period ||
  compareText(left.class, right.class);

export const lineOf = (
  { commitmentId, period, class: name }: Pick<Placement, 'commitmentId' | 'period' | 'class'>,
  day: CalendarDay,
  { applied, overage, ineligible }: Reallocation,
): AllocationLine => ({ commitmentId, period, class: name, day, applied, overage, ineligible });

/** Lines of the same day and place as one; what comes to nothing is left out. */
export const mergedLines = (
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
  return [...days]
    .sort(([left], [right]) => compareText(left, right))
    .flatMap(([day, postings]) => linesOf(postings, day));
};

/** `lines` taken away from nothing. */
export const negated = (lines: readonly AllocationLine[]): readonly AllocationLine[] =>
  lines.map((line) => lineOf(line, line.day, parts(minus(NOTHING, sumsOfSplit(line)))));
