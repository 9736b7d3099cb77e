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

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export const isDay = (text: string): boolean =>
  DAY.test(text) && !Number.isNaN(msOf(text)) && dayOfMs(msOf(text)) === text;

export const monthOf = (day: string): string => day.slice(0, 7);

/** The same day of the month `months` later, or that month's last day when it is shorter. */
export const addMonths = (day: string, months: number): string => {
  const first = new Date(
    Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + months, 1),
  );
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(Number(day.slice(8, 10)), last));
  return first.toISOString().slice(0, 10);
};

export type Interval = 'day' | 'week' | 'month';

/** The bucket's last day: weeks end on Sunday (ISO 8601), months on their last day. */
const bucketEnd = (day: string, interval: Interval): string => {
  switch (interval) {
    case 'day':
      return day;
    case 'week':
      return addDays(day, (7 - new Date(msOf(day)).getUTCDay()) % 7);
    case 'month':
      return addDays(addMonths(`${monthOf(day)}-01`, 1), -1);
  }
};

/** A stretch of days of one answer's series. */
export interface Bucket {
  /** Both included. */
  readonly from: string;
  readonly to: string;
}

/** Calendar buckets from `from` to `to` (included); the first and the last may be cut short. */
export const buckets = (from: string, to: string, interval: Interval): Bucket[] => {
  const result: Bucket[] = [];
  for (let day = from; day <= to;) {
    const end = bucketEnd(day, interval);
    result.push({ from: day, to: end < to ? end : to });
    day = addDays(end, 1);
  }
  return result;
};
