import type { Instant } from '../../decider.js';
import type { BookedCommitment, CommitmentBook } from '../commitment.js';
import { withQuestions } from '../terms/eligibility.js';
import { boundariesOf } from '../terms/timeline.js';
import { isLater, replaced, withPosted, type Posted } from './charges.js';
import { inOrder, ordersOf } from './order.js';
import { replacedAt } from './placement.js';
import { growthOf, withGrowth, withOffered } from './totals.js';

/** The book with one more charge, or less of one. */
export const withCharge = (book: CommitmentBook, posted: Posted): CommitmentBook => {
  const { months, before, after } = withPosted(book, posted, () =>
    replacedAt(book, posted.profile, posted.at),
  );
  const growth = growthOf(posted.day, before, after);
  return {
    commitments: withOffered(book.commitments, growth),
    orders: book.orders,
    questions: book.questions,
    cuts: book.cuts,
    hasLaterReversals: book.hasLaterReversals || isLater(posted),
    months,
    shelves: withGrowth(book.shelves, growth),
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
    shelves: [],
  };
  return withTotals({
    ...next,
    months: replaced(next.months, (charges) => replacedAt(next, charges, charges.at)),
  });
};

/** Buckets and what commitments are offered, added up from all charges. */
const withTotals = (book: CommitmentBook): CommitmentBook => {
  let { commitments, shelves } = book;
  for (const { days } of book.months) {
    for (const { day, charges } of days) {
      for (const each of charges) {
        const growth = growthOf(day, null, each);
        commitments = withOffered(commitments, growth);
        shelves = withGrowth(shelves, growth);
      }
    }
  }
  // Whether refunds are still covered is not known after terms have moved: if there are any, all is looked at.
  const known = commitments.map((each) => ({ ...each, refundsCovered: each.refundsTotal === 0n }));
  return { ...book, commitments: known, shelves };
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
export const momentsOf = ({ timeline, termination }: BookedCommitment): readonly Instant[] => [
  ...timeline.flatMap(({ from, terms }) => [
    from,
    ...boundariesOf(terms),
    ...terms.eligibility.flatMap((rule) => [rule.from, rule.until].filter((each) => each !== null)),
  ]),
  ...(termination === null ? [] : [termination.at]),
];
