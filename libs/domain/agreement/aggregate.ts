import type { Aggregate } from '../aggregate.js';
import { versionedJson } from '../state-json.js';
import { noAgreement, type Agreement } from './agreement.js';
import type { AgreementCommand } from './commands.js';
import { decide } from './decide.js';
import { CHANGES_TERMS, type AgreementEvent } from './events.js';
import { evolve } from './evolve.js';
import { AGREEMENT_REFUSALS } from './rejections.js';
import { termsVersionOf } from './terms-version.js';

export const agreement: Aggregate<AgreementCommand, AgreementEvent, Agreement> = {
  decider: {
    initial: noAgreement,
    decide,
    termsVersion: (_command, state) => termsVersionOf(state),
    evolve,
    ...versionedJson<Agreement>(),
  },
  streamOf: ({ agreementId }) => agreementId,
  agreementOf: null,
  references: {
    ProposeAgreement: [
      { kind: 'party', member: 'vendorId' },
      { kind: 'party', member: 'customerId' },
    ],
    ActivateAgreement: [],
    AmendAgreement: [],
    AttachDocument: [],
    NoteOnAgreement: [],
    LinkInvestment: [
      { kind: 'investment', member: 'investmentId' },
      { kind: 'commitment', member: 'commitmentId' },
    ],
    TerminateAgreement: [],
    SupersedeAgreement: [{ kind: 'agreement', member: 'supersededBy' }],
  },
  changesTerms: CHANGES_TERMS,
  askedBy: {
    AgreementProposed: 'ProposeAgreement',
    AgreementActivated: 'ActivateAgreement',
    AgreementAmended: 'AmendAgreement',
    DocumentAttached: 'AttachDocument',
    AgreementNoted: 'NoteOnAgreement',
    InvestmentLinked: 'LinkInvestment',
    AgreementTerminated: 'TerminateAgreement',
    AgreementSuperseded: 'SupersedeAgreement',
  },
  refusals: AGREEMENT_REFUSALS,
};
