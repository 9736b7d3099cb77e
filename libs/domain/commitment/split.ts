import { formatUnits, unitsOf } from '../money.js';
import { apportion } from '../rational.js';
import type { Sums } from './commitment.js';
import type { Split } from './events.js';
import { minus } from './position.js';

export const sumsOfSplit = (split: Omit<Split, 'gross'>): Sums => ({
  applied: unitsOf(split.applied),
  overage: unitsOf(split.overage),
  ineligible: unitsOf(split.ineligible),
});

const textOf = ({ applied, overage, ineligible }: Sums): Omit<Split, 'gross'> => ({
  applied: formatUnits(applied),
  overage: formatUnits(overage),
  ineligible: formatUnits(ineligible),
});

export const splitText = (sums: Sums): Split => {
  const parts = textOf(sums);
  const isWhollyApplied = sums.overage === 0n && sums.ineligible === 0n;
  const gross = isWhollyApplied ? parts.applied : formatUnits(grossOf(sums));
  return { gross, ...parts };
};

export const grossOf = ({ applied, overage, ineligible }: Sums): bigint =>
  applied + overage + ineligible;

/**
 * A reversal takes back what its original recorded, in proportion. Proportions are taken of the cumulative amount
 * reversed, so that partial reversals add up to exactly the original. `reallocated` is what moves besides.
 */
export const reversalSplit = (
  original: Split,
  reversedBefore: bigint,
  taken: bigint,
  movement: Sums,
): { readonly split: Split; readonly reallocated: Omit<Split, 'gross'> } => {
  const sums = sumsOfSplit(original);
  const split = minus(shareOf(sums, reversedBefore), shareOf(sums, reversedBefore + taken));
  return { split: splitText(split), reallocated: textOf(minus(movement, split)) };
};

const shareOf = ({ applied, overage, ineligible }: Sums, reversed: bigint): Sums => {
  const parts = apportion(reversed, [applied, overage, ineligible]);
  return { applied: parts[0]!, overage: parts[1]!, ineligible: parts[2]! };
};
