import { formatUnits, unitsOf } from '../../money.js';
import { apportion } from '../../rational.js';
import { minus, type Sums } from '../commitment.js';
import type { Reallocation, Split } from '../events.js';

export const sumsOfSplit = (split: Omit<Split, 'gross'>): Sums => ({
  applied: unitsOf(split.applied),
  overage: unitsOf(split.overage),
  ineligible: unitsOf(split.ineligible),
});

export const parts = ({ applied, overage, ineligible }: Sums): Reallocation => ({
  applied: formatUnits(applied),
  overage: formatUnits(overage),
  ineligible: formatUnits(ineligible),
});

/** Written out member by member: every drawdown has one. */
export const splitText = (sums: Sums): Split => {
  const { applied, overage, ineligible } = parts(sums);
  const isWhollyApplied = sums.overage === 0n && sums.ineligible === 0n;
  const gross = isWhollyApplied ? applied : formatUnits(grossOf(sums));
  return { gross, applied, overage, ineligible };
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
): { readonly split: Split; readonly reallocated: Reallocation } => {
  const sums = sumsOfSplit(original);
  const split = minus(shareOf(sums, reversedBefore), shareOf(sums, reversedBefore + taken));
  return { split: splitText(split), reallocated: parts(minus(movement, split)) };
};

const shareOf = ({ applied, overage, ineligible }: Sums, reversed: bigint): Sums => {
  const weights = [applied, overage, ineligible];
  const [ofApplied = 0n, ofOverage = 0n, ofIneligible = 0n] = apportion(reversed, weights);
  return { applied: ofApplied, overage: ofOverage, ineligible: ofIneligible };
};
