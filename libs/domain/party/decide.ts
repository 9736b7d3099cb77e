import { accept, type Decision } from '../decider.js';
import { parseUnits, unitsOf } from '../money.js';
import type { PartyCommand } from './commands.js';
import type { PartyEvent } from './events.js';
import { relationOf, type Party } from './party.js';
import { refuse } from './rejections.js';

type Command<Type extends PartyCommand['type']> = Extract<PartyCommand, { type: Type }>;

export const decide = (command: PartyCommand, party: Party): Decision<PartyEvent> => {
  switch (command.type) {
    case 'RegisterParty':
      return register(command, party);
    case 'RenameParty':
      return rename(command, party);
    case 'DeclareRelation':
      return declareRelation(command, party);
    case 'EndRelation':
      return endRelation(command, party);
  }
};

const register = (command: Command<'RegisterParty'>, party: Party): Decision<PartyEvent> => {
  const { partyId, name, kinds } = command;
  if (party.status === 'registered') return refuse('PartyAlreadyRegistered', { partyId });
  return accept({ type: 'PartyRegistered', body: { partyId, name, kinds: [...new Set(kinds)] } });
};

/** Names follow one another: what a party was called at any time then does not depend on the order of recording. */
const rename = (command: Command<'RenameParty'>, party: Party): Decision<PartyEvent> => {
  const { partyId, name, renamedAt } = command;
  if (party.status === 'unknown') return refuse('PartyUnknown', { partyId });
  if (party.name === name) return refuse('PartyAlreadyNamed', { partyId, name });
  const since = party.renamedAt;
  if (since !== undefined && renamedAt <= since)
    return refuse('RenameBeforeLast', { partyId, renamedAt, lastRenamedAt: since });
  return accept({ type: 'PartyRenamed', body: { partyId, name, renamedAt } });
};

const HUNDRED_PERCENT = unitsOf('100');

const declareRelation = (
  command: Command<'DeclareRelation'>,
  party: Party,
): Decision<PartyEvent> => {
  const { partyId, relationId, toPartyId, kind, percent, from, until } = command;
  if (party.status === 'unknown') return refuse('PartyUnknown', { partyId });
  if (relationOf(party, relationId))
    return refuse('RelationAlreadyDeclared', { partyId, relationId });
  if (toPartyId === partyId) return refuse('RelationToItself', { partyId, relationId });
  if (until !== null && until <= from) {
    return refuse('RelationIntervalEmpty', { relationId, from, until });
  }
  if (percent !== null) {
    const units = parseUnits(percent);
    if (units === null || units < 0n || units > HUNDRED_PERCENT) {
      return refuse('PercentOutOfRange', { relationId, percent });
    }
  }
  return accept({
    type: 'RelationDeclared',
    body: { partyId, relationId, toPartyId, kind, percent, from, until },
  });
};

const endRelation = (command: Command<'EndRelation'>, party: Party): Decision<PartyEvent> => {
  const { partyId, relationId, endedAt } = command;
  if (party.status === 'unknown') return refuse('PartyUnknown', { partyId });
  const relation = relationOf(party, relationId);
  if (!relation) return refuse('RelationUnknown', { partyId, relationId });
  if (relation.until !== null) {
    return refuse('RelationAlreadyEnded', { relationId, until: relation.until });
  }
  if (endedAt <= relation.from) {
    return refuse('RelationIntervalEmpty', { relationId, from: relation.from, until: endedAt });
  }
  return accept({ type: 'RelationEnded', body: { partyId, relationId, endedAt } });
};
