import type { AGREEMENT_REFUSALS } from './agreement/rejections.js';
import type { COMMITMENT_REFUSALS } from './commitment/rejections.js';
import type { Rejection } from './decider.js';
import type { INVESTMENT_REFUSALS } from './investment/rejections.js';
import type { PARTY_REFUSALS } from './party/rejections.js';

/**
 * What a command may name that lies outside of the stream that decides it. A fact about something that nobody registered is
 * counted nowhere and found by nobody. Milestones that a gate names are of its own investment: they are looked for where
 * tranches are agreed.
 */
export type ReferenceKind = 'party' | 'agreement' | 'commitment' | 'investment';

export interface Reference {
  readonly kind: ReferenceKind;
  readonly id: string;
  /** JSON pointer of the member that names it, in the request's body. */
  readonly pointer: string;
}

/** Commands that are about such a thing are refused with the same name. */
const UNKNOWN: Readonly<
  Record<
    ReferenceKind,
    {
      readonly name: keyof (typeof PARTY_REFUSALS &
        typeof AGREEMENT_REFUSALS &
        typeof COMMITMENT_REFUSALS &
        typeof INVESTMENT_REFUSALS);
      readonly fact: string;
    }
  >
> = {
  party: { name: 'PartyUnknown', fact: 'partyId' },
  agreement: { name: 'AgreementUnknown', fact: 'agreementId' },
  commitment: { name: 'CommitmentUnknown', fact: 'commitmentId' },
  investment: { name: 'InvestmentUnknown', fact: 'investmentId' },
};

/** The refusal of a command that names something which is not there. */
export const unknownReference = ({ kind, id, pointer }: Reference): Rejection => {
  const { name, fact } = UNKNOWN[kind];
  return { name, facts: { [fact]: id, pointer } };
};
