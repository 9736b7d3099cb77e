import { isDay } from '../../domain/calendar.js';
import { riskRank } from '../../domain/commitment/obligation/risk.js';
import { QueryRefused } from '../asking/question.js';
import type { Standing } from './standing.js';

export const PORTFOLIO_SORTS = ['risk', 'remaining', 'end'] as const;
export type PortfolioSort = (typeof PORTFOLIO_SORTS)[number];
export const DIRECTIONS = ['asc', 'desc'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The direction in which a list begins with what is looked for: the worst, the most, the earliest. */
export const DIRECTION_DEFAULT: Readonly<Record<PortfolioSort, Direction>> = {
  risk: 'desc',
  remaining: 'desc',
  end: 'asc',
};

/** What of a commitment decides where it stands in any list. Amounts in units of 10^-12. */
export interface Weight {
  readonly commitmentId: string;
  readonly vendorId: string;
  readonly customerId: string;
  /** From the worst, 0. */
  readonly risk: number;
  readonly currency: string;
  readonly pastDue: bigint;
  readonly remaining: bigint;
  /** Sorts after every instant where the end is unknown. */
  readonly end: string;
}

const NO_END = '~';

export const weightOf = ({ commitment, agreement, course, pastDue, risk }: Standing): Weight => ({
  commitmentId: commitment.commitmentId,
  vendorId: agreement.vendorId,
  customerId: agreement.customerId,
  risk: riskRank(risk),
  currency: commitment.currency,
  pastDue,
  remaining: course.remaining,
  end: commitment.terms.endsAt ?? NO_END,
});

/**
 * Where a commitment stands in a list. Currencies are never compared by amount: within one currency the larger amount weighs
 * more, and the currencies stand one after the other. `commitmentId` makes every place the only one.
 */
export interface Place extends Pick<Weight, 'risk' | 'currency' | 'end' | 'commitmentId'> {
  /** Units: what is past due where something is, otherwise what remains. By `remaining`: what remains. */
  readonly amount: bigint;
}

export const placeOf = (weight: Weight, sort: PortfolioSort): Place => {
  const { risk, currency, end, commitmentId, pastDue, remaining } = weight;
  const amount = sort === 'risk' && pastDue > 0n ? pastDue : remaining;
  return { risk, currency, end, commitmentId, amount };
};

type Compare = (left: Place, right: Place) => number;

const byText =
  (pick: (place: Place) => string): Compare =>
  (left, right) =>
    pick(left) < pick(right) ? -1 : pick(left) > pick(right) ? 1 : 0;

const byCurrency = byText(({ currency }) => currency);
const byId = byText(({ commitmentId }) => commitmentId);
const byEnd = byText(({ end }) => end);
const byAmount: Compare = (left, right) =>
  left.amount < right.amount ? -1 : left.amount > right.amount ? 1 : 0;

const reversed =
  (compare: Compare): Compare =>
  (left, right) =>
    compare(right, left);

/** The first that tells them apart. */
const inTurn =
  (...compares: readonly Compare[]): Compare =>
  (left, right) => {
    for (const compare of compares) {
      const order = compare(left, right);
      if (order !== 0) return order;
    }
    return 0;
  };

/** Ascending: the least risk, the least amount, the earliest end first. Ids always ascend. */
export const comparePlaces = (sort: PortfolioSort, direction: Direction): Compare => {
  const turned = (compare: Compare): Compare => (direction === 'asc' ? compare : reversed(compare));
  switch (sort) {
    case 'risk':
      return inTurn(
        turned((left, right) => right.risk - left.risk),
        byCurrency,
        turned(byAmount),
        byId,
      );
    case 'remaining':
      return inTurn(byCurrency, turned(byAmount), byId);
    case 'end':
      return inTurn(turned(byEnd), byId);
  }
};

/** The first `count`, in order, without sorting the others. */
export const firstOf = <Item>(
  items: readonly Item[],
  count: number,
  compare: (left: Item, right: Item) => number,
): readonly Item[] => {
  // Whoever wants all of them would have each inserted into a long list.
  if (items.length <= count) return [...items].sort(compare);
  const first: Item[] = [];
  for (const item of items) {
    const last = first[count - 1];
    if (last !== undefined && compare(last, item) <= 0) continue;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(first[middle] ?? item, item) <= 0) low = middle + 1;
      else high = middle;
    }
    first.splice(low, 0, item);
    if (first.length > count) first.pop();
  }
  return first;
};

/** Where a list goes on. */
export interface Mark {
  /** A list that began before midnight ends as it began. */
  readonly asOf: string;
  /** Of the last row that was given. */
  readonly place: Place;
}

/** In the alphabet of cursors (`apps/api/http/page-cursor.ts`): lower case, and never a tilde. */
export const markText = ({ asOf, place }: Mark): string => {
  const { risk, currency, amount, end, commitmentId } = place;
  const until = end === NO_END ? OPEN : end;
  return [asOf, risk, currency, amount, until].join(',').toLowerCase() + `,${commitmentId}`;
};

const OPEN = 'open';
const MARK = /^(\d{4}-\d\d-\d\d),(\d),([a-z]{3}),(\d{1,40}),(open|[\d:.tz-]+),(.+)$/;

/** @throws QueryRefused `cursor-malformed`. */
export const markIn = (text: string): Mark => {
  const [, asOf, risk, currency, amount, until, commitmentId] = MARK.exec(text) ?? [];
  const isWhole = asOf !== undefined && isDay(asOf) && amount !== undefined;
  if (!isWhole || currency === undefined || until === undefined || commitmentId === undefined)
    throw new QueryRefused('cursor-malformed', 'send a cursor that you got as `next`');
  const end = until === OPEN ? NO_END : until.toUpperCase();
  const units = { currency: currency.toUpperCase(), amount: BigInt(amount) };
  return { asOf, place: { risk: Number(risk), ...units, end, commitmentId } };
};
