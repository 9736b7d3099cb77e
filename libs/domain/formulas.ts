import { maxUnits, minUnits } from './money.js';
import { divideHalfEven, ratioText } from './rational.js';

/** The trade's ratios. Amounts are units of 10^-12 of one currency; results are decimal text, rounded half-even. */

const RATIO_DECIMALS = 6;
const HHI_DECIMALS = 2;
const HHI_SCALE = 10_000n;

const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, each) => total + each, 0n);

/** part / whole with up to six decimals; null where the whole is not positive. */
export const ratio = (part: bigint, whole: bigint): string | null =>
  whole <= 0n ? null : ratioText(part, whole, RATIO_DECIMALS);

/** Shares count positive amounts only: a vendor that refunded more than it was paid has no share of the spend. */
export const concentrationBase = (amounts: readonly bigint[]): bigint =>
  sum(amounts.filter((amount) => amount > 0n));

/** The `count` largest amounts together, as a share of the base. Null: no positive base. */
export const topShare = (amounts: readonly bigint[], count: number): string | null => {
  const largest = [...amounts].filter((amount) => amount > 0n).sort((a, b) => (a > b ? -1 : 1));
  return ratio(sum(largest.slice(0, count)), concentrationBase(amounts));
};

const squares = (amounts: readonly bigint[]): bigint =>
  sum(amounts.filter((amount) => amount > 0n).map((amount) => amount * amount));

/**
 * Herfindahl-Hirschman index, 10,000 x the sum of squared shares: 10,000 is one vendor. Null: no positive base.
 */
export const hhi = (amounts: readonly bigint[]): string | null => {
  const base = concentrationBase(amounts);
  return base === 0n ? null : ratioText(HHI_SCALE * squares(amounts), base * base, HHI_DECIMALS);
};

/** 10,000 / HHI: how many equal vendors would be as concentrated. Null: no positive base. */
export const effectiveNumber = (amounts: readonly bigint[]): string | null => {
  const base = concentrationBase(amounts);
  return base === 0n ? null : ratioText(base * base, squares(amounts), HHI_DECIMALS);
};

/**
 * Where "moderately" and "highly" concentrated begin: US merger guidelines of 2023 (above 1,000 and 1,800) and of
 * 2010 (above 1,500 and 2,500).
 */
export const HHI_BANDS = {
  'us-2023': { moderate: 1_000n, high: 1_800n },
  'us-2010': { moderate: 1_500n, high: 2_500n },
} as const;
export type HhiBands = keyof typeof HHI_BANDS;
export type HhiBand = 'unconcentrated' | 'moderate' | 'high';

/** Compared exactly, before any rounding. Null: no positive base. */
export const hhiBand = (amounts: readonly bigint[], bands: HhiBands): HhiBand | null => {
  const base = concentrationBase(amounts);
  if (base === 0n) return null;
  const above = (limit: bigint): boolean => HHI_SCALE * squares(amounts) > limit * base * base;
  if (above(HHI_BANDS[bands].high)) return 'high';
  return above(HHI_BANDS[bands].moderate) ? 'moderate' : 'unconcentrated';
};

/** Units per day. Null: no days, so no rate. */
export const ratePerDay = (amount: bigint, days: number): bigint | null =>
  days <= 0 ? null : divideHalfEven(amount, BigInt(days));

/** The whole days it takes to use `remaining` at `used` per `days`; null: it is not being used. */
export const daysToExhaust = (remaining: bigint, used: bigint, days: number): number | null => {
  if (used <= 0n) return null;
  const needed = remaining * BigInt(days);
  return Number((needed + used - 1n) / used);
};

/** What of the payments the investor's own funded capital could have paid: an upper bound, money is fungible. */
const recycled = (invested: bigint, payments: bigint): bigint =>
  minUnits(maxUnits(invested, 0n), maxUnits(payments, 0n));

/** min(I, P) / P. Null where nothing was paid. */
export const circularityRatio = (invested: bigint, payments: bigint): string | null =>
  ratio(recycled(invested, payments), payments);

/** min(I, P) / I. Null where nothing was invested. */
export const recycledShare = (invested: bigint, payments: bigint): string | null =>
  ratio(recycled(invested, payments), invested);

/** Committed spend / invested capital (100 / 5 = 20). Null where nothing was invested. */
export const commitmentMultiple = (committed: bigint, invested: bigint): string | null =>
  ratio(committed, invested);
