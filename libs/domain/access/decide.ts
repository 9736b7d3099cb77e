import { accept, type Decision } from '../decider.js';
import { statusOf, type Access } from './access.js';
import type { AccessCommand } from './commands.js';
import type { AccessEvent } from './events.js';

type Command<Type extends AccessCommand['type']> = Extract<AccessCommand, { type: Type }>;

/** Nothing is refused: whether somebody may make keys is settled where they are made, and this is the record of it. */
export const decide = (command: AccessCommand, access: Access): Decision<AccessEvent> => {
  switch (command.type) {
    case 'IssueApiKey':
      return issue(command, access);
    case 'RevokeApiKey':
      return revoke(command, access);
  }
};

const issue = (command: Command<'IssueApiKey'>, access: Access): Decision<AccessEvent> => {
  const { name, keyId, role, person, sources } = command;
  if (statusOf(access, keyId) !== 'unknown') return accept();
  return accept({ type: 'ApiKeyIssued', body: { name, keyId, role, person, sources } });
};

/** A key that is not on record may be older than the record: that it ended is worth knowing all the more. */
const revoke = (command: Command<'RevokeApiKey'>, access: Access): Decision<AccessEvent> => {
  const { name, keyId } = command;
  if (statusOf(access, keyId) === 'revoked') return accept();
  return accept({ type: 'ApiKeyRevoked', body: { name, keyId } });
};
