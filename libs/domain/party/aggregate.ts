import type { Aggregate } from '../aggregate.js';
import { versionedJson } from '../state-json.js';
import type { PartyCommand } from './commands.js';
import { decide } from './decide.js';
import { CHANGES_TERMS, type PartyEvent } from './events.js';
import { evolve } from './evolve.js';
import { noParty, type Party } from './party.js';
import { PARTY_REFUSALS } from './rejections.js';
import { termsVersion } from './terms-version.js';

export const party: Aggregate<PartyCommand, PartyEvent, Party> = {
  decider: { initial: noParty, decide, termsVersion, evolve, ...versionedJson<Party>() },
  streamOf: ({ partyId }) => partyId,
  agreementOf: null,
  references: {
    RegisterParty: [],
    RenameParty: [],
    DeclareRelation: [{ kind: 'party', member: 'toPartyId' }],
    EndRelation: [],
  },
  changesTerms: CHANGES_TERMS,
  askedBy: {
    PartyRegistered: 'RegisterParty',
    PartyRenamed: 'RenameParty',
    RelationDeclared: 'DeclareRelation',
    RelationEnded: 'EndRelation',
  },
  refusals: PARTY_REFUSALS,
};
