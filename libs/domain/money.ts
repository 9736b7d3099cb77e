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

export class CurrencyMismatch extends Error {
  constructor(left: string, right: string) {
    super(`money of different currencies cannot be combined: ${left} and ${right}`);
  }
}

/** Up to 18 integer digits: sums have room to spare in `numeric(38,12)`. */
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?$/;

/** By the number of decimals: what one in the last of them is. */
const SCALES = Array.from(
  { length: MONEY_DECIMALS + 1 },
  (_, decimals) => SCALE / 10n ** BigInt(decimals),
);
const scaleOf = (decimals: number): bigint => SCALES[decimals] ?? 1n;

/**
 * Decimal text to units (10^-12). Plain notation only: no sign `+`, exponent, separators or spaces; `-0` is refused.
 * Returns null when the text is not such a number (more than 12 decimals or 18 integer digits included).
 */
export const parseUnits = (text: string): bigint | null => {
  if (text === '0') return 0n;
  if (!DECIMAL.test(text)) return null;
  const dot = text.indexOf('.');
  // One BigInt from all digits, and those few: every amount comes through here.
  const units =
    dot < 0
      ? BigInt(text) * SCALE
      : BigInt(text.slice(0, dot) + text.slice(dot + 1)) * scaleOf(text.length - dot - 1);
  return units === 0n && text.startsWith('-') ? null : units;
};

/** Units to the canonical decimal text: no trailing zeros, no exponent, `0` for zero. */
export const formatUnits = (units: bigint): string => {
  if (units === 0n) return '0';
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
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(MONEY_DECIMALS, '0'));
};

/** Writes units of one currency as money. */
export const moneyIn =
  (currency: string) =>
  (units: bigint): MoneyText => ({ amount: formatUnits(units), currency });

/** Amounts that are added up are in one currency: another one is a bug, and adding it up would hide it. */
export const inCurrency = <Row extends { readonly currency?: string }>(
  rows: readonly Row[],
  currency: string,
): readonly Row[] => {
  for (const row of rows) {
    if (row.currency !== currency) throw new CurrencyMismatch(currency, String(row.currency));
  }
  return rows;
};

export const sumOf = (amounts: Iterable<bigint>): bigint => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
};

/** Adds up under a key, keeping the order in which keys first came. */
export const addTo = <Key>(totals: Map<Key, bigint>, key: Key, amount: bigint): void => {
  totals.set(key, (totals.get(key) ?? 0n) + amount);
};

export const minUnits = (left: bigint, right: bigint): bigint => (left < right ? left : right);
export const maxUnits = (left: bigint, right: bigint): bigint => (left > right ? left : right);
