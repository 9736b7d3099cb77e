import { addDays } from '../../domain/calendar.js';
import { RECENT_DAYS } from '../../domain/commitment/obligation/pace.js';
import { inCurrency } from '../../domain/money.js';
import type { Only, PiecewiseQuestion } from '../asking/pieces.js';
import type { Asked } from '../asking/question.js';
import { among, facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { useOf } from '../burn-down/outlook.js';
import { agreementFacts, agreementsAsOf } from '../facts/agreements.js';
import { commitmentFacts, commitmentsAsOf } from '../facts/commitments.js';
import { weightOf, type Weight } from './order.js';
import { standingOf, standingTold, type Unnamed } from './standing.js';

/** How a commitment stands, but for the day since when it is used up, which takes all its days to find. */
export interface KeptStanding {
  readonly weight: Weight;
  readonly told: Unnamed;
  /** What was reached, in units of 10^-12. Null: it is not used up. */
  readonly usedUp: bigint | null;
}

/** Sums per period say nearly everything; what is used lately needs its days. */
const wanted = ({ asOf }: Asked, only: Only | null) => {
  const where = only === null ? {} : { commitmentId: among(only.commitmentIds) };
  return {
    agreements: facts(
      agreementFacts,
      only === null ? {} : { agreementId: among(only.agreementIds) },
    ),
    commitments: facts(commitmentFacts, where),
    periods: sums(burnDownDays, { where, by: ['commitmentId', 'period', 'currency'], per: 'all' }),
    recent: sums(burnDownDays, {
      ...{ where, by: ['commitmentId', 'period', 'currency'], per: 'day' },
      from: addDays(asOf, 1 - RECENT_DAYS),
    }),
  };
};

type Rows = RowsOf<ReturnType<typeof wanted>>;

const standingsIn = (rows: Rows, asked: Asked, agreementId: string): readonly KeptStanding[] => {
  const agreement = agreementsAsOf(rows.agreements).get(agreementId);
  if (agreement === undefined) return [];
  return [...commitmentsAsOf(rows.commitments).values()].map((commitment) => {
    const { commitmentId, currency, total } = commitment;
    const own = <Row extends Rows['periods'][number]>(of: readonly Row[]): readonly Row[] =>
      inCurrency(
        of.filter((row) => row.commitmentId === commitmentId),
        currency,
      );
    const use = useOf(own(rows.periods), own(rows.recent));
    const standing = standingOf({ commitment, agreement }, use, asked);
    const told = standingTold(standing, asked);
    const isUsedUp = told.projectedEnd.outcome === 'already';
    return { weight: weightOf(standing), told, usedUp: isUsedUp ? total : null };
  });
};

/** How every commitment stands, by agreement. */
export const standings: PiecewiseQuestion<
  ReturnType<typeof wanted>,
  readonly KeptStanding[],
  readonly KeptStanding[]
> = {
  name: 'standings',
  projections: burnDownReads,
  wantedOf: wanted,
  pieceOf: standingsIn,
  wholeOf: (pieces) => [...pieces].flat(),
};
