import type { Instant } from '../../decider.js';
import type { BookedCommitment, CommitmentBook } from '../commitment.js';
import { withQuestions } from '../terms/questions.js';
import { boundariesOf } from '../terms/timeline.js';
import { isLater, type Posted } from './charges.js';
import { placedAnew, withPosted } from './charges-by-day.js';
import { inOrder, ordersOf } from './tiers.js';
import { destinationOfRecorded } from './destination.js';
import { withOffered } from './offered.js';
import { growthOf, totalsOf, withGrowth } from './totals.js';

/** The book with one more charge, or less of one. */
export const withCharge = (book: CommitmentBook, posted: Posted): CommitmentBook => {
  const { months, before, after } = withPosted(book, posted, () =>
    destinationOfRecorded(book, posted.profile, posted.at),
  );
  const growth = growthOf(posted.day, before, after);
  return {
    commitments: withOffered(book.commitments, growth),
    orders: book.orders,
    questions: book.questions,
    cuts: book.cuts,
    hasLaterReversals: book.hasLaterReversals || isLater(posted),
    months,
    totalsByPeriod: withGrowth(book.totalsByPeriod, growth),
    unsaid: book.unsaid,
    reversed: book.reversed,
    reversals: book.reversals,
  };
};

/** The book under these commitments: everything that follows from terms is derived anew. */
export const withCommitments = (
  book: CommitmentBook,
  commitments: readonly BookedCommitment[],
): CommitmentBook => {
  const timelines = commitments.map(({ timeline }) => timeline);
  const ordered = inOrder(commitments.map(withoutTotals));
  const next: CommitmentBook = {
    ...book,
    commitments: ordered,
    orders: ordersOf(ordered),
    questions: timelines
      .flat()
      .reduce((known, { terms }) => withQuestions(known, terms), book.questions),
    cuts: cutsOf(commitments),
    totalsByPeriod: [],
  };
  return withTotals({
    ...next,
    months: placedAnew(next.months, (charges) => destinationOfRecorded(next, charges, charges.at)),
  });
};

/** Totals, what commitments are offered, and whether refunds are covered, from all charges. */
const withTotals = (book: CommitmentBook): CommitmentBook => {
  let { commitments, totalsByPeriod } = book;
  const uncovered = new Set<string>();
  for (const { days } of book.months) {
    for (const { day, charges } of days) {
      const touched = charges.map((each) => growthOf(day, null, each));
      for (const growth of touched) {
        commitments = withOffered(commitments, growth);
        totalsByPeriod = withGrowth(totalsByPeriod, growth);
      }
      for (const { destination } of touched) {
        const { refunds, usage } = totalsOf(totalsByPeriod, destination);
        // What is taken back on a later day is not followed any further.
        const isCovered =
          refunds === 0n ? usage >= 0n : !book.hasLaterReversals && refunds <= usage;
        if (isCovered) continue;
        for (const { commitmentId } of destination.placements) uncovered.add(commitmentId);
      }
    }
  }
  const known = commitments.map((each) => ({
    ...each,
    refundsCovered:
      each.refundsTotal === 0n || (!book.hasLaterReversals && !uncovered.has(each.commitmentId)),
  }));
  return { ...book, commitments: known, totalsByPeriod };
};

const withoutTotals = (commitment: BookedCommitment): BookedCommitment => ({
  ...commitment,
  offered: [],
  offeredTotal: 0n,
  refundsTotal: 0n,
});

const MIDNIGHT = 'T00:00:00.000000Z';

/** Moments at which something of the terms begins or ends, and that are not the start of a day. */
const cutsOf = (commitments: readonly BookedCommitment[]): readonly Instant[] =>
  [
    ...new Set(commitments.flatMap(momentsOf).filter((moment) => !moment.endsWith(MIDNIGHT))),
  ].sort();

/** Every moment at which what a charge is under can change. */
const momentsOf = ({ timeline, termination }: BookedCommitment): readonly Instant[] => [
  ...timeline.flatMap(({ from, terms }) => [
    from,
    ...boundariesOf(terms),
    ...terms.eligibility.flatMap((rule) => [rule.from, rule.until].filter((each) => each !== null)),
  ]),
  ...(termination === null ? [] : [termination.at]),
];
