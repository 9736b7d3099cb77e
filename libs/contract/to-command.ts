import type { AgreementCommand } from '../domain/agreement/commands.js';
import type { CommitmentCommand } from '../domain/commitment/commands.js';
import type { DrawdownRecorded } from '../domain/commitment/events.js';
import type { InvestmentCommand } from '../domain/investment/commands.js';
import type { Gate } from '../domain/investment/events.js';
import type { PartyCommand } from '../domain/party/commands.js';
import { parentOf } from '../domain/ids.js';
import type * as agreements from './agreements/bodies.js';
import type * as commitments from './commitments/bodies.js';
import type * as investments from './investments/bodies.js';
import type * as parties from './parties/bodies.js';
import { toTerms } from './commitments/to-terms.js';
import { toAmount, toInstant, toInstantOrNull, toMoney } from './to-values.js';
import type { ReverseDrawdownBody } from './usage/bodies.js';

/**
 * Validated bodies and the ids of the path, as commands of the domain. One direction, one verb, nothing decided: texts
 * become canonical (instants in UTC, amounts without trailing zeros), absent members become null.
 */

export const toRegisterParty = (body: parties.RegisterPartyBody): PartyCommand => ({
  type: 'RegisterParty',
  partyId: body.id,
  name: body.name,
  kinds: body.kinds,
});

export const toDeclareRelation = (
  partyId: string,
  body: parties.DeclareRelationBody,
): PartyCommand => ({
  type: 'DeclareRelation',
  partyId,
  relationId: body.id,
  toPartyId: body.toPartyId,
  kind: body.kind,
  percent: body.percent === undefined ? null : toAmount(body.percent),
  from: toInstant(body.from),
  until: toInstantOrNull(body.until),
});

export const toEndRelation = (
  partyId: string,
  relationId: string,
  body: parties.EndRelationBody,
): PartyCommand => ({
  type: 'EndRelation',
  partyId,
  relationId,
  endedAt: toInstant(body.endedAt),
});

const toDocument = ({ name, sha256, uri }: agreements.DocumentBody) => ({
  name,
  sha256,
  uri: uri ?? null,
});

export const toProposeAgreement = (body: agreements.ProposeAgreementBody): AgreementCommand => ({
  type: 'ProposeAgreement',
  agreementId: body.id,
  title: body.title,
  vendorId: body.vendorId,
  customerId: body.customerId,
  startsAt: toInstant(body.startsAt),
  endsAt: toInstantOrNull(body.endsAt),
  documents: (body.documents ?? []).map(toDocument),
});

export const toActivateAgreement = (
  agreementId: string,
  body: agreements.ActivateAgreementBody,
): AgreementCommand => ({
  type: 'ActivateAgreement',
  agreementId,
  activatedAt: toInstant(body.activatedAt),
});

export const toAmendAgreement = (
  agreementId: string,
  body: agreements.AmendAgreementBody,
): AgreementCommand => ({
  type: 'AmendAgreement',
  agreementId,
  title: body.title,
  endsAt: toInstantOrNull(body.endsAt),
  reason: body.reason,
});

export const toTerminateAgreement = (
  agreementId: string,
  body: agreements.TerminateAgreementBody,
): AgreementCommand => ({
  type: 'TerminateAgreement',
  agreementId,
  terminatedAt: toInstant(body.terminatedAt),
  reason: body.reason,
});

export const toSupersedeAgreement = (
  agreementId: string,
  body: agreements.SupersedeAgreementBody,
): AgreementCommand => ({
  type: 'SupersedeAgreement',
  agreementId,
  supersededBy: body.supersededBy,
  supersededAt: toInstant(body.supersededAt),
});

export const toAttachDocument = (
  agreementId: string,
  body: agreements.AttachDocumentBody,
): AgreementCommand => ({ type: 'AttachDocument', agreementId, document: toDocument(body) });

export const toNoteOnAgreement = (
  agreementId: string,
  body: agreements.NoteBody,
): AgreementCommand => ({
  type: 'NoteOnAgreement',
  agreementId,
  note: {
    noteId: body.id,
    text: body.text,
    source: body.source,
    asOf: body.asOf ?? null,
    publishedOn: body.publishedOn ?? null,
    confidence: body.confidence ?? 'unstated',
  },
});

