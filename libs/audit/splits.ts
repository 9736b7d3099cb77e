import type { CommitmentBook } from '../domain/commitment/commitment.js';
import type { CommitmentEvent, DrawdownRecorded } from '../domain/commitment/events.js';
import { formatUnits, unitsOf } from '../domain/money.js';
import type { EntryText } from './entry-text.js';

type Parts = Readonly<Record<string, unknown>>;

/** Zeros are left out of a drawdown's text. */
const units = (parts: Parts, name: string): bigint => unitsOf(String(parts[name] ?? '0'));

const sum = (parts: Parts): bigint =>
  units(parts, 'applied') + units(parts, 'overage') + units(parts, 'ineligible');

/**
 * What holds of every entry by itself, whatever rules decided it: applied + overage + ineligible = gross, and what is
 * reallocated comes to nothing. Null: it does, or the entry has no such parts.
 */
export const splitFault = ({ type, body }: EntryText): string | null => {
  try {
    const { split, reallocated } = body as { split?: Parts; reallocated?: Parts };
    if (split !== undefined && sum(split) !== units(split, 'gross')) {
      const [applied, overage, ineligible, gross] = [
        'applied',
        'overage',
        'ineligible',
        'gross',
      ].map((name) => String(split[name] ?? '0'));
      return `${type}: applied ${applied} + overage ${overage} + ineligible ${ineligible} is not gross ${gross}`;
    }
    if (type === 'DrawdownRecorded' && split === undefined) return `${type} has no split`;
    if (reallocated !== undefined && sum(reallocated) !== 0n)
      return `${type}: what it reallocates does not come to nothing: ${JSON.stringify(reallocated)}`;
    return null;
  } catch (error) {
    return `${type}: ${(error as Error).message}`;
  }
};

type Reversed = Extract<CommitmentEvent, { type: 'DrawdownReversed' }>['body'];

/** Reversals of a drawdown never exceed it together. `book`: before this one. Null: they do not. */
export const reversalFault = (
  { reverses, split }: Reversed,
  original: DrawdownRecorded['body'] | null,
  book: CommitmentBook,
): string | null => {
  if (original === null) return `it takes back ${reverses}, which was not recorded before`;
  const gross = unitsOf(original.split.gross);
  const taken = (book.reversed.get(reverses) ?? 0n) - unitsOf(split.gross);
  const isWithin = gross < 0n ? taken <= 0n && taken >= gross : taken >= 0n && taken <= gross;
  if (isWithin) return null;
  return `of ${reverses}, which recorded ${formatUnits(gross)}, ${formatUnits(taken)} is taken back in all`;
};
