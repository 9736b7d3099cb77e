import type { Instant } from './decider.js';

export type { Instant } from './decider.js';

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Years the ledger takes: outside, a date is far more likely damaged than meant. */
const YEAR_MIN = 1970;
const YEAR_MAX = 2200;

/**
 * RFC 3339 text with an offset to the canonical UTC instant (six decimals). Null when it is not one: no offset, more
 * than microseconds, 24:00, leap seconds, days that do not exist, offset `-00:00` or beyond 23:59, years outside
 * 1970..2200.
 */
export const parseInstant = (text: string): Instant | null => {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] =
    match;
  const numbers = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [y, mo, d, h, mi, s] = numbers;
  if (mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return null;
  if (d > new Date(Date.UTC(y, mo, 0)).getUTCDate()) return null;
  let offsetMinutes = 0;
  if (sign !== undefined) {
    if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
    offsetMinutes = Number(offsetHour) * 60 + Number(offsetMinute);
    if (sign === '-' && offsetMinutes === 0) return null;
    if (sign === '-') offsetMinutes = -offsetMinutes;
  }
  const utc = new Date(Date.UTC(y, mo - 1, d, h, mi, s) - offsetMinutes * 60_000);
  if (utc.getUTCFullYear() < YEAR_MIN || utc.getUTCFullYear() > YEAR_MAX) return null;
  return `${utc.toISOString().slice(0, 19)}.${(fraction ?? '').padEnd(6, '0')}Z`;
};

/** The instant of a text that was found to be one. @throws Error for any other. */
export const instantOf = (text: string): Instant => {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`${text} is no instant`);
  return instant;
};

/** Microseconds since 1970 of a canonical instant. */
export const microsOf = (instant: Instant): bigint =>
  BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26));

/** Also of what lies just before the first year, which is the bound of a question about that year's first day. */
export const instantOfMicros = (micros: bigint): Instant => {
  // BigInt division goes towards zero, and a fraction counts forwards also before 1970.
  const ofSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (micros - ofSecond) / 1_000_000n;
  const rest = ofSecond.toString().padStart(6, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${rest}Z`;
};

/** The UTC day, `YYYY-MM-DD`. */
export const dayOf = (instant: Instant): string => instant.slice(0, 10);

export const startOfDay = (day: string): Instant => `${day}T00:00:00.000000Z`;

/** For people and JSON answers: without the fraction when it is zero. */
export const displayInstant = (instant: Instant): string => instant.replace(/\.0{6}Z$/, 'Z');
