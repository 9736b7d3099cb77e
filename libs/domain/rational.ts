/** Exact fractions of bigints, for the few places that divide: proportions, ratios, apportionment. */

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** numerator / denominator rounded to the nearest integer, ties to even (IEEE 754 roundTiesToEven). */
export const divideHalfEven = (numerator: bigint, denominator: bigint): bigint => {
  if (denominator < 0n) return divideHalfEven(-numerator, -denominator);
  const quotient = numerator / denominator;
  const rest = abs(numerator % denominator) * 2n;
  const away = rest > denominator || (rest === denominator && quotient % 2n !== 0n) ? 1n : 0n;
  return numerator < 0n ? quotient - away : quotient + away;
};

/** numerator / denominator rounded towards minus infinity. */
export const divideFloor = (numerator: bigint, denominator: bigint): bigint => {
  if (denominator < 0n) return divideFloor(-numerator, -denominator);
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
};

/** numerator / denominator as decimal text with at most `decimals` decimals, half-even, no trailing zeros. */
export const ratioText = (numerator: bigint, denominator: bigint, decimals: number): string => {
  const scaled = divideHalfEven(numerator * 10n ** BigInt(decimals), denominator);
  const digits = abs(scaled)
    .toString()
    .padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return (scaled < 0n ? '-' : '') + (fraction === '' ? whole : `${whole}.${fraction}`);
};

/**
 * Splits `total` in proportion to `weights` into multiples of `unit` that add up to exactly `total` (largest
 * remainder, the earlier part first on a tie). `total` must be a multiple of `unit`; weights must not sum to zero.
 */
export const apportion = (total: bigint, weights: readonly bigint[], unit = 1n): bigint[] => {
  const sum = weights.reduce((left, right) => left + right, 0n);
  if (sum === 0n) throw new Error('cannot apportion over weights that sum to zero');
  const count = total / unit;
  if (count * unit !== total) throw new Error('the total is not a multiple of the unit');
  const sign = sum < 0n ? -1n : 1n;
  const parts = weights.map((weight, at) => {
    const part = divideFloor(count * weight, sum);
    return { at, part, remainder: (count * weight - part * sum) * sign };
  });
  const missing = count - parts.reduce((left, { part }) => left + part, 0n);
  const raised = [...parts]
    .sort((a, b) =>
      a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1,
    )
    .slice(0, Number(missing));
  return parts.map((each) => (raised.includes(each) ? each.part + 1n : each.part) * unit);
};
