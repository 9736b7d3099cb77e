import { unitsOf } from '../money.js';
import { termsVersionAfter } from '../aggregate.js';
import { CHANGES_TERMS, type InvestmentEvent } from './events.js';
import type { AgreedInvestment, Investment, Milestone, Tranche } from './investment.js';

export const evolve = (investment: Investment, event: InvestmentEvent): Investment => {
  if (event.type === 'InvestmentAgreed') {
    const { agreementId, investmentId, total, contingent } = event.body;
    return {
      status: 'agreed',
      agreementId,
      investmentId,
      currency: total.currency,
      total: unitsOf(total.amount),
      contingent: contingent === null ? 0n : unitsOf(contingent.amount),
      milestones: {},
      tranches: {},
      termsVersion: 1,
    };
  }
  const past = agreed(investment);
  const before = {
    ...past,
    termsVersion: termsVersionAfter(CHANGES_TERMS, past.termsVersion, event),
  };
  switch (event.type) {
    case 'MilestoneDefined': {
      const { milestoneId, dueAt } = event.body;
      return withMilestone(before, milestoneId, { status: 'pending', dueAt });
    }
    case 'MilestoneAttested': {
      const { milestoneId, outcome, attestedBy } = event.body;
      const { dueAt } = milestoneOf(before, milestoneId);
      const attested = { status: 'attested', dueAt, outcome, attestedBy } as const;
      return withMilestone(before, milestoneId, attested);
    }
    case 'MilestoneMet':
      return settled(before, event.body.milestoneId, 'met');
    case 'MilestoneMissed':
      return settled(before, event.body.milestoneId, 'missed');
    case 'MilestoneWaived':
      return settled(before, event.body.milestoneId, 'waived');
    case 'MilestoneAttestationDeclined':
      return settled(before, event.body.milestoneId, 'pending');
    case 'MilestoneExtended': {
      const { milestoneId, dueAt } = event.body;
      return withMilestone(before, milestoneId, { status: 'pending', dueAt });
    }
    case 'TrancheAgreed': {
      const { trancheId, number, amount, contingent, gate, longStopAt } = event.body;
      const terms = { number, amount: unitsOf(amount.amount), contingent, gate, longStopAt };
      return withTranche(before, trancheId, { ...terms, status: 'agreed' });
    }
    case 'TrancheCalled': {
      const { trancheId, calledAt } = event.body;
      const terms = termsOf(before, trancheId);
      return withTranche(before, trancheId, { ...terms, status: 'called', calledAt });
    }
    case 'TrancheFunded': {
      const { trancheId, funded, complete } = event.body;
      const terms = termsOf(before, trancheId);
      const status = complete ? 'funded' : 'partially-funded';
      return withTranche(before, trancheId, { ...terms, status, funded: unitsOf(funded.amount) });
    }
    case 'TrancheCancelled':
      return closed(before, event.body.trancheId, 'cancelled');
    case 'TrancheLapsed':
      return closed(before, event.body.trancheId, 'lapsed');
  }
};

const settled = (
  investment: AgreedInvestment,
  milestoneId: string,
  status: 'pending' | 'met' | 'missed' | 'waived',
): Investment => {
  const { dueAt } = milestoneOf(investment, milestoneId);
  return withMilestone(investment, milestoneId, { status, dueAt });
};

const closed = (
  investment: AgreedInvestment,
  trancheId: string,
  status: 'cancelled' | 'lapsed',
): Investment => withTranche(investment, trancheId, { ...termsOf(investment, trancheId), status });

const withMilestone = (
  investment: AgreedInvestment,
  milestoneId: string,
  milestone: Milestone,
): Investment => ({
  ...investment,
  milestones: { ...investment.milestones, [milestoneId]: milestone },
});

const withTranche = (
  investment: AgreedInvestment,
  trancheId: string,
  tranche: Tranche,
): Investment => ({
  ...investment,
  tranches: { ...investment.tranches, [trancheId]: tranche },
});

const milestoneOf = ({ milestones }: AgreedInvestment, milestoneId: string): Milestone => {
  const milestone = milestones[milestoneId];
  if (!milestone) throw new Error(`the milestone ${milestoneId} has events before it was defined`);
  return milestone;
};

const termsOf = ({ tranches }: AgreedInvestment, trancheId: string) => {
  const tranche = tranches[trancheId];
  if (!tranche) throw new Error(`the tranche ${trancheId} has events before it was agreed`);
  const { number, amount, contingent, gate, longStopAt } = tranche;
  return { number, amount, contingent, gate, longStopAt };
};

const agreed = (investment: Investment): AgreedInvestment => {
  if (investment.status === 'unknown') {
    throw new Error('an investment has events before it was agreed');
  }
  return investment;
};
