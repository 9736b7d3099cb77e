import { usedUpOn } from '../../domain/commitment/obligation/pace.js';
import { inCurrency } from '../../domain/money.js';
import { piecesOf } from '../asking/pieces.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { among, facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { Told } from '../asking/seen.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { partyFacts } from '../facts/parties.js';
import { partiesNamed, type BetweenParties } from '../lists/dealings.js';
import type { PageAsked } from '../lists/page.js';
import type { Portfolio } from './answer.js';
import {
  comparePlaces,
  DIRECTION_DEFAULT,
  firstOf,
  markIn,
  markText,
  placeOf,
  type Direction,
  type Mark,
  type Place,
  type PortfolioSort,
  type Weight,
} from './order.js';
import { standings, type KeptStanding } from './kept-standings.js';

/** `after`: the mark at which the page before ended. */
export interface PortfolioQuestion extends TimeAxes, PageAsked, BetweenParties {
  /** Default: risk. */
  readonly sort?: PortfolioSort | undefined;
  /** Default: the worst, the most, the earliest end first. */
  readonly direction?: Direction | undefined;
}

/**
 * A page of commitments, sorted: of how all of them stand, and what only those of the page need, which is read at the same
 * place of each shard. @throws QueryRefused `cursor-malformed`.
 */
export const portfolio = async (views: Views, question: PortfolioQuestion): Promise<Portfolio> => {
  const list = listOf(question);
  const axes = { ...question, asOf: question.asOf ?? list.from?.asOf };
  const { whole, axes: at, lag } = await piecesOf(views, standings, axes);
  const page = pageOf(whole, list);
  const view = await readView(views, burnDownReads, at, () => pageWanted(page));
  return { ...portfolioOf(view.rows, view.asked, page), ...view.seen, lag: lag ?? view.seen.lag };
};

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

/** Which commitments a page shows. */
interface Page {
  readonly lines: readonly Line[];
  readonly hasMore: boolean;
}

interface Line {
  readonly standing: KeptStanding;
  readonly place: Place;
}

export const pageOf = (all: readonly KeptStanding[], list: List): Page => {
  const { from, sort, direction, vendorId, customerId, limit } = list;
  const compare = comparePlaces(sort, direction);
  const lines: Line[] = [];
  for (const standing of all) {
    const { weight } = standing;
    if ((vendorId ?? weight.vendorId) !== weight.vendorId) continue;
    if ((customerId ?? weight.customerId) !== weight.customerId) continue;
    const place = placeOf(weight, sort);
    if (from === null || compare(from.place, place) < 0) lines.push({ standing, place });
  }
  const first = firstOf(lines, limit, (left, right) => compare(left.place, right.place));
  return { lines: first, hasMore: first.length > 0 && first.length < lines.length };
};

/** What its parties are called, and all days of those that are used up. */
export const pageWanted = ({ lines }: Page) => {
  const parties = lines.flatMap(({ standing: { weight } }) => [weight.vendorId, weight.customerId]);
  const usedUp = lines.filter(({ standing }) => standing.usedUp !== null);
  const ids = among(usedUp.map(({ standing }) => standing.weight.commitmentId));
  return {
    parties: facts(partyFacts, { partyId: among([...new Set(parties)]) }),
    days: sums(burnDownDays, {
      ...{ where: { commitmentId: ids }, by: ['commitmentId', 'currency'], per: 'day' },
    }),
  };
};

type Rows = RowsOf<ReturnType<typeof pageWanted>>;

export const portfolioOf = (
  rows: Rows,
  { asOf }: Pick<Asked, 'asOf'>,
  { lines, hasMore }: Page,
): Told<Portfolio> => {
  const nameOf = partiesNamed(rows);
  const daysOf = daysByCommitment(rows);
  const last = lines.at(-1);
  return {
    data: lines.map(({ standing: { weight, told, usedUp } }) => ({
      ...told,
      vendor: nameOf(weight.vendorId),
      customer: nameOf(weight.customerId),
      ...(usedUp !== null && {
        projectedEnd: { on: usedUpOn(daysOf(weight), usedUp, asOf), outcome: 'already' },
      }),
    })),
    hasMore,
    next: hasMore && last !== undefined ? markText({ asOf, place: last.place }) : null,
  };
};

/** Ascending. */
const daysByCommitment = ({ days }: Rows) => {
  const all = new Map<string, Rows['days'][number][]>();
  for (const day of days) {
    const own = all.get(day.commitmentId);
    if (own === undefined) all.set(day.commitmentId, [day]);
    else own.push(day);
  }
  return ({ commitmentId, currency }: Weight): Rows['days'] =>
    inCurrency(all.get(commitmentId) ?? [], currency);
};
