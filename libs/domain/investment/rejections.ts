import type { AmountRejections } from '../currency.js';
import { refusals } from '../refusal.js';

export interface InvestmentRejections extends AmountRejections {
  AgreementUnknown: { readonly agreementId: string };
  AgreementClosed: { readonly agreementId: string; readonly status: string };
  NotOfAgreement: { readonly agreementId: string; readonly id: string };
  InvestmentAlreadyAgreed: { readonly investmentId: string };
  InvestmentUnknown: { readonly investmentId: string };
  InvestmentInItself: { readonly investmentId: string; readonly partyId: string };
  NotOfInvestment: { readonly investmentId: string; readonly id: string };
  CurrencyMismatch: { readonly currency: string; readonly investmentCurrency: string };
  MilestoneAlreadyDefined: { readonly milestoneId: string };
  /** `pointer`: where a gate names it. */
  MilestoneUnknown: { readonly milestoneId: string; readonly pointer?: string };
  MilestoneNotPending: { readonly milestoneId: string; readonly status: string };
  MilestoneNotAttested: { readonly milestoneId: string; readonly status: string };
  MilestoneAlreadySettled: { readonly milestoneId: string; readonly status: string };
  ExtensionNotLater: { readonly milestoneId: string; readonly dueAt: string; readonly was: string };
  SelfApproval: { readonly milestoneId: string; readonly actor: string };
  TrancheAlreadyAgreed: { readonly trancheId: string };
  TrancheNumberTaken: { readonly number: number; readonly by: string };
  TrancheUnknown: { readonly trancheId: string };
  TranchesExceedInvestment: {
    readonly contingent: boolean;
    readonly limit: string;
    readonly tranches: string;
  };
  GateTooDeep: { readonly depth: number; readonly depthMax: number };
  TrancheNotAgreed: { readonly trancheId: string; readonly status: string };
  TrancheNotEligible: { readonly trancheId: string; readonly missing: readonly string[] };
  TrancheNotCalled: { readonly trancheId: string; readonly status: string };
  FundingExceedsTranche: {
    readonly trancheId: string;
    readonly amount: string;
    readonly left: string;
  };
  TrancheAlreadyFunded: { readonly trancheId: string; readonly funded: string };
  TrancheClosed: { readonly trancheId: string; readonly status: string };
  LongStopNotReached: { readonly trancheId: string; readonly longStopAt: string | null };
}

export const refuse = refusals<InvestmentRejections>();
