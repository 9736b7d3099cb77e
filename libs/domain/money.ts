/**
 * Exact money: a BigInt count of 10^-12 units of a currency. 100 billion at 12 decimals does not fit 64 bits, and
 * no JS number ever holds money. FOCUS files carry up to 11 decimals.
 */
export const MONEY_DECIMALS = 12;
const SCALE = 10n ** BigInt(MONEY_DECIMALS);

/** Money on the wire, in events and in answers: a canonical decimal string and an ISO 4217 code. */
export interface MoneyText {
  readonly amount: string;
  readonly currency: string;
}

/** Money in calculations. `units` counts 10^-12 of the currency. */
export interface Money {
  readonly units: bigint;
  readonly currency: string;
}

export class CurrencyMismatch extends Error {
  constructor(left: string, right: string) {
    super(`money of different currencies cannot be combined: ${left} and ${right}`);
  }
}

/** Up to 18 integer digits: sums have room to spare in `numeric(38,12)`. */
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?$/;
const ZEROS = '0'.repeat(MONEY_DECIMALS);

/**
 * Decimal text to units (10^-12). Plain notation only: no sign `+`, exponent, separators or spaces; `-0` is refused.
 * Returns null when the text is not such a number (more than 12 decimals or 18 integer digits included).
 */
export const parseUnits = (text: string): bigint | null => {
  if (text === '0') return 0n;
  if (text !== read.text) {
    const units = readUnits(text);
    if (units === null) return null;
    read = { text, units };
  }
  return read.units;
};

/** The last amount read, and the last written: a decision, its event and the fold of it say the same one many times. */
let read = { text: '0', units: 0n };
let written = read;

const readUnits = (text: string): bigint | null => {
  if (!DECIMAL.test(text)) return null;
  // One BigInt from all digits: twice as fast as whole * 10^12 + fraction, and every amount comes through here.
  const dot = text.indexOf('.');
  const units =
    dot < 0
      ? BigInt(text) * SCALE
      : BigInt(text.slice(0, dot) + text.slice(dot + 1) + ZEROS.slice(text.length - dot - 1));
  return units === 0n && text.startsWith('-') ? null : units;
};

/** Units to the canonical decimal text: no trailing zeros, no exponent, `0` for zero. */
export const formatUnits = (units: bigint): string => {
  if (units === 0n) return '0';
  if (units !== written.units) written = { text: writeUnits(units), units };
  return written.text;
};

const writeUnits = (units: bigint): string => {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(MONEY_DECIMALS + 1, '0');
  const point = digits.length - MONEY_DECIMALS;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const whole = (negative ? '-' : '') + digits.slice(0, point);
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`;
};

const ZERO = '0'.charCodeAt(0);

/** Sums outgrow what one amount may have: as many integer digits as `numeric(38,12)` takes. */
const SUM = /^-?[1-9][0-9]{18,25}(?:\.[0-9]{1,12})?$/;

/**
 * For values that were validated before they were stored, and for stored sums of such values: anything else is a bug,
 * so it throws.
 */
export const unitsOf = (text: string): bigint => {
  const units = parseUnits(text);
  if (units !== null) return units;
  if (!SUM.test(text)) throw new Error(`not a decimal amount: ${JSON.stringify(text)}`);
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole! + fraction.padEnd(MONEY_DECIMALS, '0'));
};

export const money = (text: MoneyText): Money => ({
  units: unitsOf(text.amount),
  currency: text.currency,
});

export const moneyText = (value: Money): MoneyText => ({
  amount: formatUnits(value.units),
  currency: value.currency,
});

export const sameCurrency = (left: Money, right: Money): void => {
  if (left.currency !== right.currency) throw new CurrencyMismatch(left.currency, right.currency);
};

export const add = (left: Money, right: Money): Money => {
  sameCurrency(left, right);
  return { units: left.units + right.units, currency: left.currency };
};

export const subtract = (left: Money, right: Money): Money => {
  sameCurrency(left, right);
  return { units: left.units - right.units, currency: left.currency };
};

export const minUnits = (left: bigint, right: bigint): bigint => (left < right ? left : right);
export const maxUnits = (left: bigint, right: bigint): bigint => (left > right ? left : right);
