import { maxUnits, minUnits, sumOf } from './money.js';
import { ratioText } from './rational.js';

/**
 * The ratios that views and reports share, from exact amounts in units of 10^-12 of one currency. Results are decimal
 * text, rounded once, half-even; null where there is nothing to divide by, which is not the same as zero.
 */

/** Decimals of shares and of ratios between 0 and 1. */
const SHARE_DECIMALS = 6;
/** Decimals of HHI, effective number, multiples and years. */
const INDEX_DECIMALS = 4;

/** A vendor that was net refunded has no share of the market: amounts below zero count as zero. */
const bases = (amounts: readonly bigint[]): bigint[] =>
  amounts.map((amount) => maxUnits(0n, amount));

/** part / whole; null when the whole is not positive. */
export const share = (part: bigint, whole: bigint): string | null =>
  whole > 0n ? ratioText(part, whole, SHARE_DECIMALS) : null;

/** Share of the `count` largest. */
export const topShare = (amounts: readonly bigint[], count: number): string | null => {
  const sorted = bases(amounts).sort((left, right) => (left > right ? -1 : left < right ? 1 : 0));
  return share(sumOf(sorted.slice(0, count)), sumOf(sorted));
};

/** Herfindahl-Hirschman index, 10,000 x the sum of squared shares: 10,000 is a single vendor. */
export const hhi = (amounts: readonly bigint[]): string | null => {
  const positive = bases(amounts);
  const whole = sumOf(positive);
  if (whole === 0n) return null;
  const squares = sumOf(positive.map((amount) => amount * amount));
  return ratioText(10_000n * squares, whole * whole, INDEX_DECIMALS);
};

/** 10,000 / HHI, from the exact HHI: as many vendors of equal size would be as concentrated. */
export const effectiveNumber = (amounts: readonly bigint[]): string | null => {
  const positive = bases(amounts);
  const whole = sumOf(positive);
  if (whole === 0n) return null;
  return ratioText(whole * whole, sumOf(positive.map((amount) => amount * amount)), INDEX_DECIMALS);
};

/** Where moderate and high concentration begin, in HHI points (US merger guidelines of 2023 and of 2010). */
export interface HhiBands {
  readonly moderateFrom: number;
  readonly highFrom: number;
}
export const US_2023: HhiBands = { moderateFrom: 1_000, highFrom: 1_800 };
export const US_2010: HhiBands = { moderateFrom: 1_500, highFrom: 2_500 };

/** "Highly concentrated" is above the bound, as both guidelines word it; "moderate" starts at it. */
export const hhiBand = (index: string, bands: HhiBands): 'low' | 'moderate' | 'high' => {
  const points = Number(index);
  if (points > bands.highFrom) return 'high';
  return points >= bands.moderateFrom ? 'moderate' : 'low';
};

/** Committed spend / invested capital: 100 against 5 is 20. */
export const commitmentMultiple = (committed: bigint, invested: bigint): string | null =>
  invested > 0n ? ratioText(committed, invested, INDEX_DECIMALS) : null;

/**
 * min(I, P) / P: the share of the payments P to an investor that the capital I it funded could have paid for. An upper
 * bound, because money is fungible.
 */
export const circularityRatio = (funded: bigint, paid: bigint): string | null =>
  share(minUnits(funded, paid), paid);

/** min(I, P) / I: the share of the funded capital that may have come back as payments. */
export const recycledCapital = (funded: bigint, paid: bigint): string | null =>
  share(maxUnits(0n, minUnits(funded, paid)), funded);

/** Applied / total. */
export const utilisation = (applied: bigint, total: bigint): string | null => share(applied, total);
