import { AMOUNT_REFUSALS } from '../currency.js';
import { conflict, invalid, unknown, refusals, type RefusalTable } from '../refusal.js';

export const COMMITMENT_REFUSALS = {
  ...AMOUNT_REFUSALS,
  AgreementUnknown: unknown<{ readonly agreementId: string }>(),
  AgreementNotActive: conflict<{ readonly agreementId: string; readonly status: string }>(),
  AgreementClosed: conflict<{ readonly agreementId: string; readonly status: string }>(),
  NotOfAgreement: invalid<{ readonly agreementId: string; readonly id: string }>(),
  CommitmentAlreadyPledged: conflict<{ readonly commitmentId: string }>(),
  CommitmentUnknown: unknown<{ readonly commitmentId: string }>(),
  CommitmentTerminated: conflict<{
    readonly commitmentId: string;
    readonly terminatedAt: string;
  }>(),
  CommitmentCurrencyConflict: conflict<{
    readonly currency: string;
    readonly bookCurrency: string;
  }>(),
  CommitmentBasisConflict: conflict<{ readonly basis: string; readonly bookBasis: string }>(),
  TermEmpty: invalid<{ readonly startsAt: string; readonly endsAt: string }>(),
  ScheduleInvalid: invalid<{ readonly fault: string; readonly period: number | null }>(),
  EligibilityInvalid: invalid<{ readonly fault: string; readonly ruleId: string }>(),
  CapInvalid: invalid<{ readonly fault: string; readonly class: string }>(),
  AmendmentBelowApplied: conflict<{ readonly total: string; readonly applied: string }>(),
  AmendmentMovesPastBoundary: conflict<{ readonly boundary: string }>(),
  TermsSplitRecordedUsage: conflict<{ readonly at: string; readonly day: string }>(),
  TermsAskOfRecordedUsage: conflict<{ readonly ruleId: string; readonly day: string }>(),
  TerminationOutsideTerm: invalid<{
    readonly terminatedAt: string;
    readonly startsAt: string;
    readonly endsAt: string | null;
  }>(),
  NoCommitmentYet: conflict<{ readonly agreementId: string }>(),
  EffectiveTooFarAhead: invalid<{ readonly effectiveAt: string; readonly now: string }>(),
  BasisAmountMissing: invalid<{ readonly basis: string }>(),
  CurrencyMismatch: invalid<{ readonly currency: string; readonly bookCurrency: string }>(),
  UsageOutsideTerm: invalid<{ readonly effectiveAt: string }>(),
  DrawdownUnknown: unknown<{ readonly drawdownId: string }>(),
  DrawdownAlreadyReversed: conflict<{ readonly drawdownId: string }>(),
  ReversalExceedsOriginal: conflict<{ readonly amount: string; readonly left: string }>(),
  ReversalBeforeOriginal: invalid<{ readonly effectiveAt: string; readonly original: string }>(),
  ReversalNotReversible: conflict<{ readonly drawdownId: string }>(),
} satisfies RefusalTable;

export const refuse = refusals(COMMITMENT_REFUSALS);
