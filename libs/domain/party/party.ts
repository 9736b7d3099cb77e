import type { Instant } from '../decider.js';
import type { PartyKind } from './events.js';

export interface Relation {
  readonly from: Instant;
  /** End-exclusive; null while it is open. */
  readonly until: Instant | null;
}

export type Party =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'registered';
      readonly partyId: string;
      readonly name: string;
      /** Since when it has this name. Absent: since it was registered. */
      readonly renamedAt?: Instant;
      readonly kinds: readonly PartyKind[];
      readonly relations: Readonly<Record<string, Relation>>;
      readonly termsVersion: number;
    };

export type RegisteredParty = Extract<Party, { status: 'registered' }>;

export const noParty: Party = { status: 'unknown' };

/** Own keys only: `constructor` is a code that a user may choose. */
export const relationOf = (party: RegisteredParty, relationId: string): Relation | undefined =>
  Object.hasOwn(party.relations, relationId) ? party.relations[relationId] : undefined;
