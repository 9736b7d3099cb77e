import { conflict, invalid, unknown, refusals, type RefusalTable } from '../refusal.js';

export const AGREEMENT_REFUSALS = {
  AgreementAlreadyExists: conflict<{ readonly agreementId: string }>(),
  AgreementUnknown: unknown<{ readonly agreementId: string }>(),
  AgreementBetweenOneParty: invalid<{ readonly agreementId: string; readonly partyId: string }>(),
  AgreementTermEmpty: invalid<{ readonly startsAt: string; readonly endsAt: string }>(),
  AgreementNotProposed: conflict<{ readonly agreementId: string; readonly status: string }>(),
  AgreementNotActive: conflict<{ readonly agreementId: string; readonly status: string }>(),
  AgreementClosed: conflict<{ readonly agreementId: string; readonly status: string }>(),
  AgreementSupersedesItself: invalid<{ readonly agreementId: string }>(),
  DocumentAlreadyAttached: conflict<{ readonly agreementId: string; readonly sha256: string }>(),
  NoteAlreadyTaken: conflict<{ readonly agreementId: string; readonly noteId: string }>(),
  InvestmentAlreadyLinked: conflict<{
    readonly investmentId: string;
    readonly commitmentId: string;
  }>(),
  NotOfAgreement: invalid<{ readonly agreementId: string; readonly id: string }>(),
} satisfies RefusalTable;

export const refuse = refusals(AGREEMENT_REFUSALS);
