import { moneyIn, unitsOf, type MoneyText } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import type { View } from '../asking/read-view.js';
import type { RowsOf } from '../asking/rows-wanted.js';
import { tranchePipelinesOf, type tranchePipelineWanted } from '../tranche-pipeline/query.js';
import type { FigureChange } from './answer.js';

type Wanted = ReturnType<typeof tranchePipelineWanted>;
type Rows = RowsOf<Wanted>;

/** An investment of which a figure changed. */
export interface MovedInvestment {
  readonly agreementId: string;
  readonly investmentId: string;
  readonly instrument: string;
  readonly figures: readonly Omit<FigureChange, 'explainedBy'>[];
}

const TABLES = ['investments', 'fundings', 'tranches', 'milestones'] as const;

/** Facts are never taken back: an investment with as many of them as before is the same. */
export const movedInvestments = (
  before: Pick<View<Wanted>, 'rows' | 'asked'>,
  now: Pick<View<Wanted>, 'rows' | 'asked'>,
): readonly MovedInvestment[] => {
  const [then, present] = [countsOf(before.rows), countsOf(now.rows)];
  const ids = [...present].filter(([id, count]) => then.get(id) !== count).map(([id]) => id);
  return ids.flatMap((id): MovedInvestment[] => {
    const level = levelOf(now.rows, now.asked, id);
    if (level === null) return [];
    const was = levelOf(before.rows, before.asked, id)?.figures;
    const money = moneyIn(level.currency);
    const figures = level.figures.flatMap(([figure, after]) => {
      const known = was?.find(([name]) => name === figure)?.[1] ?? null;
      const by = unitsOf(after.amount) - unitsOf(known?.amount ?? '0');
      const change = { figure, before: known, after, by: money(by) };
      return by === 0n ? [] : [{ view: 'tranches' as const, ...change }];
    });
    const { agreementId, instrument } = level;
    return figures.length === 0 ? [] : [{ agreementId, investmentId: id, instrument, figures }];
  });
};

const countsOf = (rows: Rows): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const table of TABLES) {
    for (const { investmentId } of rows[table]) {
      counts.set(investmentId, (counts.get(investmentId) ?? 0) + 1);
    }
  }
  return counts;
};

/** By the answer of the view itself. Null: no such investment as of then. */
const levelOf = (rows: Rows, asked: Asked, id: string) => {
  const ofIt = <Row extends { readonly investmentId: string }>(all: readonly Row[]) =>
    all.filter(({ investmentId }) => investmentId === id);
  const [pipeline] = tranchePipelinesOf(
    {
      ...rows,
      investments: ofIt(rows.investments),
      fundings: ofIt(rows.fundings),
      tranches: ofIt(rows.tranches),
      milestones: ofIt(rows.milestones),
    },
    asked,
  );
  if (pipeline === undefined) return null;
  const { agreementId, instrument, total, contingent, firm, contingentTranches } = pipeline;
  const figures: readonly (readonly [string, MoneyText])[] = [
    ['total', total],
    ...(contingent === null ? [] : [['contingent', contingent] as const]),
    ...Object.entries(firm).map(([name, amount]) => [`firm.${name}`, amount] as const),
    ...Object.entries(contingentTranches).map(
      ([name, amount]) => [`contingentTranches.${name}`, amount] as const,
    ),
  ];
  return { agreementId, instrument, currency: total.currency, figures };
};
