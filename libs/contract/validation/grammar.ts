import { CURRENCY_DECIMALS } from '../../domain/currencies.js';
import { CODE } from '../../domain/ids.js';

/**
 * What texts of the wire look like, as regular expressions that the rules check with and the OpenAPI and AsyncAPI documents
 * print. Nothing here needs more than what all dialects read: no look-around, no `\d` (which is more than 0 to 9
 * elsewhere), no names of classes.
 */

/** The same text as JSON Schema has it and as `RegExp.source` gives it, without the anchors. */
const inner = ({ source }: RegExp): string => source.replace(/^\^|\$$/g, '');

export const pathOf = (parts: number): string =>
  `^${Array.from({ length: parts }, () => inner(CODE)).join('\\.')}$`;

/** Controls, line separators, and what is invisible or turns the reading direction: two texts would look the same. */
export const UNSAFE =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f' +
  '\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\uffff';
/** What `String.trim` takes away and `UNSAFE` does not. */
const SPACES = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
/** Texts have no tag characters (U+E0000 to U+E0FFF): the dialects spell what is beyond U+FFFF in different ways. */
export const TEXT = `^[^${SPACES}${UNSAFE}](?:[^${UNSAFE}]*[^${SPACES}${UNSAFE}])?$`;

/** Digits of money before its point; quantities may have more. */
const INTEGER_DIGITS = 18;
const natural = (integers: number): string => `[1-9][0-9]{0,${integers - 1}}`;
const fraction = (decimals: number): string => `(?:\\.[0-9]{1,${decimals}})?`;
const repeat = (digit: string, times: number): string =>
  times < 2 ? digit.repeat(times) : `${digit}{${times}}`;
/** Below one and above zero: so many zeros, a digit that is none, the rest. */
const belowOne = (decimals: number): string =>
  Array.from({ length: decimals }, (_, zeros) => {
    const rest = decimals - zeros - 1;
    return `${repeat('0', zeros)}[1-9]${rest === 0 ? '' : `[0-9]{0,${rest}}`}`;
  }).join('|');
const aboveZero = (decimals: number, integers = INTEGER_DIGITS): string =>
  `(?:${natural(integers)}${fraction(decimals)}|0\\.(?:${belowOne(decimals)}))`;

/** Decimal text above zero, of at most 18 digits before the point and so many after it. */
export const positive = (decimals: number): string => `^${aboveZero(decimals)}$`;
export const notNegative = (decimals: number): string =>
  `^(?:0|${natural(INTEGER_DIGITS)})${fraction(decimals)}$`;
/** Decimals of either sign; `-0` is no amount. */
export const signed = (decimals: number, integers = INTEGER_DIGITS): string =>
  `^(?:0(?:\\.0{1,${decimals}})?|-?${aboveZero(decimals, integers)})$`;
/** Decimals from 0 to a power of ten, both included. */
export const upTo = (max: number, decimals: number): string => {
  const zeros = Math.log10(max);
  const below = zeros === 0 ? '0' : `(?:0|[1-9][0-9]{0,${zeros - 1}})`;
  return `^(?:${below}${fraction(decimals)}|${max}(?:\\.0{1,${decimals}})?)$`;
};

export const CURRENCY = `^(?:${[...CURRENCY_DECIMALS.keys()].sort().join('|')})$`;
/** No currency has more, so no agreed amount has. */
export const CURRENCY_DECIMALS_MAX = Math.max(...CURRENCY_DECIMALS.values());

const DAY = '(?:19[7-9][0-9]|2[01][0-9]{2}|2200)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])';
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?';
const OFFSET =
  '(?:[Zz]|\\+(?:[01][0-9]|2[0-3]):[0-5][0-9]|-(?:0[1-9]|1[0-9]|2[0-3]):[0-5][0-9]|-00:(?:0[1-9]|[1-5][0-9]))';
/** Years 1970 to 2200, at most microseconds, no leap seconds, no `-00:00`. Days that no month has are left to the format. */
export const INSTANT = `^${DAY}[Tt]${TIME}${OFFSET}$`;
export const DAY_ALONE = `^${DAY}$`;
