import { createHash } from 'node:crypto';
import { isDay } from '../../domain/calendar.js';
import { QueryRefused, type Positions } from '../asking/question.js';
import { parametersOf, type Address } from './address.js';

/** Where an explanation goes on. */
export interface Start {
  /** Operands that were told. */
  readonly told: number;
  /** Which of the streams or places of the entries. */
  readonly source: number;
  /** Position in it: of the last entry of which all was told. */
  readonly after: number;
  /** Lines of the next entry that were told. */
  readonly lines: number;
  /** What the lines so far add up to, in units. */
  readonly sum: bigint;
}

export const BEGINNING: Start = { told: 0, source: 0, after: 0, lines: 0, sum: 0n };

/** All pages are of one moment: the day and the positions of the first one. */
export interface Cursor extends Start {
  readonly asOf: string;
  readonly positions: Positions;
}

/** Longest text of a cursor: positions of a thousand shards. */
export const CURSOR_LENGTH_MAX = 12_000;

/** Base 36 throughout: figure, day, place, sum, then the position of each shard in turn. */
export const cursorText = (address: Address, cursor: Cursor): string => {
  const { told, source, after, lines, sum, asOf, positions } = cursor;
  const shards = Math.max(-1, ...Object.keys(positions).map(Number)) + 1;
  const each = Array.from({ length: shards }, (_, shard) => (positions[shard] ?? 0).toString(36));
  const place = [told, source, after, lines].map((part) => part.toString(36));
  return ['v1', digestOf(address), asOf, ...place, sum.toString(36), ...each].join('.');
};

const PART = '[0-9a-z]{1,12}';
const CURSOR = new RegExp(
  `^v1\\.([0-9a-f]{16})\\.(\\d{4}-\\d{2}-\\d{2})((?:\\.${PART}){4})\\.(-?[0-9a-z]{1,40})((?:\\.${PART})*)$`,
);

/** @throws QueryRefused `cursor-malformed`, also for the cursor of another figure. */
export const readCursor = (address: Address, text: string): Cursor => {
  const [, digest, asOf = '', place = '', sum = '', positions = ''] = CURSOR.exec(text) ?? [];
  if (digest === undefined || !isDay(asOf) || digest !== digestOf(address)) {
    throw new QueryRefused(
      'cursor-malformed',
      'send a cursor that you got as `next` for this figure',
    );
  }
  const [told = 0, source = 0, after = 0, lines = 0] = numbersIn(place);
  const each = numbersIn(positions).map((position, shard) => [String(shard), position] as const);
  return {
    asOf,
    told,
    source,
    after,
    lines,
    sum: unitsIn(sum),
    positions: Object.fromEntries(each),
  };
};

const numbersIn = (text: string): number[] =>
  text
    .split('.')
    .slice(1)
    .map((part) => Math.min(Number.parseInt(part, 36), Number.MAX_SAFE_INTEGER));

const unitsIn = (text: string): bigint => {
  const size = [...text.replace('-', '')].reduce(
    (value, digit) => value * 36n + BigInt(Number.parseInt(digit, 36)),
    0n,
  );
  return text.startsWith('-') ? -size : size;
};

/** Without the day: it is in the cursor, and the first page may not have named it. */
const digestOf = ({ asOf: _, ...address }: Address): string =>
  createHash('sha256')
    .update(JSON.stringify(parametersOf(address)))
    .digest('hex')
    .slice(0, 16);
