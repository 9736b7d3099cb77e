import type { PartyEvent } from './events.js';

type Body<Type extends PartyEvent['type']> = Extract<PartyEvent, { type: Type }>['body'];

export type PartyCommand =
  | ({ readonly type: 'RegisterParty' } & Body<'PartyRegistered'>)
  | ({ readonly type: 'RenameParty' } & Body<'PartyRenamed'>)
  | ({ readonly type: 'DeclareRelation' } & Body<'RelationDeclared'>)
  | ({ readonly type: 'EndRelation' } & Body<'RelationEnded'>);
