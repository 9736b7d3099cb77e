import { refusals } from '../refusal.js';

export interface PartyRejections {
  PartyAlreadyRegistered: { readonly partyId: string };
  PartyUnknown: { readonly partyId: string };
  RelationAlreadyDeclared: { readonly partyId: string; readonly relationId: string };
  RelationUnknown: { readonly partyId: string; readonly relationId: string };
  RelationAlreadyEnded: { readonly relationId: string; readonly until: string };
  RelationToItself: { readonly partyId: string; readonly relationId: string };
  RelationIntervalEmpty: {
    readonly relationId: string;
    readonly from: string;
    readonly until: string;
  };
  PercentOutOfRange: { readonly relationId: string; readonly percent: string };
}

export const refuse = refusals<PartyRejections>();
