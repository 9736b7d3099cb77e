import type { Instant } from '../../decider.js';
import { dayOf } from '../../instant.js';
import type { CalendarMonth, CommitmentBook } from '../commitment.js';
import type {
  CalendarDay,
  ChargeProfile,
  Charges,
  DayCharges,
  Destination,
  Posted,
} from './charges.js';

/** The charges that `posted` would be added to. */
export const chargesLike = (
  book: CommitmentBook,
  { day, at, profile }: Pick<Posted, 'day' | 'at' | 'profile'>,
): Charges | undefined => {
  const month = lastUpTo(book.months, monthName, day);
  if (month === undefined || !day.startsWith(month.month)) return undefined;
  const last = lastUpTo(month.days, dayName, day);
  if (last?.day !== day) return undefined;
  return last.charges.find((each) => isLike(book, each, at, profile));
};

const monthName = ({ month }: CalendarMonth): string => month;
const dayName = ({ day }: DayCharges): string => day;

/** Lists are ascending and what is new is at the end, mostly. A loop of its own: with `findLast` a charge costs a third more. */
const lastUpTo = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  wanted: string,
): Item | undefined => {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item !== undefined && key(item) <= wanted) return item;
  }
  return undefined;
};

const indexAtOrAfter = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  wanted: string,
): number => {
  for (let index = items.length; index > 0; index -= 1) {
    const before = items[index - 1];
    if (before !== undefined && key(before) < wanted) return index;
  }
  return 0;
};

const isLike = (
  { cuts }: CommitmentBook,
  charges: Charges,
  at: Instant,
  { category, yes, asked }: ChargeProfile,
): boolean =>
  charges.category === category &&
  charges.yes === yes &&
  charges.asked === asked &&
  (charges.at === at || charges.at.startsWith(dayOf(at))) &&
  (cuts.length === 0 || !cuts.some((cut) => isBetween(cut, charges.at, at)));

const isBetween = (cut: Instant, one: Instant, other: Instant): boolean =>
  one < cut !== other < cut;

/** The months with `posted` added; the charges it became part of, and what they were before. */
export const withPosted = (
  book: CommitmentBook,
  posted: Posted,
  destination: () => Destination,
): {
  readonly months: readonly CalendarMonth[];
  readonly before: Charges | null;
  readonly after: Charges;
} => {
  const { day, at, profile } = posted;
  const before = chargesLike(book, posted) ?? null;
  const after: Charges =
    before === null
      ? {
          category: profile.category,
          yes: profile.yes,
          asked: profile.asked,
          at,
          last: at,
          usage: posted.usage,
          refunds: posted.refunds,
          destination: destination(),
        }
      : {
          category: before.category,
          yes: before.yes,
          asked: before.asked,
          at: at < before.at ? at : before.at,
          last: at > before.last ? at : before.last,
          usage: before.usage + posted.usage,
          refunds: before.refunds + posted.refunds,
          destination: before.destination,
        };
  const ofMonth = day.slice(0, 7);
  const month = indexAtOrAfter(book.months, monthName, ofMonth);
  const monthThere = book.months[month];
  const isKnownMonth = monthThere?.month === ofMonth;
  const days = isKnownMonth ? monthThere.days : [];
  const place = indexAtOrAfter(days, dayName, day);
  const dayThere = days[place];
  const isKnownDay = dayThere?.day === day;
  const nextCharges = isKnownDay ? dayThere.charges.slice() : [];
  nextCharges[before === null ? nextCharges.length : nextCharges.indexOf(before)] = after;
  const nextDays = placedAt(days, place, { day, charges: nextCharges }, isKnownDay);
  const nextMonth = { month: ofMonth, days: nextDays };
  const months = placedAt(book.months, month, nextMonth, isKnownMonth);
  return { months, before, after };
};

/** A copy with `item` at `index`, in place of the one there or before it. */
const placedAt = <Item>(
  items: readonly Item[],
  index: number,
  item: Item,
  isReplaced: boolean,
): Item[] => {
  const next = items.slice();
  if (isReplaced) next[index] = item;
  else next.splice(index, 0, item);
  return next;
};

/** The days from `day` on, ascending. */
export const daysFrom = (
  months: readonly CalendarMonth[],
  day: CalendarDay,
): readonly DayCharges[] => {
  const first = indexAtOrAfter(months, monthName, day.slice(0, 7));
  return months.slice(first).flatMap(({ days }) => days.filter((each) => each.day >= day));
};

/** Every list of charges made anew: after terms have changed they may fall elsewhere. */
export const placedAnew = (
  months: readonly CalendarMonth[],
  destinationOf: (charges: Charges) => Destination,
): readonly CalendarMonth[] =>
  months.map(({ month, days }) => ({
    month,
    days: days.map(({ day, charges }) => ({
      day,
      charges: charges.map((each) => ({ ...each, destination: destinationOf(each) })),
    })),
  }));