export const toLinkInvestment = (
  agreementId: string,
  body: agreements.LinkInvestmentBody,
): AgreementCommand => ({
  type: 'LinkInvestment',
  agreementId,
  investmentId: body.investmentId,
  commitmentId: body.commitmentId,
  kind: body.kind,
});

export const toPledgeCommitment = (
  agreementId: string,
  body: commitments.PledgeCommitmentBody,
): CommitmentCommand => ({
  type: 'PledgeCommitment',
  agreementId,
  commitmentId: `${agreementId}.${body.id}`,
  terms: toTerms(body),
});

export const toAmendCommitment = (
  commitmentId: string,
  body: commitments.AmendCommitmentBody,
): CommitmentCommand => ({
  type: 'AmendCommitment',
  agreementId: parentOf(commitmentId),
  commitmentId,
  terms: toTerms(body),
  reason: body.reason,
});

export const toTerminateCommitment = (
  commitmentId: string,
  body: commitments.TerminateCommitmentBody,
): CommitmentCommand => ({
  type: 'TerminateCommitment',
  agreementId: parentOf(commitmentId),
  commitmentId,
  terminatedAt: toInstant(body.terminatedAt),
  obligation: body.obligation,
  reason: body.reason,
});

/** `original`: what the ledger recorded under the body's source and id, read before deciding. */
export const toReverseDrawdown = (
  agreementId: string,
  body: ReverseDrawdownBody,
  drawdownId: string,
  original: DrawdownRecorded['body'] | null,
): CommitmentCommand => ({
  type: 'ReverseDrawdown',
  agreementId,
  drawdownId,
  original,
  reverses: `${body.source} ${body.id}`,
  amount: body.amount === undefined ? null : inSignOf(original, toAmount(body.amount)),
  reason: body.reason,
});

/** On the wire a share is above zero; of a refund the domain takes back a negative one. */
const inSignOf = (original: DrawdownRecorded['body'] | null, amount: string): string =>
  original?.split.gross.startsWith('-') ? `-${amount}` : amount;

export const toAgreeInvestment = (
  agreementId: string,
  body: investments.AgreeInvestmentBody,
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
  body: investments.AgreeTrancheBody,
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

export const toCallTranche = (
  trancheId: string,
  body: investments.CallTrancheBody,
): InvestmentCommand => ({
  type: 'CallTranche',
  ...ofTranche(trancheId),
  calledAt: toInstant(body.calledAt),
});

export const toFundTranche = (
  trancheId: string,
  body: investments.FundTrancheBody,
): InvestmentCommand => ({
  type: 'FundTranche',
  ...ofTranche(trancheId),
  amount: toMoney(body.amount),
  valueAt: toInstant(body.valueAt),
  reference: body.reference,
});

export const toCancelTranche = (
  trancheId: string,
  body: investments.ReasonBody,
): InvestmentCommand => ({
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
  body: investments.DefineMilestoneBody,
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
  body: investments.AttestMilestoneBody,
): InvestmentCommand => ({
  type: 'AttestMilestone',
  ...ofMilestone(milestoneId),
  outcome: body.outcome,
  evidence: (body.evidence ?? []).map(({ name, sha256 }) => ({ name, sha256 })),
});

export const toApproveMilestone = (
  milestoneId: string,
  body: investments.ApproveMilestoneBody,
): InvestmentCommand => ({
  type: 'ApproveMilestone',
  ...ofMilestone(milestoneId),
  decision: body.decision,
  reason: body.reason,
});

export const toWaiveMilestone = (
  milestoneId: string,
  body: investments.ReasonBody,
): InvestmentCommand => ({
  type: 'WaiveMilestone',
  ...ofMilestone(milestoneId),
  reason: body.reason,
});

export const toExtendMilestone = (
  milestoneId: string,
  body: investments.ExtendMilestoneBody,
): InvestmentCommand => ({
  type: 'ExtendMilestone',
  ...ofMilestone(milestoneId),
  dueAt: toInstant(body.dueAt),
  reason: body.reason,
});
