import type { LedgerEvent } from './events.js';

/**
 * Which events change what was agreed. A thing's terms have the version that says how many of these there were: one count
 * for a party with its relations, an agreement with its links, each commitment by itself, and an investment with its
 * milestones and tranches, because a gate of one names the others. Usage, reversals, payments, claims that nobody has
 * approved, notes and documents are no terms: somebody who amends does not mind them.
 */
const CHANGES_TERMS: Readonly<Record<LedgerEvent['type'], boolean>> = {
  PartyRegistered: true,
  RelationDeclared: true,
  RelationEnded: true,
  AgreementProposed: true,
  AgreementActivated: true,
  AgreementAmended: true,
  DocumentAttached: false,
  AgreementNoted: false,
  InvestmentLinked: true,
  AgreementTerminated: true,
  AgreementSuperseded: true,
  CommitmentPledged: true,
  CommitmentAmended: true,
  CommitmentTerminated: true,
  DrawdownRecorded: false,
  DrawdownReversed: false,
  DrawdownsReallocated: false,
  InvestmentAgreed: true,
  MilestoneDefined: true,
  MilestoneAttested: false,
  MilestoneMet: true,
  MilestoneMissed: true,
  MilestoneAttestationDeclined: false,
  MilestoneWaived: true,
  MilestoneExtended: true,
  TrancheAgreed: true,
  TrancheCalled: true,
  TrancheFunded: false,
  TrancheCancelled: true,
  TrancheLapsed: true,
  ApiKeyIssued: false,
  ApiKeyRevoked: false,
  ProjectionEventSkipped: false,
};

export const changesTerms = (type: LedgerEvent['type']): boolean => CHANGES_TERMS[type];

/** `version`, or the next one. */
export const termsVersionAfter = (version: number, { type }: Pick<LedgerEvent, 'type'>): number =>
  changesTerms(type) ? version + 1 : version;
