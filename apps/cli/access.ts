import type pg from 'pg';
import { digestOf } from '../../libs/contract/json/digest.js';
import type { Decide } from '../../libs/application/handle.js';
import type { Principal } from '../../libs/access/principal.js';
import { ACCESS_SOURCE } from '../../libs/contract/validation/rules.js';
import type { AccessCommand } from '../../libs/domain/access/commands.js';
import { instantOf } from '../../libs/domain/instant.js';
import {
  apiKeyId,
  checkTenant,
  createApiKey,
  newApiKey,
  revokeApiKeys,
} from '../../libs/access/api-keys.js';
import { CliFailure, EXIT } from './failure.js';

/** The ledger, and the tables that only their owner may change: they are not written in one transaction. */
export interface KeyOffice {
  readonly decide: Decide;
  readonly owner: Pick<pg.Pool, 'query'>;
  /** Who makes and revokes. */
  readonly actor: string;
}

/**
 * First the entry, then the key: so there is none that works and is not on record. When this ends in between, a key is on
 * record that nobody has ever seen.
 */
export const issueKey = async (office: KeyOffice, holder: Principal): Promise<string> => {
  const { tenant, name, role, person = name, sources = null } = holder;
  checkTenant(tenant);
  const key = newApiKey();
  const keyId = apiKeyId(key);
  await record(office, tenant, new Date().toISOString(), {
    ...{ type: 'IssueApiKey', name, keyId, role, person, sources },
  });
  return createApiKey(office.owner, holder, key);
};

/**
 * First the key, then the entry: what is on record as ended has ended. When this ends in between, the same again makes
 * the entry. Answers with how many keys or entries of them were still to be ended.
 */
export const revokeKeys = async (
  office: KeyOffice,
  tenant: string,
  name: string,
): Promise<number> => {
  const { ended, keys } = await revokeApiKeys(office.owner, tenant, name);
  let recorded = 0;
  for (const { keyId, revokedAt } of keys)
    if (await record(office, tenant, revokedAt, { type: 'RevokeApiKey', name, keyId }))
      recorded += 1;
  return Math.max(ended, recorded);
};

/** Under an identity that is the key's, so that a repeat records nothing. False: it was on record. */
const record = async (
  { decide, actor }: KeyOffice,
  tenant: string,
  at: string,
  command: AccessCommand,
): Promise<boolean> => {
  const { outcome } = await decide({
    ...{ tenant, actor, source: ACCESS_SOURCE, id: `${command.type} ${command.keyId}`, command },
    digest: digestOf(command),
    effectiveAt: instantOf(at),
    expectedVersion: null,
  });
  if (outcome === 'appended') return true;
  if (outcome === 'already-appended' || outcome === 'unchanged') return false;
  throw new CliFailure(
    EXIT.failed,
    command.type === 'IssueApiKey'
      ? `No key was made: the ledger did not take the entry that says so (${outcome}).`
      : `The key has ended, but the ledger did not take the entry that says so (${outcome}).`,
    'Run the same command again.',
  );
};
