import type { Instant } from '../../decider.js';
import { runningSplit } from '../allocation/refunds.js';
import { growthOf, withGrowth } from '../allocation/totals.js';
import type { CommitmentBook } from '../commitment.js';

type Shelves = CommitmentBook['shelves'];

/** What is applied to a commitment by everything in the book, in units of 10^-12. */
export const appliedBy = (book: CommitmentBook, commitmentId: string): bigint =>
  appliedOf(book, book.shelves, commitmentId);

/** The same, of charges before `until`. */
export const appliedBefore = (
  book: CommitmentBook,
  commitmentId: string,
  until: Instant,
): bigint => {
  let shelves: Shelves = [];
  for (const { day, charges } of book.months.flatMap(({ days }) => days)) {
    for (const each of charges) {
      if (each.at < until) shelves = withGrowth(shelves, growthOf(day, null, each));
    }
  }
  return appliedOf(book, shelves, commitmentId);
};

const appliedOf = (book: CommitmentBook, shelves: Shelves, commitmentId: string): bigint => {
  let applied = 0n;
  for (const account of runningSplit(book, shelves.flat()).accounts.values()) {
    if (account.commitmentId === commitmentId) applied += account.applied;
  }
  return applied;
};
