import { dayOf, instantOfMicros, microsOf, type Instant } from './instant.js';

/** Days are UTC and written `YYYY-MM-DD`: plain comparison is chronological. */
const MS_PER_DAY = 86_400_000;

const msOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOfMs = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string =>
  dayOfMs(msOf(day) + days * MS_PER_DAY);

/** Days from `from` to `to`: 1 for tomorrow. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((msOf(to) - msOf(from)) / MS_PER_DAY);

/** The last day that lies before an end-exclusive instant. */
export const lastDayBefore = (end: Instant): string => dayOf(instantOfMicros(microsOf(end) - 1n));
