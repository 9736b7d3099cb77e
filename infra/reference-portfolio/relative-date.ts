import type { Instant } from '../../libs/domain/decider.js';
import { startOfDay } from '../../libs/domain/instant.js';

const OFFSET = /^(-?\d+)([ymd])(\/m)?$/;

/** Same day of another month, or that month's last day where it is shorter. */
const addMonths = (day: string, months: number): string => {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const lastDate = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, lastDate)))
    .toISOString()
    .slice(0, 10);
};

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

/**
 * A day as an offset from `today` (`YYYY-MM-DD`): `-2y`, `18m`, `-20d`, `0d`; with `/m` rounded down to the first of
 * its month, so that contract periods begin with a month. Throws on anything else.
 */
export const relativeDay = (offset: string, today: string): string => {
  const match = OFFSET.exec(offset);
  if (!match) throw new Error(`not a relative date like -2y, 18m/m or -20d: ${offset}`);
  const [, text, unit, toMonth] = match;
  const count = Number(text);
  const day =
    unit === 'd' ? addDays(today, count) : addMonths(today, unit === 'y' ? 12 * count : count);
  return toMonth === undefined ? day : `${day.slice(0, 8)}01`;
};

export const relativeInstant = (offset: string, today: string): Instant =>
  startOfDay(relativeDay(offset, today));

/** The day `offset` was counted from, given its result. Only days can be turned round without doubt. */
export const originOf = (day: string, offset: string): string => {
  const match = OFFSET.exec(offset);
  if (!match || match[2] !== 'd' || match[3] !== undefined) {
    throw new Error(`only an offset in days can be turned round: ${offset}`);
  }
  return addDays(day, -Number(match[1]));
};

/** Starts of `count` periods of `months` each, and the end of the last. */
export const periodBounds = (first: string, months: number, count: number): readonly string[] =>
  Array.from({ length: count + 1 }, (_, index) => addMonths(first, index * months));
