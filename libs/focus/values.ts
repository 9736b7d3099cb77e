import { parseInstant } from '../domain/instant.js';

/** A value of a cell, or the code of what is wrong with it. */
export type Parsed = { readonly value: string } | { readonly code: string };

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](-?\d{1,3}))?$/;
const SPREADSHEET = /[(),$€£\s]|[eE]\+/;

/**
 * FOCUS numeric format to plain decimal text, exactly and without a JS number in between: `-1.5E-3` is `-0.0015`.
 * An exponent with `+` is refused: FOCUS does not allow it and spreadsheets that have lost digits write it.
 */
export const parseDecimal = (text: string, decimalsMax: number, integerDigitsMax = 18): Parsed => {
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
  if (fraction.length > decimalsMax) return { code: 'too-many-decimals' };
  const unsigned = fraction === '' ? integer : `${integer}.${fraction}`;
  return { value: sign === '-' && unsigned !== '0' ? `-${unsigned}` : unsigned };
};

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s?(Z|z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * FOCUS date/time to the canonical instant in UTC. Real files leave out the T, the Z, the seconds or the whole time of day;
 * the specification says UTC, so that is what a missing zone means.
 */
export const parseTime = (text: string): Parsed => {
  const match = TIME.exec(text);
  if (!match) return { code: /^\d{4,6}(\.\d+)?$/.test(text) ? 'spreadsheet-date' : 'not-a-time' };
  const [, day, clock = '00:00', second = '00', fraction = '', zone = 'Z'] = match;
  const micros = fraction.replace(/0+$/, '');
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const instant = parseInstant(
    `${day}T${clock}:${second}${micros === '' ? '' : `.${micros}`}${offset.length > 1 && offset !== 'UTC' ? offset : 'Z'}`,
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
