import type { Instant } from '../../decider.js';
import { runningSplit } from '../allocation/running-split.js';
import { growthOf, withGrowth } from '../allocation/totals.js';
import type { CommitmentBook } from '../commitment.js';

type TotalsByPeriod = CommitmentBook['totalsByPeriod'];

/** What is applied to a commitment by everything in the book, in units of 10^-12. */
export const appliedBy = (book: CommitmentBook, commitmentId: string): bigint =>
  appliedOf(book, book.totalsByPeriod, commitmentId);

/** The same, of charges before `until`. */
export const appliedBefore = (
  book: CommitmentBook,
  commitmentId: string,
  until: Instant,
): bigint => {
  let totalsByPeriod: TotalsByPeriod = [];
  for (const { day, charges } of book.months.flatMap(({ days }) => days)) {
    for (const each of charges) {
      if (each.at < until) totalsByPeriod = withGrowth(totalsByPeriod, growthOf(day, null, each));
    }
  }
  return appliedOf(book, totalsByPeriod, commitmentId);
};

const appliedOf = (
  book: CommitmentBook,
  totalsByPeriod: TotalsByPeriod,
  commitmentId: string,
): bigint => {
  let applied = 0n;
  for (const posting of runningSplit(book, totalsByPeriod.flat()).postings.values()) {
    if (posting.commitmentId === commitmentId) applied += posting.applied;
  }
  return applied;
};
