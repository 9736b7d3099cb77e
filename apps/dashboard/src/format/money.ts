import type { Money } from '../api/types.js';
import { absolute, add, grouped, less, rounded, shifted, signOf } from './decimal.js';

const SIZES = [
  [13, 12, 'T'],
  [10, 9, 'B'],
  [7, 6, 'M'],
] as const;

/** A space at which no line breaks: a size on the next line would be read as none. */
export const KEPT = '\u00a0';

/** Three digits or four, and the size as a letter: 1,356,091,960.9194 is 1.36 B. A thousand is a thousand. */
export const compactAmount = (amount: string): string => {
  const digits = absolute(rounded(amount, 0)).length;
  for (const [from, places, letter] of SIZES)
    if (digits >= from) return `${grouped(rounded(shifted(amount, places), 2))}${KEPT}${letter}`;
  return grouped(rounded(amount, 2));
};

export const compact = ({ amount, currency }: Money): string =>
  `${currency} ${compactAmount(amount)}`;

/** All its digits; cents are there even where they are none. */
export const exact = ({ amount, currency }: Money): string => {
  const part = amount.split('.')[1] ?? '';
  return `${currency} ${grouped(part.length >= 2 ? amount : rounded(amount, 2))}`;
};

export const isZero = ({ amount }: Money): boolean => signOf(amount) === 0;
export const difference = (one: Money, other: Money): Money => ({
  currency: one.currency,
  amount: less(one.amount, other.amount),
});

/** The sums in each currency, in the order in which these come first. */
export const sums = (amounts: readonly Money[]): readonly Money[] => {
  const byCurrency = new Map<string, string>();
  for (const { amount, currency } of amounts)
    byCurrency.set(currency, add(byCurrency.get(currency) ?? '0', amount));
  return [...byCurrency].map(([currency, amount]) => ({ amount, currency }));
};

/** Those that are not nothing, in one sentence: USD 1.20 B and EUR 3.00 M. Empty: there are none. */
export const together = (amounts: readonly Money[]): string =>
  sums(amounts)
    .filter((sum) => !isZero(sum))
    .map(compact)
    .join(' and ');

/** The larger first. */
export const bySize = (one: Money, other: Money): number => signOf(less(other.amount, one.amount));

/** For the height of a line in a picture only. */
export const drawn = (money: Money | null): number | null =>
  money === null ? null : Number(money.amount);
