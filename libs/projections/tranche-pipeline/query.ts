import { parentOf, rootOf } from '../../domain/ids.js';
import type { Gate } from '../../domain/investment/events.js';
import { isOpenGate, missingFor } from '../../domain/investment/gate.js';
import type { Milestone } from '../../domain/investment/investment.js';
import { isOverdue, stageOf, type TrancheStage } from '../../domain/investment/progress.js';
import { addTo, moneyIn, type MoneyText, sumOf } from '../../domain/money.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import type {
  InvestmentAmounts,
  InvestmentPipeline,
  Tranche,
  TrancheOfInvestment,
  TranchePipeline,
  TranchePipelines,
} from './answer.js';
import { readView, type Views } from '../asking/read-view.js';
import { fundingFacts, investmentFacts, type InvestmentFact } from '../facts/investments.js';
import { facts, said, type RowsOf } from '../asking/rows-wanted.js';
import { factsProjection } from '../facts/facts.js';
import { agreementsBetween, dealingsWanted, type BetweenParties } from '../lists/dealings.js';
import { pageOf, type PageAsked } from '../lists/page.js';
import { changesTerms, milestoneFacts, milestonesAsOf } from '../facts/milestones.js';
import { trancheFacts, type TrancheFact } from '../facts/tranches.js';

export interface TranchePipelineQuestion extends TimeAxes {
  readonly investmentId: string;
}

/** Null: no such investment as of then, as known then. */
export const tranchePipeline = async (
  views: Views,
  question: TranchePipelineQuestion,
): Promise<TranchePipeline | null> => {
  const { investmentId } = question;
  const view = await readView(
    views,
    [factsProjection],
    question,
    () => tranchePipelineWanted({ investmentId }),
    rootOf(investmentId),
  );
  const answer = tranchePipelinesOf(view.rows, view.asked)[0];
  return answer ? { ...answer, ...view.seen } : null;
};

/** Null: no such tranche as of then, as known then. */
export const tranche = async (
  views: Views,
  { trancheId, ...axes }: TimeAxes & { readonly trancheId: string },
): Promise<Tranche | null> => {
  const pipeline = await tranchePipeline(views, { ...axes, investmentId: parentOf(trancheId) });
  const found = pipeline?.tranches.find((each) => each.trancheId === trancheId);
  if (!pipeline || !found) return null;
  const { agreementId, investmentId, termsVersion, asOf, knownAt } = pipeline;
  const { ledgerPosition, lag, skipped, skippedEvents } = pipeline;
  const of = { agreementId, investmentId, termsVersion };
  return { ...of, ...found, asOf, knownAt, ledgerPosition, lag, skipped, skippedEvents };
};

/** Vendor and customer are those of the agreement, whoever invests. */
export interface TranchePipelinesQuestion extends TimeAxes, PageAsked, BetweenParties {
  readonly agreementId?: string | undefined;
}

/** Investments by their ids. */
export const tranchePipelines = async (
  views: Views,
  question: TranchePipelinesQuestion,
): Promise<TranchePipelines> => {
  const { rows, asked, seen } = await readView(views, [factsProjection], question, () => ({
    ...tranchePipelineWanted({}),
    ...dealingsWanted(),
  }));
  const { agreementId: wanted } = question;
  const agreements = agreementsBetween(rows, question);
  const page = pageOf(
    rows.investments.filter(
      ({ agreementId }) => agreements.has(agreementId) && (wanted ?? agreementId) === agreementId,
    ),
    ({ investmentId }) => investmentId,
    question,
  );
  const investments = tranchePipelinesOf({ ...rows, investments: page.data }, asked);
  return { investments, hasMore: page.hasMore, next: page.next, ...seen };
};

export const tranchePipelineWanted = (where: { readonly investmentId?: string }) => ({
  investments: facts(investmentFacts, where),
  fundings: facts(fundingFacts, where),
  tranches: facts(trancheFacts, where),
  milestones: facts(milestoneFacts, where),
  saidTranches: said(trancheFacts, where),
  saidMilestones: said(milestoneFacts, where),
});

type Rows = RowsOf<ReturnType<typeof tranchePipelineWanted>>;

export const tranchePipelinesOf = (rows: Rows, asked: Asked): InvestmentPipeline[] =>
  [...rows.investments]
    .sort((left, right) => (left.investmentId < right.investmentId ? -1 : 1))
    .map((investment) => pipelineOf(investment, rows, asked));

