import { inCurrency } from '../../domain/money.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { Told } from '../asking/seen.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { useOf } from '../burn-down/outlook.js';
import { commitmentFacts, commitmentsAsOf } from '../facts/commitments.js';
import {
  agreementsBetween,
  dealingsWanted,
  partiesNamed,
  type BetweenParties,
} from '../lists/dealings.js';
import type { PageAsked } from '../lists/page.js';
import type { Portfolio } from './answer.js';
import {
  comparePlaces,
  DIRECTION_DEFAULT,
  markIn,
  markText,
  placeOf,
  type Direction,
  type Mark,
  type PortfolioSort,
} from './order.js';
import { standingOf, standingTold } from './standing.js';

/** `after`: the mark at which the page before ended. */
export interface PortfolioQuestion extends TimeAxes, PageAsked, BetweenParties {
  /** Default: risk. */
  readonly sort?: PortfolioSort | undefined;
  /** Default: the worst, the most, the earliest end first. */
  readonly direction?: Direction | undefined;
}

/** A page of commitments, sorted. @throws QueryRefused `cursor-malformed`. */
export const portfolio = async (views: Views, question: PortfolioQuestion): Promise<Portfolio> => {
  const list = listOf(question);
  const axes = { ...question, asOf: question.asOf ?? list.from?.asOf };
  const { rows, asked, seen } = await readView(views, burnDownReads, axes, portfolioWanted);
  return { ...portfolioOf(rows, asked, list), ...seen };
};

export const portfolioWanted = () => ({
  ...dealingsWanted(),
  commitments: facts(commitmentFacts),
  days: sums(burnDownDays, { by: ['commitmentId', 'period', 'currency'], per: 'day' }),
});

type Rows = RowsOf<ReturnType<typeof portfolioWanted>>;

/** A list, and where in it a page begins. */
interface List extends Pick<PortfolioQuestion, 'vendorId' | 'customerId' | 'limit'> {
  readonly sort: PortfolioSort;
  readonly direction: Direction;
  readonly from: Mark | null;
}

export const listOf = (question: Omit<PortfolioQuestion, 'tenant'>): List => {
  const { sort = 'risk', vendorId, customerId, limit, after } = question;
  const direction = question.direction ?? DIRECTION_DEFAULT[sort];
  const from = after === null ? null : markIn(after);
  return { sort, direction, vendorId, customerId, limit, from };
};

export const portfolioOf = (rows: Rows, asked: Asked, list: List): Told<Portfolio> => {
  const compare = comparePlaces(list.sort, list.direction);
  const { from } = list;
  const placed = pledgesOf(rows, list)
    .map(({ pledge, days }) => standingOf(pledge, useOf(days), asked))
    .map((standing) => ({ standing, place: placeOf(standing, list.sort) }))
    .filter(({ place }) => from === null || compare(from.place, place) < 0)
    .sort((left, right) => compare(left.place, right.place));
  const page = placed.slice(0, list.limit);
  const last = page.at(-1);
  const hasMore = last !== undefined && page.length < placed.length;
  const nameOf = partiesNamed(rows);
  return {
    data: page.map(({ standing }) => standingTold(standing, nameOf, asked)),
    hasMore,
    next: hasMore ? markText({ asOf: asked.asOf, place: last.place }) : null,
  };
};

/** Those between the parties that are asked about, each with its use in its own currency. */
const pledgesOf = (rows: Rows, list: List) => {
  const agreements = agreementsBetween(rows, list);
  const days = new Map<string, Rows['days'][number][]>();
  for (const day of rows.days) {
    const ofCommitment = days.get(day.commitmentId);
    if (ofCommitment) ofCommitment.push(day);
    else days.set(day.commitmentId, [day]);
  }
  return [...commitmentsAsOf(rows.commitments).values()].flatMap((commitment) => {
    const agreement = agreements.get(commitment.agreementId);
    if (agreement === undefined) return [];
    const used = days.get(commitment.commitmentId) ?? [];
    return [{ pledge: { commitment, agreement }, days: inCurrency(used, commitment.currency) }];
  });
};
