import { amountRefusal } from '../currency.js';
import { accept, type Decision, type DecisionContext } from '../decider.js';
import { parentOf } from '../ids.js';
import { formatUnits, unitsOf, type MoneyText } from '../money.js';
import type { Refusal } from '../refusal.js';
import type { InvestmentCommand } from './commands.js';
import type { InvestmentEvent } from './events.js';
import { GATE_DEPTH_MAX, gateDepth, isOpenGate, missingFor, undefinedIn } from './gate.js';
import { isLive, type AgreedInvestment, type Tranche } from './investment.js';
import { refuse } from './rejections.js';

type Command<Type extends InvestmentCommand['type']> = Extract<InvestmentCommand, { type: Type }>;
type Answer = Decision<InvestmentEvent>;

export const agree = (command: Command<'AgreeTranche'>, investment: AgreedInvestment): Answer => {
  const { agreementId, investmentId, trancheId, number } = command;
  const { amount, contingent, gate, plannedAt, longStopAt } = command;
  if (agreementId !== investment.agreementId) {
    return refuse('NotOfAgreement', { agreementId, id: investmentId });
  }
  if (parentOf(trancheId) !== investmentId) {
    return refuse('NotOfInvestment', { investmentId, id: trancheId });
  }
  if (investment.tranches[trancheId]) return refuse('TrancheAlreadyAgreed', { trancheId });
  const namesake = Object.entries(investment.tranches).find(([, other]) => other.number === number);
  if (namesake) return refuse('TrancheNumberTaken', { number, by: namesake[0] });
  const depth = gateDepth(gate);
  if (depth > GATE_DEPTH_MAX) {
    return refuse('GateTooDeep', { depth, depthMax: GATE_DEPTH_MAX });
  }
  const unknown = undefinedIn(gate, investment.milestones, '/gate');
  if (unknown) return refuse('MilestoneUnknown', unknown);
  return (
    paymentRefusal(amount, investment) ??
    tooMuch(unitsOf(amount.amount), contingent, investment) ??
    accept({
      type: 'TrancheAgreed',
      body: {
        agreementId,
        investmentId,
        trancheId,
        number,
        amount,
        contingent,
        gate,
        plannedAt,
        longStopAt,
      },
    })
  );
};

/** Firm tranches fit the firm total, contingent ones the contingent part: the two are never added up. */
const tooMuch = (amount: bigint, contingent: boolean, investment: AgreedInvestment) => {
  const limit = contingent ? investment.contingent : investment.total;
  const tranches = Object.values(investment.tranches)
    .filter((tranche) => isLive(tranche) && tranche.contingent === contingent)
    .reduce((sum, tranche) => sum + tranche.amount, amount);
  if (tranches <= limit) return null;
  return refuse('TranchesExceedInvestment', {
    contingent,
    limit: formatUnits(limit),
    tranches: formatUnits(tranches),
  });
};

export const call = (command: Command<'CallTranche'>, investment: AgreedInvestment): Answer => {
  const { investmentId, trancheId, calledAt } = command;
  const tranche = investment.tranches[trancheId];
  if (!tranche) return refuse('TrancheUnknown', { trancheId });
  if (tranche.status !== 'agreed') {
    return refuse('TrancheNotAgreed', { trancheId, status: tranche.status });
  }
  const missing = missingFor(tranche.gate, investment.milestones);
  if (missing.length > 0 || !isOpenGate(tranche.gate, investment.milestones)) {
    return refuse('TrancheNotEligible', { trancheId, missing });
  }
  return accept({ type: 'TrancheCalled', body: { investmentId, trancheId, calledAt } });
};

export const fund = (command: Command<'FundTranche'>, investment: AgreedInvestment): Answer => {
  const { investmentId, trancheId, amount, valueAt, reference } = command;
  const tranche = investment.tranches[trancheId];
  if (!tranche) return refuse('TrancheUnknown', { trancheId });
  if (tranche.status === 'funded') {
    return refuse('TrancheAlreadyFunded', { trancheId, funded: formatUnits(tranche.funded) });
  }
  if (tranche.status !== 'called' && tranche.status !== 'partially-funded') {
    return refuse('TrancheNotCalled', { trancheId, status: tranche.status });
  }
  const fault = paymentRefusal(amount, investment);
  if (fault) return fault;
  const before = fundedOf(tranche);
  const funded = before + unitsOf(amount.amount);
  if (funded > tranche.amount) {
    const left = formatUnits(tranche.amount - before);
    return refuse('FundingExceedsTranche', { trancheId, amount: amount.amount, left });
  }
  return accept({
    type: 'TrancheFunded',
    body: {
      investmentId,
      trancheId,
      amount,
      funded: { amount: formatUnits(funded), currency: amount.currency },
      complete: funded === tranche.amount,
      valueAt,
      reference,
    },
  });
};

export const cancel = (command: Command<'CancelTranche'>, investment: AgreedInvestment): Answer => {
  const { investmentId, trancheId, reason } = command;
  const tranche = investment.tranches[trancheId];
  if (!tranche) return refuse('TrancheUnknown', { trancheId });
  return (
    notClosable(trancheId, tranche) ??
    accept({ type: 'TrancheCancelled', body: { investmentId, trancheId, reason } })
  );
};

export const lapse = (
  command: Command<'LapseTranche'>,
  investment: AgreedInvestment,
  { now }: DecisionContext,
): Answer => {
  const { investmentId, trancheId } = command;
  const tranche = investment.tranches[trancheId];
  if (!tranche) return refuse('TrancheUnknown', { trancheId });
  const fault = notClosable(trancheId, tranche);
  if (fault) return fault;
  const { longStopAt } = tranche;
  if (longStopAt === null || now <= longStopAt) {
    return refuse('LongStopNotReached', { trancheId, longStopAt });
  }
  return accept({ type: 'TrancheLapsed', body: { investmentId, trancheId } });
};

/** Money that has moved cannot be cancelled or lapse. */
const notClosable = (trancheId: string, tranche: Tranche) => {
  if (!isLive(tranche)) return refuse('TrancheClosed', { trancheId, status: tranche.status });
  const funded = fundedOf(tranche);
  return funded > 0n
    ? refuse('TrancheAlreadyFunded', { trancheId, funded: formatUnits(funded) })
    : null;
};

const fundedOf = (tranche: Tranche): bigint => ('funded' in tranche ? tranche.funded : 0n);

const paymentRefusal = (amount: MoneyText, investment: AgreedInvestment): Refusal | null =>
  amount.currency === investment.currency
    ? amountRefusal(amount)
    : refuse('CurrencyMismatch', {
        currency: amount.currency,
        investmentCurrency: investment.currency,
      });
