import { isOpen, type Agreement } from '../agreement/agreement.js';
import { amountRefusal } from '../currency.js';
import { accept, type Decision, type DecisionContext } from '../decider.js';
import { parentOf } from '../ids.js';
import type { InvestmentCommand } from './commands.js';
import type { InvestmentEvent } from './events.js';
import type { AgreedInvestment, Investment } from './investment.js';
import * as milestones from './milestones.js';
import { refuse } from './rejections.js';
import * as tranches from './tranches.js';

type Answer = Decision<InvestmentEvent>;
type Agree = Extract<InvestmentCommand, { type: 'AgreeInvestment' }>;

export const decide = (
  command: InvestmentCommand,
  investment: Investment,
  context: DecisionContext,
  agreement: Agreement,
): Answer => {
  if (command.type === 'AgreeInvestment') return agree(command, investment, agreement);
  if (investment.status === 'unknown') {
    return refuse('InvestmentUnknown', { investmentId: command.investmentId });
  }
  return decideAgreed(command, investment, context);
};

const decideAgreed = (
  command: Exclude<InvestmentCommand, Agree>,
  investment: AgreedInvestment,
  context: DecisionContext,
): Answer => {
  switch (command.type) {
    case 'DefineMilestone':
      return milestones.define(command, investment);
    case 'AttestMilestone':
      return milestones.attest(command, investment, context);
    case 'ApproveMilestone':
      return milestones.approve(command, investment, context);
    case 'WaiveMilestone':
      return milestones.waive(command, investment, context);
    case 'ExtendMilestone':
      return milestones.extend(command, investment);
    case 'AgreeTranche':
      return tranches.agree(command, investment);
    case 'CallTranche':
      return tranches.call(command, investment);
    case 'FundTranche':
      return tranches.fund(command, investment);
    case 'CancelTranche':
      return tranches.cancel(command, investment);
    case 'LapseTranche':
      return tranches.lapse(command, investment, context);
  }
};

const agree = (command: Agree, investment: Investment, agreement: Agreement): Answer => {
  const { agreementId, investmentId, investorId, recipientId } = command;
  const { instrument, total, contingent } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (!isOpen(agreement))
    return refuse('AgreementClosed', { agreementId, status: agreement.status });
  if (parentOf(investmentId) !== agreementId) {
    return refuse('NotOfAgreement', { agreementId, id: investmentId });
  }
  if (investment.status !== 'unknown') return refuse('InvestmentAlreadyAgreed', { investmentId });
  if (investorId === recipientId) {
    return refuse('InvestmentInItself', { investmentId, partyId: investorId });
  }
  for (const amount of contingent === null ? [total] : [total, contingent]) {
    const refusal = amountRefusal(amount);
    if (refusal) return refusal;
  }
  if (contingent !== null && contingent.currency !== total.currency) {
    return refuse('CurrencyMismatch', {
      currency: contingent.currency,
      investmentCurrency: total.currency,
    });
  }
  const parties = { agreementId, investmentId, investorId, recipientId };
  return accept({ type: 'InvestmentAgreed', body: { ...parties, instrument, total, contingent } });
};
