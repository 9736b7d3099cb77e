import { unitsOf } from '../../money.js';
import type { Charges } from './charges.js';
import type { CommitmentBook } from '../commitment.js';
import type { AllocationTrace, CommitmentEvent } from '../events.js';

/**
 * Entries of schema 1 say of a reversal on which commitments, periods and classes its original fell, not when. It comes
 * off charges that have as much to give, of the same place if there are any, else of the same period (a termination or
 * an amendment may have moved them since), the largest first: which of these it was makes no difference to what counts,
 * unless terms were amended within the period.
 */
export const placeOfOldReversal = (
  book: CommitmentBook,
  { trace, split }: Extract<CommitmentEvent, { type: 'DrawdownReversed' }>['body'],
): { readonly at: string; readonly profile: Charges } => {
  const taken = -unitsOf(split.gross);
  const has = (charges: Charges): bigint => (taken > 0n ? charges.usage : charges.refunds);
  const needed = taken > 0n ? taken : -taken;
  const all = book.months.flatMap(({ days }) => days).flatMap(({ charges }) => charges);
  const enough = all.filter((charges) => has(charges) >= needed);
  const [found] = [
    enough.filter((charges) => isSamePlace(charges.destination.trace, trace)),
    enough.filter((charges) => isSamePeriod(charges.destination.trace, trace)),
    enough,
    all,
  ].flatMap((candidates) =>
    [...candidates].sort((left, right) => (has(left) > has(right) ? -1 : 1)).slice(0, 1),
  );
  if (!found) throw new Error('a reversal takes back a charge that the book does not have');
  return { at: found.at, profile: found };
};

const isSamePlace = (
  left: readonly AllocationTrace[],
  right: readonly AllocationTrace[],
): boolean =>
  left.length === right.length &&
  left.every((placement, at) => {
    const other = right[at];
    return (
      other !== undefined &&
      placement.commitmentId === other.commitmentId &&
      placement.period === other.period &&
      placement.class === other.class &&
      placement.fraction === other.fraction
    );
  });

const isSamePeriod = (
  left: readonly AllocationTrace[],
  right: readonly AllocationTrace[],
): boolean =>
  left.some((placement) =>
    right.some(
      (other) => placement.commitmentId === other.commitmentId && placement.period === other.period,
    ),
  );
