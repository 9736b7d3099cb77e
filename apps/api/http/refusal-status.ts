import { refusalCode } from '../../../libs/contract/refusal-code.js';
import type { Rejection } from '../../../libs/domain/decider.js';
import { Problem, shown } from './problem.js';

/**
 * Every refusal of the domain and its HTTP status: 404 what is named does not exist, 409 the state of things is against
 * it, 403 this person may not, 422 what was asked makes no sense in itself. A test holds this list against the domain.
 */
export const STATUS_OF_REFUSAL: Readonly<Record<string, number>> = {
  // parties
  PartyAlreadyRegistered: 409,
  PartyUnknown: 404,
  RelationAlreadyDeclared: 409,
  RelationUnknown: 404,
  RelationAlreadyEnded: 409,
  RelationToItself: 422,
  RelationIntervalEmpty: 422,
  PercentOutOfRange: 422,
  // agreements
  AgreementAlreadyExists: 409,
  AgreementUnknown: 404,
  AgreementBetweenOneParty: 422,
  AgreementTermEmpty: 422,
  AgreementNotProposed: 409,
  AgreementNotActive: 409,
  AgreementClosed: 409,
  AgreementSupersedesItself: 422,
  DocumentAlreadyAttached: 409,
  NoteAlreadyTaken: 409,
  InvestmentAlreadyLinked: 409,
  NotOfAgreement: 422,
  // commitments
  CommitmentAlreadyPledged: 409,
  CommitmentUnknown: 404,
  CommitmentTerminated: 409,
  CommitmentCurrencyConflict: 409,
  CommitmentBasisConflict: 409,
  CurrencyUnknown: 422,
  AmountNotPositive: 422,
  AmountTooPrecise: 422,
  TermEmpty: 422,
  ScheduleInvalid: 422,
  EligibilityInvalid: 422,
  CapInvalid: 422,
  AmendmentBelowApplied: 409,
  AmendmentMovesPastBoundary: 409,
  TermsSplitRecordedUsage: 409,
  TermsAskOfRecordedUsage: 409,
  TerminationOutsideTerm: 422,
  // investments
  InvestmentAlreadyAgreed: 409,
  InvestmentUnknown: 404,
  InvestmentInItself: 422,
  NotOfInvestment: 422,
  MilestoneAlreadyDefined: 409,
  MilestoneUnknown: 404,
  MilestoneNotPending: 409,
  MilestoneNotAttested: 409,
  MilestoneAlreadySettled: 409,
  ExtensionNotLater: 409,
  SelfApproval: 403,
  TrancheAlreadyAgreed: 409,
  TrancheNumberTaken: 409,
  TrancheUnknown: 404,
  TranchesExceedInvestment: 409,
  GateTooDeep: 422,
  TrancheNotAgreed: 409,
  TrancheNotEligible: 409,
  TrancheNotCalled: 409,
  FundingExceedsTranche: 409,
  TrancheAlreadyFunded: 409,
  TrancheClosed: 409,
  LongStopNotReached: 409,
  // usage
  NoCommitmentYet: 409,
  EffectiveTooFarAhead: 422,
  BasisAmountMissing: 422,
  CurrencyMismatch: 422,
  UsageOutsideTerm: 422,
  DrawdownUnknown: 404,
  DrawdownAlreadyReversed: 409,
  ReversalExceedsOriginal: 409,
  ReversalNotReversible: 409,
  ReversalBeforeOriginal: 422,
};

const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ...Object.entries(STATUS_OF_REFUSAL).map(
    ([name, status]) => [refusalCode(name), status] as const,
  ),
  ['source-not-allowed', 403],
]);

/** The status of a refusal's code, for channels that carry codes only. What the wire refuses is 422. */
export const statusOfCode = (code: string): number => STATUS_OF_CODE.get(code) ?? 422;

/** `TrancheNotEligible {missing}` -> 409 `tranche-not-eligible`, "tranche not eligible: missing …". */
export const refusalProblem = ({ name, facts }: Rejection): Problem => {
  const code = refusalCode(name);
  const details = Object.entries(facts)
    .filter(([fact]) => fact !== 'pointer')
    .map(([fact, value]) => `${fact} ${shown(value)}`);
  const sentence = code.replaceAll('-', ' ');
  const message = details.length === 0 ? sentence : `${sentence}: ${details.join(', ')}`;
  const { pointer } = facts;
  const status = STATUS_OF_REFUSAL[name] ?? 422;
  if (typeof pointer !== 'string') return new Problem(status, code, message);
  // What the path names is not there: 404. What the body names: the body is wrong.
  return new Problem(status === 404 ? 422 : status, code, message, {
    errors: [{ code, pointer, message }],
  });
};
