import type { Aggregate } from '../aggregate.js';
import { plainJson } from '../state-json.js';
import { noAccess, type Access } from './access.js';
import type { AccessCommand } from './commands.js';
import { decide } from './decide.js';
import { CHANGES_TERMS, type AccessEvent } from './events.js';
import { evolve } from './evolve.js';

/** One stream per name that API keys are given. Keys are no terms. */
export const access: Aggregate<AccessCommand, AccessEvent, Access> = {
  decider: {
    initial: noAccess,
    decide,
    termsVersion: () => 0,
    evolve,
    ...plainJson<Access>(),
  },
  streamOf: ({ name }) => name,
  agreementOf: null,
  references: { IssueApiKey: [], RevokeApiKey: [] },
  changesTerms: CHANGES_TERMS,
  askedBy: { ApiKeyIssued: 'IssueApiKey', ApiKeyRevoked: 'RevokeApiKey' },
  refusals: {},
};
