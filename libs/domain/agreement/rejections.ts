import { refusals } from '../refusal.js';

export interface AgreementRejections {
  AgreementAlreadyExists: { readonly agreementId: string };
  AgreementUnknown: { readonly agreementId: string };
  AgreementBetweenOneParty: { readonly agreementId: string; readonly partyId: string };
  AgreementTermEmpty: { readonly startsAt: string; readonly endsAt: string };
  AgreementNotProposed: { readonly agreementId: string; readonly status: string };
  AgreementNotActive: { readonly agreementId: string; readonly status: string };
  AgreementClosed: { readonly agreementId: string; readonly status: string };
  AgreementSupersedesItself: { readonly agreementId: string };
  DocumentAlreadyAttached: { readonly agreementId: string; readonly sha256: string };
  NoteAlreadyTaken: { readonly agreementId: string; readonly noteId: string };
  InvestmentAlreadyLinked: { readonly investmentId: string; readonly commitmentId: string };
  NotOfAgreement: { readonly agreementId: string; readonly id: string };
}

export const refuse = refusals<AgreementRejections>();
