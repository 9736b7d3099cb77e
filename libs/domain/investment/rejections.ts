import { AMOUNT_REFUSALS } from '../currency.js';
import { conflict, forbidden, invalid, unknown, refusals, type RefusalTable } from '../refusal.js';

export const INVESTMENT_REFUSALS = {
  ...AMOUNT_REFUSALS,
  AgreementUnknown: unknown<{ readonly agreementId: string }>(),
  AgreementClosed: conflict<{ readonly agreementId: string; readonly status: string }>(),
  NotOfAgreement: invalid<{ readonly agreementId: string; readonly id: string }>(),
  InvestmentAlreadyAgreed: conflict<{ readonly investmentId: string }>(),
  InvestmentUnknown: unknown<{ readonly investmentId: string }>(),
  InvestmentInItself: invalid<{ readonly investmentId: string; readonly partyId: string }>(),
  NotOfInvestment: invalid<{ readonly investmentId: string; readonly id: string }>(),
  CurrencyMismatch: invalid<{ readonly currency: string; readonly investmentCurrency: string }>(),
  MilestoneAlreadyDefined: conflict<{ readonly milestoneId: string }>(),
  /** `pointer`: where a gate names it. */
  MilestoneUnknown: unknown<{ readonly milestoneId: string; readonly pointer?: string }>(),
  MilestoneNotPending: conflict<{ readonly milestoneId: string; readonly status: string }>(),
  MilestoneNotAttested: conflict<{ readonly milestoneId: string; readonly status: string }>(),
  MilestoneAlreadySettled: conflict<{ readonly milestoneId: string; readonly status: string }>(),
  ExtensionNotLater: conflict<{
    readonly milestoneId: string;
    readonly dueAt: string;
    readonly was: string;
  }>(),
  SelfApproval: forbidden<{ readonly milestoneId: string; readonly actor: string }>(),
  TrancheAlreadyAgreed: conflict<{ readonly trancheId: string }>(),
  TrancheNumberTaken: conflict<{ readonly number: number; readonly by: string }>(),
  TrancheUnknown: unknown<{ readonly trancheId: string }>(),
  TranchesExceedInvestment: conflict<{
    readonly contingent: boolean;
    readonly limit: string;
    readonly tranches: string;
  }>(),
  GateTooDeep: invalid<{ readonly depth: number; readonly depthMax: number }>(),
  TrancheNotAgreed: conflict<{ readonly trancheId: string; readonly status: string }>(),
  TrancheNotEligible: conflict<{
    readonly trancheId: string;
    readonly missing: readonly string[];
  }>(),
  TrancheNotCalled: conflict<{ readonly trancheId: string; readonly status: string }>(),
  FundingExceedsTranche: conflict<{
    readonly trancheId: string;
    readonly amount: string;
    readonly left: string;
  }>(),
  TrancheAlreadyFunded: conflict<{ readonly trancheId: string; readonly funded: string }>(),
  TrancheClosed: conflict<{ readonly trancheId: string; readonly status: string }>(),
  LongStopNotReached: conflict<{
    readonly trancheId: string;
    readonly longStopAt: string | null;
  }>(),
} satisfies RefusalTable;

export const refuse = refusals(INVESTMENT_REFUSALS);
