import type { AmountRejections } from '../currency.js';
import { refusals } from '../refusal.js';

export interface CommitmentRejections extends AmountRejections {
  AgreementUnknown: { readonly agreementId: string };
  AgreementNotActive: { readonly agreementId: string; readonly status: string };
  AgreementClosed: { readonly agreementId: string; readonly status: string };
  NotOfAgreement: { readonly agreementId: string; readonly id: string };
  CommitmentAlreadyPledged: { readonly commitmentId: string };
  CommitmentUnknown: { readonly commitmentId: string };
  CommitmentTerminated: { readonly commitmentId: string; readonly terminatedAt: string };
  CommitmentCurrencyConflict: { readonly currency: string; readonly bookCurrency: string };
  CommitmentBasisConflict: { readonly basis: string; readonly bookBasis: string };
  TermEmpty: { readonly startsAt: string; readonly endsAt: string };
  ScheduleInvalid: { readonly fault: string; readonly period: number | null };
  EligibilityInvalid: { readonly fault: string; readonly ruleId: string };
  CapInvalid: { readonly fault: string; readonly class: string };
  AmendmentBelowApplied: { readonly total: string; readonly applied: string };
  AmendmentMovesPastBoundary: { readonly boundary: string };
  TermsSplitRecordedUsage: { readonly at: string; readonly day: string };
  TermsAskOfRecordedUsage: { readonly ruleId: string; readonly day: string };
  TerminationOutsideTerm: {
    readonly terminatedAt: string;
    readonly startsAt: string;
    readonly endsAt: string | null;
  };
  NoCommitmentYet: { readonly agreementId: string };
  EffectiveTooFarAhead: { readonly effectiveAt: string; readonly now: string };
  BasisAmountMissing: { readonly basis: string };
  CurrencyMismatch: { readonly currency: string; readonly bookCurrency: string };
  UsageOutsideTerm: { readonly effectiveAt: string };
  DrawdownUnknown: { readonly drawdownId: string };
  DrawdownAlreadyReversed: { readonly drawdownId: string };
  ReversalExceedsOriginal: { readonly amount: string; readonly left: string };
  ReversalBeforeOriginal: { readonly effectiveAt: string; readonly original: string };
  ReversalNotReversible: { readonly drawdownId: string };
}

export const refuse = refusals<CommitmentRejections>();
