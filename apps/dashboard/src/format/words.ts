import type { Standing } from '../api/types.js';
import { KEPT } from './money.js';

/** Of the text of a ratio: `0.434962` is 43.5 %. */
export const percent = (ratio: string | null): string =>
  ratio === null ? '–' : `${(Number(ratio) * 100).toFixed(1)}${KEPT}%`;

export const times = (ratio: string | null): string =>
  ratio === null ? '–' : `${Number(ratio).toFixed(2)}×`;

/** The day of an instant or of a day, in UTC. */
export const dayOf = (text: string | null): string => text?.slice(0, 10) ?? 'unknown';

/** The last day of a term, whose end is the first instant that is not of it any more. */
export const lastDayOf = (endsAt: string | null): string =>
  endsAt === null ? 'end unknown' : new Date(Date.parse(endsAt) - 1).toISOString().slice(0, 10);

export const instantOf = (text: string): string => `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;

const DAY_MS = 86_400_000;
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(dayOf(to)) - Date.parse(dayOf(from))) / DAY_MS);

/** A day, so many days later. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** `too-late` as a sentence begins: Too late. */
export const spoken = (code: string): string =>
  code.slice(0, 1).toUpperCase() + code.slice(1).replaceAll('-', ' ');

const ENDS: Readonly<Record<Standing['projectedEnd']['outcome'], string>> = {
  already: 'used up',
  expected: 'in time',
  'after-end': 'too late',
  'no-recent-use': 'no recent use',
  'not-in-a-lifetime': 'not within 100 years',
  terminated: 'terminated',
};
/** How that is, next to its day. Whether it is in time nobody can say whose term has no known end. */
export const projected = ({ projectedEnd: { outcome }, endsAt }: Standing): string =>
  outcome === 'expected' && endsAt === null ? 'at the recent pace' : ENDS[outcome];
