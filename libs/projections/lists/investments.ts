import { addTo, moneyIn } from '../../domain/money.js';
import type { TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { facts, said, type RowsOf } from '../asking/rows-wanted.js';
import { factsProjection } from '../facts/facts.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import { changesTerms, milestoneFacts } from '../facts/milestones.js';
import { timesSaid } from '../facts/times-said.js';
import { trancheFacts } from '../facts/tranches.js';
import type { InvestmentList, ListedInvestment } from './answer.js';
import {
  agreementsBetween,
  dealingsWanted,
  partiesNamed,
  type BetweenParties,
} from './dealings.js';
import { pageOf, type Page, type PageAsked } from './page.js';

/** Vendor and customer are those of the agreement, whoever invests. */
interface InvestmentsFilter extends BetweenParties {
  readonly agreementId?: string | undefined;
}

export interface InvestmentsQuestion extends TimeAxes, PageAsked, InvestmentsFilter {}

export const investments = async (
  views: Views,
  question: InvestmentsQuestion,
): Promise<InvestmentList> => {
  const { rows, seen } = await readView(views, [factsProjection], question, () =>
    investmentsWanted(question),
  );
  return { ...investmentsOf(rows, question), ...seen };
};

export const investmentsWanted = ({ agreementId }: InvestmentsFilter) => ({
  ...dealingsWanted(),
  investments: facts(investmentFacts, agreementId === undefined ? {} : { agreementId }),
  fundings: facts(fundingFacts),
  saidTranches: said(trancheFacts),
  saidMilestones: said(milestoneFacts),
});

export const investmentsOf = (
  rows: RowsOf<ReturnType<typeof investmentsWanted>>,
  question: PageAsked & InvestmentsFilter,
): Page<ListedInvestment> => {
  const named = partiesNamed(rows);
  const agreements = agreementsBetween(rows, question);
  const changes = timesSaid(
    [...rows.saidTranches, ...rows.saidMilestones.filter(changesTerms)],
    'investmentId',
  );
  const funded = new Map<string, bigint>();
  for (const { investmentId, amount } of rows.fundings) addTo(funded, investmentId, amount);
  const listed = rows.investments
    .filter(({ agreementId }) => agreements.has(agreementId))
    .map((row): ListedInvestment => {
      const { agreementId, investmentId, investorId, recipientId, instrument } = row;
      const money = moneyIn(row.currency);
      return {
        ...{ agreementId, investmentId },
        // The agreement of the investment is the first.
        termsVersion: 1 + (changes.get(investmentId) ?? 0),
        investor: named(investorId),
        recipient: named(recipientId),
        instrument,
        total: money(row.total),
        contingent: row.contingent === null ? null : money(row.contingent),
        funded: money(funded.get(investmentId) ?? 0n),
      };
    });
  return pageOf(listed, ({ investmentId }) => investmentId, question);
};
