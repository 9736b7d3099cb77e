/**
 * Exact metered quantities (GPU-hours, tokens, bytes): a BigInt count of 10^-18 of a unit. Finer than money, because
 * meters report shares of an hour and FOCUS lets them be long. A quantity never mixes units; none is ever converted here.
 */
export const QUANTITY_DECIMALS = 18;
/** Of a metered quantity before its point. */
export const QUANTITY_INTEGER_DIGITS = 20;
const SCALE = 10n ** BigInt(QUANTITY_DECIMALS);

const DECIMAL = new RegExp(
  `^(-?)(0|[1-9][0-9]{0,${QUANTITY_INTEGER_DIGITS - 1}})(?:\\.([0-9]{1,${QUANTITY_DECIMALS}}))?$`,
);

/**
 * Decimal text to units (10^-18). Plain notation only, as for money: no `+`, exponent, separators or spaces, and no
 * `-0`. Returns null when the text is not such a number (more than 18 decimals or 20 integer digits included).
 */
export const parseQuantity = (text: string): bigint | null => {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const fraction = (match[3] ?? '').padEnd(QUANTITY_DECIMALS, '0');
  const units = BigInt(match[2] as string) * SCALE + BigInt(fraction);
  if (match[1] === '-') return units === 0n ? null : -units;
  return units;
};

/** Units to the canonical decimal text: no trailing zeros, no exponent, `0` for zero. */
export const formatQuantity = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(QUANTITY_DECIMALS + 1, '0');
  const whole = digits.slice(0, -QUANTITY_DECIMALS);
  const fraction = digits.slice(-QUANTITY_DECIMALS).replace(/0+$/, '');
  return (units < 0n ? '-' : '') + (fraction === '' ? whole : `${whole}.${fraction}`);
};
