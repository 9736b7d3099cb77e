import type { PartyEvent } from './events.js';
import type { Party, RegisteredParty, Relation } from './party.js';

export const evolve = (party: Party, event: PartyEvent): Party => {
  switch (event.type) {
    case 'PartyRegistered':
      return { status: 'registered', ...event.body, relations: {}, termsVersion: 1 };
    case 'PartyRenamed': {
      const { name, renamedAt } = event.body;
      const before = registered(party);
      return { ...before, name, renamedAt, termsVersion: before.termsVersion + 1 };
    }
    case 'RelationDeclared': {
      const { relationId, from, until } = event.body;
      return withRelation(registered(party), relationId, { from, until });
    }
    case 'RelationEnded': {
      const { relationId, endedAt } = event.body;
      const before = registered(party);
      const relation = before.relations[relationId];
      if (!relation) throw new Error(`the relation ${relationId} ends before it was declared`);
      return withRelation(before, relationId, { ...relation, until: endedAt });
    }
  }
};

const withRelation = (party: RegisteredParty, relationId: string, relation: Relation): Party => ({
  ...party,
  relations: { ...party.relations, [relationId]: relation },
  termsVersion: party.termsVersion + 1,
});

const registered = (party: Party): RegisteredParty => {
  if (party.status === 'unknown') throw new Error('a party has events before it was registered');
  return party;
};
