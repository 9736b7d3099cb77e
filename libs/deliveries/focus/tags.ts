import { isRecord, parseCell } from './json-cell.js';

/** What one drawdown keeps of a row's tags. Vendors allow 50 tags a resource; an entry of the ledger is small. */
const TAGS_MAX = 20;
const TAG_NAME_MAX = 128;
const TAG_VALUE_MAX = 1024;
/** All of them together, as JSON text. */
const TAGS_LENGTH_MAX = 4096;

export interface Tags {
  readonly kept: Readonly<Record<string, string>>;
  readonly leftOut: number;
}

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Controls, and what is invisible or turns the reading direction. */
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f]/u;

const clean = (text: string): string => text.trim().normalize('NFC');

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return clean(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? '' : null;
};

const fits = (name: string, value: string | null): value is string =>
  value !== null &&
  name !== '' &&
  name.length <= TAG_NAME_MAX &&
  value.length <= TAG_VALUE_MAX &&
  !FORBIDDEN.has(name) &&
  !UNSAFE.test(name + value);

/** `{team=research, env=prod}`: a MAP as DuckDB and Athena print it. Only where nothing in it could mean something else. */
const MAP_TEXT =
  /^\{\s*[^{}[\]"'=,\s][^{}[\]"'=,]*=[^{}[\]"'=,]*(?:,[^{}[\]"'=,]*=[^{}[\]"'=,]*)*\}$/;

const parseTags = (cell: string): unknown =>
  MAP_TEXT.test(cell)
    ? Object.fromEntries(
        cell
          .slice(1, -1)
          .split(',')
          .map((pair) => pair.split('=') as [string, string]),
      )
    : parseCell(cell);

/**
 * FOCUS Tags, a JSON object of names to values, as text. Keeps the first 20 names in alphabetical order, so that the
 * same tags in another order are the same; counts what it leaves out. Null when the cell is not a JSON object.
 */
export const readTags = (
  cell: string | null,
  extra: Readonly<Record<string, string>> = {},
): Tags | null => {
  const parsed = cell === null ? {} : parseTags(cell);
  if (!isRecord(parsed)) return null;
  const kept: Record<string, string> = { ...extra };
  let length = JSON.stringify(kept).length;
  let leftOut = 0;
  for (const written of Object.keys(parsed).sort()) {
    const name = clean(written);
    const value = textOf(parsed[written]);
    const more = JSON.stringify([name, value]).length;
    const room = Object.keys(kept).length < TAGS_MAX && length + more <= TAGS_LENGTH_MAX;
    if (room && fits(name, value) && !Object.hasOwn(kept, name)) {
      kept[name] = value;
      length += more;
    } else leftOut += 1;
  }
  return { kept, leftOut };
};
