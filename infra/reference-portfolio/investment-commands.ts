import type { DomainCommand } from '../../libs/domain/events.js';
import type { Gate } from '../../libs/domain/investment/events.js';
import type { PortfolioCommand } from './portfolio-command.js';
import {
  amountOf,
  type Deal,
  type GateOfPortfolio,
  type InvestmentOfPortfolio,
  type Portfolio,
} from './portfolio.js';
import { relativeInstant } from './relative-date.js';

/** Signing first (all as of `agreedAt`), then what happened to milestones and tranches, by date. */
export const invest = (
  portfolio: Portfolio,
  deal: Deal,
  investment: InvestmentOfPortfolio,
  today: string,
): PortfolioCommand[] => {
  const investmentId = `${deal.id}.${investment.id}`;
  const agreedAt = relativeInstant(investment.agreedAt, today);
  const atSigning = (id: string, command: DomainCommand): PortfolioCommand => ({
    id,
    effectiveAt: agreedAt,
    actor: null,
    command,
  });
  const { link } = investment;
  return [
    atSigning(`${investmentId}/agree`, {
      type: 'AgreeInvestment',
      agreementId: deal.id,
      investmentId,
      investorId: investment.investor,
      recipientId: investment.recipient,
      instrument: investment.instrument,
      total: amountOf(investment.total),
      contingent: investment.contingent === null ? null : amountOf(investment.contingent),
    }),
    ...(link === undefined
      ? []
      : [
          atSigning(`${investmentId}/link/${link.commitment}`, {
            type: 'LinkInvestment',
            agreementId: deal.id,
            investmentId,
            commitmentId: `${deal.id}.${link.commitment}`,
            kind: link.kind,
          }),
        ]),
    ...investment.milestones.map(({ id, definition, dueAt }) =>
      atSigning(`${investmentId}.${id}/define`, {
        type: 'DefineMilestone',
        investmentId,
        milestoneId: `${investmentId}.${id}`,
        definition,
        dueAt: dueAt === null ? null : relativeInstant(dueAt, today),
      }),
    ),
    ...investment.tranches.map((tranche, index) =>
      atSigning(`${investmentId}.${tranche.id}/agree`, {
        type: 'AgreeTranche',
        agreementId: deal.id,
        investmentId,
        trancheId: `${investmentId}.${tranche.id}`,
        number: index + 1,
        amount: amountOf(tranche.amount),
        contingent: tranche.contingent ?? false,
        gate: fullGate(tranche.gate, investmentId),
        plannedAt: tranche.plannedAt === null ? null : relativeInstant(tranche.plannedAt, today),
        longStopAt:
          tranche.longStopAt === undefined ? null : relativeInstant(tranche.longStopAt, today),
      }),
    ),
    // Stable sort: what happens on one day stays in the order of the file, milestones before tranches.
    ...[
      ...milestoneSteps(portfolio, investmentId, investment, today),
      ...trancheSteps(investmentId, investment, today),
    ].sort(byDate),
  ];
};

const byDate = (left: PortfolioCommand, right: PortfolioCommand): number => {
  if (left.effectiveAt === right.effectiveAt) return 0;
  return left.effectiveAt < right.effectiveAt ? -1 : 1;
};

const fullGate = (gate: GateOfPortfolio, investmentId: string): Gate => {
  if ('milestone' in gate) return { milestone: `${investmentId}.${gate.milestone}` };
  if ('all' in gate) return { all: gate.all.map((part) => fullGate(part, investmentId)) };
  return { any: gate.any.map((part) => fullGate(part, investmentId)) };
};

const milestoneSteps = (
  { people }: Portfolio,
  investmentId: string,
  { milestones }: InvestmentOfPortfolio,
  today: string,
): PortfolioCommand[] =>
  milestones.flatMap(({ id, steps }) => {
    const milestoneId = `${investmentId}.${id}`;
    return steps.map((step): PortfolioCommand => {
      const said = {
        id: `${milestoneId}/${step.do}`,
        effectiveAt: relativeInstant(step.at, today),
      };
      switch (step.do) {
        case 'attest':
          return {
            ...said,
            actor: people.attests,
            command: {
              type: 'AttestMilestone',
              investmentId,
              milestoneId,
              outcome: step.outcome,
              evidence: [],
            },
          };
        case 'approve':
          return {
            ...said,
            actor: people.approves,
            command: {
              type: 'ApproveMilestone',
              investmentId,
              milestoneId,
              decision: 'approve',
              reason: 'Reference portfolio',
            },
          };
        case 'waive':
          return {
            ...said,
            actor: people.approves,
            command: { type: 'WaiveMilestone', investmentId, milestoneId, reason: step.reason },
          };
        case 'extend':
          return {
            ...said,
            actor: people.approves,
            command: {
              type: 'ExtendMilestone',
              investmentId,
              milestoneId,
              dueAt: relativeInstant(step.dueAt, today),
              reason: step.reason,
            },
          };
      }
    });
  });

const trancheSteps = (
  investmentId: string,
  { tranches }: InvestmentOfPortfolio,
  today: string,
): PortfolioCommand[] =>
  tranches.flatMap((tranche) => {
    const trancheId = `${investmentId}.${tranche.id}`;
    const called: PortfolioCommand[] =
      tranche.calledAt === undefined
        ? []
        : [
            {
              id: `${trancheId}/call`,
              effectiveAt: relativeInstant(tranche.calledAt, today),
              actor: null,
              command: {
                type: 'CallTranche',
                investmentId,
                trancheId,
                calledAt: relativeInstant(tranche.calledAt, today),
              },
            },
          ];
    const paid = tranche.payments.map((payment, index): PortfolioCommand => ({
      id: `${trancheId}/payment/${index + 1}`,
      effectiveAt: relativeInstant(payment.at, today),
      actor: null,
      command: {
        type: 'FundTranche',
        investmentId,
        trancheId,
        amount: amountOf(payment.amount),
        valueAt: relativeInstant(payment.at, today),
        reference: payment.reference,
      },
    }));
    return [...called, ...paid];
  });
