import { parseInstant } from '../../domain/instant.js';
import { roundHalfEven, type Decimal } from './decimal.js';

/** A value of a cell, with what rounding it changed; or the code of what is wrong with it. */
export type Parsed =
  { readonly value: string; readonly difference?: Decimal } | { readonly code: string };

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](-?\d{1,3}))?$/;
const SPREADSHEET = /[(),$€£\s]|[eE]\+/;

/** Nothing that calculates with costs writes more: every digit of a binary double of ordinary size is 60. */
export const NUMBER_LENGTH_MAX = 100;

/**
 * FOCUS numeric format to plain decimal text, without a JS number in between: `-1.5E-3` is `-0.0015`. What has more than
 * `decimalsMax` decimals is rounded half to even, and says by how much: price times quantity, or a binary double as text,
 * have more digits than any bill. An exponent with `+` is refused: FOCUS does not allow it and spreadsheets that have
 * lost digits write one.
 */
export const parseDecimal = (text: string, decimalsMax: number, integerDigitsMax = 18): Parsed => {
  if (text.length > NUMBER_LENGTH_MAX) return { code: 'number-too-long' };
  const match = NUMBER.exec(text);
  if (!match) return { code: SPREADSHEET.test(text) ? 'spreadsheet-number' : 'not-a-number' };
  const [, sign, whole = '', part = '', exponent] = match;
  const shift = exponent === undefined ? 0 : Number(exponent);
  let digits = whole + part;
  let point = whole.length + shift;
  if (point < 0) {
    digits = '0'.repeat(-point) + digits;
    point = 0;
  }
  if (point > digits.length) digits = digits.padEnd(point, '0');
  const integer = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const fraction = digits.slice(point).replace(/0+$/, '');
  if (integer.length > integerDigitsMax) return { code: 'number-too-large' };
  if (fraction.length > decimalsMax) {
    const rounded = roundHalfEven(sign === '-', integer, fraction, decimalsMax);
    const { value, difference } = rounded;
    if (value.replace('-', '').replace(/\..*/, '').length > integerDigitsMax)
      return { code: 'number-too-large' };
    return difference === null ? { value } : { value, difference };
  }
  const unsigned = fraction === '' ? integer : `${integer}.${fraction}`;
  return { value: sign === '-' && unsigned !== '0' ? `-${unsigned}` : unsigned };
};

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;
/** A serial number, or a day in the order and with the signs of some country: which, the file does not say. */
const SPREADSHEET_DATE =
  /^\d{4,6}(\.\d+)?$|^\d{1,4}[/.]\d{1,2}[/.]\d{1,4}\b|^\d{1,2}-\d{1,2}-\d{2,4}\b|^\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}\b/;

/** `+00`, `-0430`, `gmt` as RFC 3339 has them. Offset `-00:00` is what some write for UTC. */
const offsetOf = (zone: string): string => {
  if (/^[A-Za-z]/.test(zone)) return 'Z';
  const digits = zone.replace(/\D/g, '').padEnd(4, '0');
  return digits === '0000' ? 'Z' : `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
};

/**
 * FOCUS date/time to the canonical instant in UTC. Real files leave out the T, the Z, the seconds or the whole time of day,
 * and databases write `+00`; the specification says UTC, so that is what a missing zone means. What a spreadsheet made of
 * a date is never guessed: 3/4/2026 is two days.
 */
export const parseTime = (text: string): Parsed => {
  const match = TIME.exec(text);
  if (!match) return { code: SPREADSHEET_DATE.test(text) ? 'spreadsheet-date' : 'not-a-time' };
  const [, day, clock = '00:00', second = '00', fraction = '', zone = 'Z'] = match;
  const micros = fraction.replace(/0+$/, '');
  const instant = parseInstant(
    `${day}T${clock}:${second}${micros === '' ? '' : `.${micros}`}${offsetOf(zone)}`,
  );
  return instant === null ? { code: 'not-a-time' } : { value: instant };
};

/** A million rows share a few thousand hours: remembers the last ones, bounded. */
export const rememberingTimes = (limit = 4096): ((text: string) => Parsed) => {
  const known = new Map<string, Parsed>();
  return (text) => {
    const seen = known.get(text);
    if (seen !== undefined) return seen;
    if (known.size >= limit) known.clear();
    const parsed = parseTime(text);
    known.set(text, parsed);
    return parsed;
  };
};

const CONTROL = /[\u0000-\u001f\u007f]/;

export const hasControlCharacter = (text: string): boolean => CONTROL.test(text);

/** Account, SKU and region codes that a spreadsheet would run or has already rounded. */
export const codeProblem = (text: string): string | null => {
  if (/^[=+@-]./.test(text)) return 'formula-in-code';
  if (/^\d(\.\d+)?[eE]\+\d+$/.test(text)) return 'spreadsheet-number';
  if (text.trim() !== text) return 'space-around-code';
  return null;
};
