import { addDays } from '../../domain/calendar.js';
import { RECENT_DAYS } from '../../domain/commitment/obligation/pace.js';
import { inCurrency } from '../../domain/money.js';
import type { PiecewiseQuestion } from '../asking/kept.js';
import type { Asked } from '../asking/question.js';
import { among, facts, sums, underAny, type RowsOf } from '../asking/rows-wanted.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { useOf } from '../burn-down/outlook.js';
import { agreementFacts, agreementsAsOf } from '../facts/agreements.js';
import { commitmentFacts, commitmentsAsOf } from '../facts/commitments.js';
import { weightOf, type Weight } from './order.js';
import { standingOf } from './standing.js';

/** Sums per period say nearly everything; what is used lately needs its days. */
const weightsWanted = ({ asOf }: Asked, roots: readonly string[] | null) => {
  const where = roots === null ? {} : { commitmentId: underAny(roots) };
  return {
    agreements: facts(agreementFacts, roots === null ? {} : { agreementId: among(roots) }),
    commitments: facts(commitmentFacts, where),
    ...useWanted(where, asOf),
  };
};

type Where = NonNullable<
  Parameters<typeof sums<typeof burnDownDays.dims, never, never>>[1]['where']
>;

export const useWanted = (where: Where, asOf: string) => ({
  periods: sums(burnDownDays, { where, by: ['commitmentId', 'period', 'currency'], per: 'all' }),
  recent: sums(burnDownDays, {
    ...{ where, by: ['commitmentId', 'period', 'currency'] as const, per: 'day' },
    from: addDays(asOf, 1 - RECENT_DAYS),
  }),
});

type Rows = RowsOf<ReturnType<typeof weightsWanted>>;

/** What each commitment of an agreement weighs. None: as of then there is no such agreement. */
const weightsIn = (rows: Rows, asked: Asked, agreementId: string): readonly Weight[] => {
  const agreement = agreementsAsOf(rows.agreements).get(agreementId);
  if (agreement === undefined) return [];
  return [...commitmentsAsOf(rows.commitments).values()].map((commitment) => {
    const own = <Row extends Rows['periods'][number]>(of: readonly Row[]): readonly Row[] =>
      inCurrency(
        of.filter(({ commitmentId }) => commitmentId === commitment.commitmentId),
        commitment.currency,
      );
    return weightOf(
      standingOf({ commitment, agreement }, useOf(own(rows.periods), own(rows.recent)), asked),
    );
  });
};

/** What the order of a portfolio is made of. */
export const weights: PiecewiseQuestion<ReturnType<typeof weightsWanted>, readonly Weight[]> = {
  name: 'weights',
  projections: burnDownReads,
  wantedOf: weightsWanted,
  pieceOf: weightsIn,
};
