import type { Charges } from './allocation/charges.js';
import type { CommitmentBook } from './commitment.js';
import type { AllocationTrace, CommitmentEvent } from './events.js';

/**
 * Entries of schema 1 say of a reversal on which commitments, periods and classes its original fell, not when. It comes
 * off charges that fall on the same places, the most of them first: which of these it was makes no difference to what
 * counts, unless terms were amended within the period.
 */
export const placeOfOldReversal = (
  book: CommitmentBook,
  { trace }: Extract<CommitmentEvent, { type: 'DrawdownReversed' }>['body'],
): { readonly at: string; readonly profile: Charges } => {
  const all = book.months.flatMap(({ days }) => days).flatMap(({ charges }) => charges);
  const alike = all.filter((charges) => isSamePlace(charges.placement.trace, trace));
  const found = (alike.length > 0 ? alike : all).reduce((most, each) =>
    each.usage > most.usage ? each : most,
  );
  return { at: found.at, profile: found };
};

const isSamePlace = (
  left: readonly AllocationTrace[],
  right: readonly AllocationTrace[],
): boolean =>
  left.length === right.length &&
  left.every((stop, at) => {
    const other = right[at]!;
    return (
      stop.commitmentId === other.commitmentId &&
      stop.period === other.period &&
      stop.class === other.class &&
      stop.fraction === other.fraction
    );
  });
