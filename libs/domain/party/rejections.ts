import { conflict, invalid, unknown, refusals, type RefusalTable } from '../refusal.js';

export const PARTY_REFUSALS = {
  PartyAlreadyRegistered: conflict<{ readonly partyId: string }>(),
  PartyAlreadyNamed: conflict<{ readonly partyId: string; readonly name: string }>(),
  RenameBeforeLast: conflict<{
    readonly partyId: string;
    readonly renamedAt: string;
    readonly lastRenamedAt: string;
  }>(),
  PartyUnknown: unknown<{ readonly partyId: string }>(),
  RelationAlreadyDeclared: conflict<{ readonly partyId: string; readonly relationId: string }>(),
  RelationUnknown: unknown<{ readonly partyId: string; readonly relationId: string }>(),
  RelationAlreadyEnded: conflict<{ readonly relationId: string; readonly until: string }>(),
  RelationToItself: invalid<{ readonly partyId: string; readonly relationId: string }>(),
  RelationIntervalEmpty: invalid<{
    readonly relationId: string;
    readonly from: string;
    readonly until: string;
  }>(),
  PercentOutOfRange: invalid<{ readonly relationId: string; readonly percent: string }>(),
} satisfies RefusalTable;

export const refuse = refusals(PARTY_REFUSALS);
