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
  const { months } = book;
  for (let index = months.length - 1; index >= 0; index -= 1) {
    const { month, days } = months[index]!;
    if (day < month) continue;
    if (!day.startsWith(month)) return undefined;
    const charges = findLast(days, dayName, day)?.charges;
    return charges?.find((each) => isLike(book, each, at, profile));
  }
  return undefined;
};

/** Lists are ascending and what is new is at the end, mostly. */
const findLast = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  wanted: string,
): Item | undefined => {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index]!;
    const found = key(item);
    if (found === wanted) return item;
    if (found < wanted) return undefined;
  }
  return undefined;
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
  const month = indexAtOrAfter(book.months, monthName, day.slice(0, 7));
  const name = book.months[month]?.month;
  const isKnownMonth = name !== undefined && day.startsWith(name);
  const days = isKnownMonth ? book.months[month]!.days : [];
  const place = indexAtOrAfter(days, dayName, day);
  const isKnownDay = days[place]?.day === day;
  const charges = isKnownDay ? days[place]!.charges : [];
  const nextCharges = charges.slice();
  nextCharges[before === null ? nextCharges.length : nextCharges.indexOf(before)] = after;
  const nextDays = placedAt(days, place, { day, charges: nextCharges }, isKnownDay);
  const nextMonth = { month: isKnownMonth ? name : day.slice(0, 7), days: nextDays };
  const months = placedAt(book.months, month, nextMonth, isKnownMonth);
  return { months, before, after };
};

const monthName = ({ month }: CalendarMonth): string => month;
const dayName = ({ day }: DayCharges): string => day;

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

const indexAtOrAfter = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  wanted: string,
): number => {
  let index = items.length;
  while (index > 0 && key(items[index - 1]!) >= wanted) index -= 1;
  return index;
};

/** The days from `day` on, ascending. */
export const daysFrom = (
  months: readonly CalendarMonth[],
  day: CalendarDay,
): readonly DayCharges[] => {
  const first = indexAtOrAfter(months, (each) => each.month, day.slice(0, 7));
  const days: DayCharges[] = [];
  for (let index = first; index < months.length; index += 1) {
    for (const each of months[index]!.days) if (each.day >= day) days.push(each);
  }
  return days;
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
