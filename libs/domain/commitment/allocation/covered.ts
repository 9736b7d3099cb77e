import type { CommitmentBook } from '../commitment.js';
import type { Destination, Posted } from './charges.js';
import { daysFrom } from './charges-by-day.js';
import { totalsOf } from './totals.js';

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
