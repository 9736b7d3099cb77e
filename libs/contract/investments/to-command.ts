import type { InvestmentCommand } from '../../domain/investment/commands.js';
import type { Gate } from '../../domain/investment/events.js';
import { parentOf } from '../../domain/ids.js';
import { toInstant, toInstantOrNull, toMoney } from '../to-values.js';
import type {
  AgreeInvestmentBody,
  AgreeTrancheBody,
  ApproveMilestoneBody,
  AttestMilestoneBody,
  CallTrancheBody,
  DefineMilestoneBody,
  ExtendMilestoneBody,
  FundTrancheBody,
  ReasonBody,
} from './bodies.js';

/**
 * Validated bodies and the ids of the path, as commands on investments, their tranches and milestones. One direction, nothing decided: texts become canonical
 * (instants in UTC, amounts without trailing zeros), absent members become null.
 */

export const toAgreeInvestment = (
  agreementId: string,
  body: AgreeInvestmentBody,
): InvestmentCommand => ({
  type: 'AgreeInvestment',
  agreementId,
  investmentId: `${agreementId}.${body.id}`,
  investorId: body.investorId,
  recipientId: body.recipientId,
  instrument: body.instrument,
  total: toMoney(body.total),
  contingent: body.contingent === undefined ? null : toMoney(body.contingent),
});

/** Milestones of the own investment may be named by their code alone. */
const toGate = (investmentId: string, gate: Gate): Gate => {
  if ('all' in gate) return { all: gate.all.map((term) => toGate(investmentId, term)) };
  if ('any' in gate) return { any: gate.any.map((term) => toGate(investmentId, term)) };
  const { milestone } = gate;
  return { milestone: milestone.includes('.') ? milestone : `${investmentId}.${milestone}` };
};

export const toAgreeTranche = (
  investmentId: string,
  body: AgreeTrancheBody,
): InvestmentCommand => ({
  type: 'AgreeTranche',
  agreementId: parentOf(investmentId),
  investmentId,
  trancheId: `${investmentId}.${body.id}`,
  number: body.number,
  amount: toMoney(body.amount),
  contingent: body.contingent ?? false,
  gate: toGate(investmentId, body.gate ?? { all: [] }),
  plannedAt: toInstantOrNull(body.plannedAt),
  longStopAt: toInstantOrNull(body.longStopAt),
});

const ofTranche = (trancheId: string) => ({ investmentId: parentOf(trancheId), trancheId });

export const toCallTranche = (trancheId: string, body: CallTrancheBody): InvestmentCommand => ({
  type: 'CallTranche',
  ...ofTranche(trancheId),
  calledAt: toInstant(body.calledAt),
});

export const toFundTranche = (trancheId: string, body: FundTrancheBody): InvestmentCommand => ({
  type: 'FundTranche',
  ...ofTranche(trancheId),
  amount: toMoney(body.amount),
  valueAt: toInstant(body.valueAt),
  reference: body.reference,
});

export const toCancelTranche = (trancheId: string, body: ReasonBody): InvestmentCommand => ({
  type: 'CancelTranche',
  ...ofTranche(trancheId),
  reason: body.reason,
});

export const toLapseTranche = (trancheId: string): InvestmentCommand => ({
  type: 'LapseTranche',
  ...ofTranche(trancheId),
});

export const toDefineMilestone = (
  investmentId: string,
  body: DefineMilestoneBody,
): InvestmentCommand => ({
  type: 'DefineMilestone',
  investmentId,
  milestoneId: `${investmentId}.${body.id}`,
  definition: body.definition,
  dueAt: toInstantOrNull(body.dueAt),
});

const ofMilestone = (milestoneId: string) => ({ investmentId: parentOf(milestoneId), milestoneId });

export const toAttestMilestone = (
  milestoneId: string,
  body: AttestMilestoneBody,
): InvestmentCommand => ({
  type: 'AttestMilestone',
  ...ofMilestone(milestoneId),
  outcome: body.outcome,
  evidence: (body.evidence ?? []).map(({ name, sha256 }) => ({ name, sha256 })),
});

export const toApproveMilestone = (
  milestoneId: string,
  body: ApproveMilestoneBody,
): InvestmentCommand => ({
  type: 'ApproveMilestone',
  ...ofMilestone(milestoneId),
  decision: body.decision,
  reason: body.reason,
});

export const toWaiveMilestone = (milestoneId: string, body: ReasonBody): InvestmentCommand => ({
  type: 'WaiveMilestone',
  ...ofMilestone(milestoneId),
  reason: body.reason,
});

export const toExtendMilestone = (
  milestoneId: string,
  body: ExtendMilestoneBody,
): InvestmentCommand => ({
  type: 'ExtendMilestone',
  ...ofMilestone(milestoneId),
  dueAt: toInstant(body.dueAt),
  reason: body.reason,
});
