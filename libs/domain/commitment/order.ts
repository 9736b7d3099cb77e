import type { BookedCommitment, CommitmentBook } from './commitment.js';

/** The order of allocation: lower priority number first, then the earlier end (unknown last), then id. */
const compare = (left: BookedCommitment, right: BookedCommitment): number =>
  left.terms.priority - right.terms.priority ||
  compareText(left.terms.endsAt ?? OPEN, right.terms.endsAt ?? OPEN) ||
  compareText(left.commitmentId, right.commitmentId);

/** Sorts after every instant. */
const OPEN = '~';

const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

/**
 * In order, each with its tier. All stackable commitments form one tier, at the place of the first of them; every
 * other commitment is a tier of its own.
 */
export const inOrder = (commitments: readonly BookedCommitment[]): BookedCommitment[] => {
  const sorted = [...commitments].sort(compare);
  const stacked = sorted.findIndex(({ terms }) => terms.stackable);
  return sorted.map((commitment, at) => ({
    ...commitment,
    tier: commitment.terms.stackable ? stacked : at,
  }));
};

/** `commitment` in place of the one with its id. */
export const replaced = (
  commitments: readonly BookedCommitment[],
  commitment: BookedCommitment,
): BookedCommitment[] => {
  const at = commitments.findIndex(({ commitmentId }) => commitmentId === commitment.commitmentId);
  return commitments.with(at, commitment);
};

/**
 * Starts every running total anew on top of what is recorded: recorded sums stay as they are, and the terms as they
 * are now decide only about what comes after.
 */
export const rebased = (book: CommitmentBook): CommitmentBook => ({
  ...book,
  commitments: book.commitments.map((commitment) => ({
    ...commitment,
    opening: commitment.recorded,
    openingApplied: commitment.applied,
  })),
  shelves: [],
  openingHeadline: book.headline,
});

/** A new stackable commitment can move the whole stackable tier ahead of others; then charges already split must stay. */
export const movesTiers = (
  before: readonly BookedCommitment[],
  after: readonly BookedCommitment[],
): boolean => {
  const tiers = before.map(
    ({ commitmentId }) =>
      after.find((commitment) => commitment.commitmentId === commitmentId)!.tier,
  );
  return before.some((left, i) =>
    before.some(
      (right, j) => Math.sign(left.tier - right.tier) !== Math.sign(tiers[i]! - tiers[j]!),
    ),
  );
};
