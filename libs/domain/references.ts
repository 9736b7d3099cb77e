import type { Rejection } from './decider.js';
import type { DomainCommand } from './events.js';

/** Something outside of the stream that decides a command, which the command names and which must be there. */
export interface Reference {
  readonly kind: 'party' | 'agreement' | 'commitment' | 'investment';
  readonly id: string;
  /** JSON pointer of the member that names it, in the request's body. */
  readonly pointer: string;
}

/**
 * What a command names besides what it is about. A fact about something that nobody registered is counted nowhere and
 * found by nobody. Milestones that a gate names are of its own investment: they are looked for where tranches are agreed.
 */
export const referencesOf = (command: DomainCommand): readonly Reference[] => {
  switch (command.type) {
    case 'DeclareRelation':
      return [{ kind: 'party', id: command.toPartyId, pointer: '/toPartyId' }];
    case 'ProposeAgreement':
      return [
        { kind: 'party', id: command.vendorId, pointer: '/vendorId' },
        { kind: 'party', id: command.customerId, pointer: '/customerId' },
      ];
    case 'SupersedeAgreement':
      return [{ kind: 'agreement', id: command.supersededBy, pointer: '/supersededBy' }];
    case 'LinkInvestment':
      return [
        { kind: 'investment', id: command.investmentId, pointer: '/investmentId' },
        { kind: 'commitment', id: command.commitmentId, pointer: '/commitmentId' },
      ];
    case 'AgreeInvestment':
      return [
        { kind: 'party', id: command.investorId, pointer: '/investorId' },
        { kind: 'party', id: command.recipientId, pointer: '/recipientId' },
      ];
    default:
      return NONE;
  }
};

const NONE: readonly Reference[] = [];

/** The refusal of a command that names it, by the name that commands about it are refused with too. */
export const unknownReference = ({ kind, id, pointer }: Reference): Rejection => {
  switch (kind) {
    case 'party':
      return { name: 'PartyUnknown', facts: { partyId: id, pointer } };
    case 'agreement':
      return { name: 'AgreementUnknown', facts: { agreementId: id, pointer } };
    case 'commitment':
      return { name: 'CommitmentUnknown', facts: { commitmentId: id, pointer } };
    case 'investment':
      return { name: 'InvestmentUnknown', facts: { investmentId: id, pointer } };
  }
};
