import type { ChangesTerms } from '../aggregate.js';
import type { Instant } from '../decider.js';

export const PARTY_KINDS = ['vendor', 'customer', 'investor', 'reseller', 'regulator'] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

export const RELATION_KINDS = ['equity', 'voting', 'board-seat', 'exclusivity'] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];

// These names and shapes are stored for ever: add, never rename.
export type PartyEvent =
  | {
      readonly type: 'PartyRegistered';
      readonly body: {
        readonly partyId: string;
        readonly name: string;
        readonly kinds: readonly PartyKind[];
      };
    }
  | {
      readonly type: 'PartyRenamed';
      /** It is called `name` from `renamedAt` on. */
      readonly body: {
        readonly partyId: string;
        readonly name: string;
        readonly renamedAt: Instant;
      };
    }
  | {
      readonly type: 'RelationDeclared';
      /** `partyId` holds `kind` in (or over) `toPartyId` during [from, until). Percent as decimal text, 0..100. */
      readonly body: {
        readonly partyId: string;
        readonly relationId: string;
        readonly toPartyId: string;
        readonly kind: RelationKind;
        readonly percent: string | null;
        readonly from: Instant;
        readonly until: Instant | null;
      };
    }
  | {
      readonly type: 'RelationEnded';
      readonly body: {
        readonly partyId: string;
        readonly relationId: string;
        readonly endedAt: Instant;
      };
    };

export const CHANGES_TERMS: ChangesTerms<PartyEvent> = {
  PartyRegistered: true,
  PartyRenamed: true,
  RelationDeclared: true,
  RelationEnded: true,
};
