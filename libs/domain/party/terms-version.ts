import type { PartyCommand } from './commands.js';
import { relationOf, type Party } from './party.js';

export const termsVersion = (command: PartyCommand, party: Party): number => {
  if (party.status === 'unknown') return 0;
  if (command.type === 'EndRelation' && !relationOf(party, command.relationId)) return 0;
  return party.termsVersion;
};
