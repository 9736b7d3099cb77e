import { rootOf } from '../../domain/ids.js';
import { type MoneyText, unitsOf } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import { facts, type AnyWanted, type RowsOf } from '../asking/rows-wanted.js';
import type { UpTo } from '../asking/snapshot.js';
import { factsProjection } from '../facts/facts.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import { trancheFacts } from '../facts/tranches.js';
import type { TrancheOfInvestment, TranchePipeline } from '../tranche-pipeline/answer.js';
import { tranchePipelinesOf, tranchePipelineWanted } from '../tranche-pipeline/query.js';
import type { Address } from './address.js';
import { PAID, STATED } from './decided-by.js';
import { absent, entriesOf, operand, sum, type EntriesOf, type Explained } from './explained.js';
import { figureOfWhat, chosen, type ExplainQuestion } from './question.js';
import { subject, type Subject } from './subject.js';

type Rows = RowsOf<ReturnType<typeof tranchePipelineWanted>>;

/** An investment in slices, or one of its slices. */
export const tranchesSubject = (question: ExplainQuestion): Subject => {
  const { view, investmentId } = question;
  if (investmentId === undefined) {
    throw figureOfWhat(view, 'is of an investment: say which, as investmentId=');
  }
  return subject({
    reads: [factsProjection],
    wantedOf: () => tranchePipelineWanted({ investmentId }),
    root: rootOf(investmentId),
    explain: (rows, asked) => explain(rows, asked, question),
  });
};

type Pipeline = Pick<
  TranchePipeline,
  'investmentId' | 'total' | 'contingent' | 'firm' | 'contingentTranches' | 'tranches'
>;

interface Of {
  readonly rows: Rows;
  readonly pipeline: Pipeline;
  readonly at: (figure: string, trancheId: string) => Address;
}

const explain = (rows: Rows, asked: Asked, question: ExplainQuestion): Explained | null => {
  const [pipeline] = tranchePipelinesOf(rows, asked);
  if (pipeline === undefined) return null;
  const { investmentId } = pipeline;
  const at = (figure: string, trancheId: string): Address => ({
    ...{ view: 'tranches', figure, investmentId, trancheId, asOf: asked.asOf },
  });
  const of = { rows, pipeline, at };
  const tranche = pipeline.tranches.find(({ trancheId }) => trancheId === question.trancheId);
  if (question.trancheId !== undefined && tranche === undefined) return null;
  const figures = tranche === undefined ? ofInvestment(of) : ofTranche(of, tranche);
  return chosen(question, figures)();
};

type Figures = Readonly<Record<string, () => Explained>>;

const made = (figure: MoneyText) => ({ currency: figure.currency, figure });

const at = (rows: readonly UpTo[]): EntriesOf['from'] => ({
  places: rows.map(({ shard, position }) => ({ shard, position })),
});

const ofTranche = (
  of: Of,
  { trancheId, amount, funded, unfunded }: TrancheOfInvestment,
): Figures => {
  const paid = of.rows.fundings.filter((row) => row.trancheId === trancheId);
  const agreed = of.rows.tranches.filter(
    (row) => row.trancheId === trancheId && row.amount !== null,
  );
  return {
    amount: () =>
      sum(
        made(amount),
        'as it was agreed',
        [],
        entriesOf({
          from: at(agreed),
          projection: factsProjection,
          wanted: facts(trancheFacts, { trancheId }),
          amountOf: (row) => row.amount ?? 0n,
          decidedBy: STATED,
        }),
      ),
    funded: () =>
      sum(
        made(funded),
        'sum of the payments',
        [],
        entriesOf({
          from: at(paid),
          projection: factsProjection,
          wanted: facts(fundingFacts, { trancheId }),
          amountOf: (row) => row.amount,
          decidedBy: PAID,
        }),
      ),
    unfunded: () =>
      sum(made(unfunded), 'amount - funded', [
        operand('amount', unitsOf(amount.amount), { address: of.at('amount', trancheId) }),
        operand('funded', -unitsOf(funded.amount), { address: of.at('funded', trancheId) }),
      ]),
  };
};

const STAGES = ['called', 'eligible', 'gated', 'lapsed', 'cancelled'] as const;

const ofInvestment = (of: Of): Figures => {
  const { pipeline } = of;
  return {
    total: () =>
      sum(
        made(pipeline.total),
        'as it was agreed',
        [],
        investment(of, (row) => row.total),
      ),
    contingent: () =>
      pipeline.contingent === null
        ? absent({ currency: pipeline.total.currency, figure: null }, 'nothing-contingent')
        : sum(
            made(pipeline.contingent),
            'as it was agreed',
            [],
            investment(of, (row) => row.contingent ?? 0n),
          ),
    ...ofTranches(of, 'firm', (tranche) => !tranche.contingent),
    ...ofTranches(of, 'contingentTranches', (tranche) => tranche.contingent),
  };
};

type Investment = Rows['investments'][number];

const investment = ({ rows }: Of, amountOf: (row: Investment) => bigint): EntriesOf =>
  entriesOf({
    from: at(rows.investments),
    projection: factsProjection,
    wanted: facts(investmentFacts) satisfies AnyWanted,
    amountOf,
    decidedBy: STATED,
  });

const ofTranches = (
  { pipeline, at: addressOf }: Of,
  group: 'firm' | 'contingentTranches',
  isOf: (tranche: TrancheOfInvestment) => boolean,
): Figures => {
  const amounts = pipeline[group];
  const tranches = pipeline.tranches.filter(isOf);
  const parts = (name: 'amount' | 'funded' | 'unfunded', of = tranches) =>
    of.map((tranche) =>
      operand(name, unitsOf(tranche[name].amount), { address: addressOf(name, tranche.trancheId) }),
    );
  const stages = STAGES.map((stage): readonly [string, () => Explained] => [
    `${group}.${stage}`,
    () =>
      sum(
        made(amounts[stage]),
        `what is not funded of tranches that are ${stage}`,
        parts(
          'unfunded',
          tranches.filter((tranche) => tranche.stage === stage),
        ),
      ),
  ]);
  return {
    [`${group}.agreed`]: () => sum(made(amounts.agreed), 'sum of the tranches', parts('amount')),
    [`${group}.funded`]: () => sum(made(amounts.funded), 'sum of the tranches', parts('funded')),
    ...Object.fromEntries(stages),
  };
};
