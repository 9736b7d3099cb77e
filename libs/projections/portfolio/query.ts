import { inCurrency } from '../../domain/money.js';
import { piecesOf } from '../asking/kept.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { among, facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import type { Told } from '../asking/seen.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { useOf } from '../burn-down/outlook.js';
import { rootOf } from '../../domain/ids.js';
import { agreementFacts, agreementsAsOf } from '../facts/agreements.js';
import { commitmentFacts, commitmentsAsOf } from '../facts/commitments.js';
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
import { standingOf, standingTold } from './standing.js';
import { useWanted, weights } from './weights.js';

/** `after`: the mark at which the page before ended. */
export interface PortfolioQuestion extends TimeAxes, PageAsked, BetweenParties {
  /** Default: risk. */
  readonly sort?: PortfolioSort | undefined;
  /** Default: the worst, the most, the earliest end first. */
  readonly direction?: Direction | undefined;
}

/**
 * A page of commitments, sorted: which ones they are by what all of them weigh, and then these, read at the same place of
 * each shard. @throws QueryRefused `cursor-malformed`.
 */
export const portfolio = async (views: Views, question: PortfolioQuestion): Promise<Portfolio> => {
  const list = listOf(question);
  const axes = { ...question, asOf: question.asOf ?? list.from?.asOf };
  const { pieces, axes: at, lag } = await piecesOf(views, weights, axes);
  const page = pageOf(pieces.values(), list);
  const { rows, asked, seen } = await readView(views, burnDownReads, at, ({ asOf }) =>
    pageWanted(
      page.lines.map(({ weight }) => weight),
      asOf,
    ),
  );
  return { ...portfolioOf(rows, asked, page), ...seen, lag: lag ?? seen.lag };
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
  readonly lines: readonly { readonly weight: Weight; readonly place: Place }[];
  readonly hasMore: boolean;
}

export const pageOf = (pieces: Iterable<readonly Weight[]>, list: List): Page => {
  const { from, sort, direction, vendorId, customerId, limit } = list;
  const compare = comparePlaces(sort, direction);
  const lines: { weight: Weight; place: Place }[] = [];
  for (const weights of pieces) {
    for (const weight of weights) {
      if ((vendorId ?? weight.vendorId) !== weight.vendorId) continue;
      if ((customerId ?? weight.customerId) !== weight.customerId) continue;
      const place = placeOf(weight, sort);
      if (from === null || compare(from.place, place) < 0) lines.push({ weight, place });
    }
  }
  const first = firstOf(lines, limit, (left, right) => compare(left.place, right.place));
  return { lines: first, hasMore: first.length > 0 && first.length < lines.length };
};

/** Of those that are used up all days: they say since when. */
export const pageWanted = (shown: readonly Weight[], asOf: string) => {
  const ids = (of: readonly Weight[]) => among(of.map(({ commitmentId }) => commitmentId));
  const parties = shown.flatMap(({ vendorId, customerId }) => [vendorId, customerId]);
  const roots = shown.map(({ commitmentId }) => rootOf(commitmentId));
  const usedUp = shown.filter(({ isUsedUp }) => isUsedUp);
  return {
    parties: facts(partyFacts, { partyId: among([...new Set(parties)]) }),
    agreements: facts(agreementFacts, { agreementId: among([...new Set(roots)]) }),
    commitments: facts(commitmentFacts, { commitmentId: ids(shown) }),
    ...useWanted({ commitmentId: ids(shown) }, asOf),
    days: sums(burnDownDays, {
      ...{ where: { commitmentId: ids(usedUp) }, by: ['commitmentId', 'period', 'currency'] },
      per: 'day',
    }),
  };
};

type Rows = RowsOf<ReturnType<typeof pageWanted>>;

export const portfolioOf = (
  rows: Rows,
  asked: Asked,
  { lines, hasMore }: Page,
): Told<Portfolio> => {
  const agreements = agreementsAsOf(rows.agreements);
  const commitments = commitmentsAsOf(rows.commitments);
  const nameOf = partiesNamed(rows);
  const last = lines.at(-1);
  return {
    data: lines.map(({ weight: { commitmentId, isUsedUp } }) => {
      const commitment = commitments.get(commitmentId);
      const agreement = agreements.get(rootOf(commitmentId));
      if (commitment === undefined || agreement === undefined)
        throw new Error(`${commitmentId} is at no place of the ledger`);
      const own = <Row extends Rows['periods'][number]>(of: readonly Row[]): readonly Row[] =>
        inCurrency(
          of.filter((row) => row.commitmentId === commitmentId),
          commitment.currency,
        );
      const use = useOf(own(rows.periods), own(isUsedUp ? rows.days : rows.recent));
      return standingTold(standingOf({ commitment, agreement }, use, asked), nameOf, asked);
    }),
    hasMore,
    next: hasMore && last !== undefined ? markText({ asOf: asked.asOf, place: last.place }) : null,
  };
};