const pipelineOf = (investment: InvestmentFact, rows: Rows, asked: Asked): InvestmentPipeline => {
  const ofInvestment = (row: { readonly investmentId: string }): boolean =>
    row.investmentId === investment.investmentId;
  const { currency } = investment;
  const money = moneyIn(currency);
  const milestones = milestonesAsOf(rows.milestones.filter(ofInvestment)).map((each) => ({
    ...each,
    overdue: isOverdue(each, asked.effectiveBefore),
  }));
  const done = Object.fromEntries(
    milestones
      .filter(({ status }) => status === 'met' || status === 'waived')
      .map(({ milestoneId }): [string, Milestone] => [milestoneId, { status: 'met', dueAt: null }]),
  );
  const funded = new Map<string, bigint>();
  for (const { trancheId, amount } of rows.fundings.filter(ofInvestment)) {
    addTo(funded, trancheId, amount);
  }
  const tranches = tranchesOf(rows.tranches.filter(ofInvestment), funded, done);
  return {
    agreementId: investment.agreementId,
    investmentId: investment.investmentId,
    termsVersion: investmentTermsVersion(rows, investment.investmentId),
    investorId: investment.investorId,
    recipientId: investment.recipientId,
    instrument: investment.instrument,
    total: money(investment.total),
    contingent: investment.contingent === null ? null : money(investment.contingent),
    firm: amountsOf(
      tranches.filter(({ contingent }) => !contingent),
      money,
    ),
    contingentTranches: amountsOf(
      tranches.filter(({ contingent }) => contingent),
      money,
    ),
    tranches: tranches.map(({ amount, funded: paid, unfunded, ...rest }) => ({
      ...rest,
      amount: money(amount),
      funded: money(paid),
      unfunded: money(unfunded),
    })),
    milestones,
  };
};

/** How often the terms of an investment were stated: when it was agreed, and by what was said of its tranches and milestones. */
export const investmentTermsVersion = (
  { saidTranches, saidMilestones }: Pick<Rows, 'saidTranches' | 'saidMilestones'>,
  investmentId: string,
): number => {
  const changes = [...saidTranches, ...saidMilestones.filter(changesTerms)];
  return 1 + changes.filter((row) => row.investmentId === investmentId).length;
};

type TrancheUnits = Omit<TrancheOfInvestment, 'amount' | 'funded' | 'unfunded'> & {
  readonly amount: bigint;
  readonly funded: bigint;
  readonly unfunded: bigint;
};

const tranchesOf = (
  history: readonly TrancheFact[],
  funded: ReadonlyMap<string, bigint>,
  done: Readonly<Record<string, Milestone>>,
): TrancheUnits[] =>
  history
    .flatMap((agreed): TrancheUnits[] => {
      const { trancheId, number, amount, gate: gateText } = agreed;
      if (amount === null || gateText === null) return [];
      const changes = history.filter((row) => row.trancheId === trancheId);
      const gate = JSON.parse(gateText) as Gate;
      const paid = funded.get(trancheId) ?? 0n;
      const gateOpen = isOpenGate(gate, done);
      const said = new Set(changes.map(({ change }) => change));
      const tranche = {
        trancheId,
        number,
        stage: stageOf({ said, unfunded: amount - paid, gateOpen }),
        contingent: agreed.firmness === 'contingent',
        amount,
        funded: paid,
        unfunded: amount - paid,
        gateOpen,
        missing: missingFor(gate, done),
        plannedAt: agreed.plannedAt,
        longStopAt: agreed.longStopAt,
        calledAt: changes.find(({ change }) => change === 'called')?.effectiveAt ?? null,
      };
      return [tranche];
    })
    .sort(
      (left, right) => left.number - right.number || (left.trancheId < right.trancheId ? -1 : 1),
    );

const amountsOf = (
  tranches: readonly TrancheUnits[],
  money: (units: bigint) => MoneyText,
): InvestmentAmounts => {
  const unfundedIn = (stage: TrancheStage): MoneyText =>
    money(sumOf(tranches.filter((each) => each.stage === stage).map(({ unfunded }) => unfunded)));
  return {
    agreed: money(sumOf(tranches.map(({ amount }) => amount))),
    funded: money(sumOf(tranches.map(({ funded }) => funded))),
    called: unfundedIn('called'),
    eligible: unfundedIn('eligible'),
    gated: unfundedIn('gated'),
    lapsed: unfundedIn('lapsed'),
    cancelled: unfundedIn('cancelled'),
  };
};
