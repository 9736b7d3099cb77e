import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROLES, type Role } from '../../libs/access/principal.js';
import { decideThrough } from '../../libs/application/decide-command.js';
import { databaseKeys } from '../../libs/access/api-keys.js';
import { openOwner, type System } from '../../libs/host/system.js';
import { issueKey } from './access.js';

export type DemoKeys = Readonly<Record<Role, string>>;

/**
 * One API key per role for trying things out, made once and kept beside the data (only the owner can read the file), so
 * that a second run shows the same keys. Never made by `serve`.
 */
export const demoKeys = async (system: System): Promise<DemoKeys> => {
  const { dataDir, tenant } = system.config;
  const file = join(dataDir, `demo-keys-${system.reader.ledgerId}-${tenant}.json`);
  const stored = await storedKeys(file);
  if (stored !== null && (await allKnown(system, stored))) return stored;
  const owner = await openOwner(system.config);
  try {
    const decide = decideThrough(system.commands);
    const office = { decide, owner: owner.pool, actor: 'demo' };
    const keys: Partial<Record<Role, string>> = {};
    for (const role of ROLES)
      keys[role] = await issueKey(office, { tenant, name: `demo-${role}`, role });
    await mkdir(dataDir, { recursive: true });
    await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
    return keys as DemoKeys;
  } finally {
    await owner.close();
  }
};

const storedKeys = async (file: string): Promise<DemoKeys | null> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DemoKeys;
  } catch {
    return null;
  }
};

const allKnown = async (system: System, keys: DemoKeys): Promise<boolean> => {
  const known = databaseKeys(system.pool);
  const principals = await Promise.all(ROLES.map((role) => known.find(keys[role] ?? '')));
  return principals.every((principal, index) => principal?.role === ROLES[index]);
};
