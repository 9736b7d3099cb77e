import { join } from 'node:path';
import { startEmbedded, type EmbeddedServer } from '../../infra/postgres/embedded.js';
import { PostgresError } from '../ledger/postgres/postgres-error.js';
import { migrate, type Migrated, type MigrateOptions } from '../../infra/postgres/migrate.js';
import { placeIn, roleIn } from '../../infra/postgres/url.js';
import type { Config } from './config.js';

/** Owner: migrates, makes and revokes keys. Runtime: serves and works. Auditor: reads. */
export type DatabaseRole = 'owner' | 'runtime' | 'auditor';

export interface Database {
  readonly url: string;
  /** What holds the data, in words for people. */
  readonly words: string;
  stop(): Promise<void>;
}

/** No database of one's own is named: the bundled server over LEDGER_DATA_DIR. */
export const isEmbedded = ({ databaseUrl, runtimeUrl, auditorUrl }: Config): boolean =>
  databaseUrl === null && runtimeUrl === null && auditorUrl === null;

export const embeddedFolder = ({ dataDir }: Config): string => join(dataDir, 'postgres');

const USED = {
  owner: ['DATABASE_URL'],
  runtime: ['LEDGER_RUNTIME_URL', 'DATABASE_URL'],
  auditor: ['LEDGER_AUDITOR_URL', 'LEDGER_RUNTIME_URL', 'DATABASE_URL'],
} as const;

/** The URL for a role, and the variable that has it. @throws PostgresError where only others' are set. */
export const urlFor = (
  config: Config,
  as: DatabaseRole,
): { readonly url: string; readonly variable: string } => {
  const urls = {
    DATABASE_URL: config.databaseUrl,
    LEDGER_RUNTIME_URL: config.runtimeUrl,
    LEDGER_AUDITOR_URL: config.auditorUrl,
  };
  for (const variable of USED[as]) {
    const url = urls[variable];
    if (url !== null) return { url, variable };
  }
  throw as === 'owner'
    ? new PostgresError(
        'owner-url-missing',
        'This is for the owner of the ledger, and only roles that serve or read are given.',
        'Set DATABASE_URL to the owner of the database for this command.',
      )
    : runtimeUrlMissing('This writes to the ledger, and only a role that reads is given.');
};

const runtimeUrlMissing = (why: string): PostgresError =>
  new PostgresError(
    'runtime-url-missing',
    why,
    'Set LEDGER_RUNTIME_URL as "migrate" printed it when it made the role. If it is lost: commitment-ledger migrate --new-runtime-password',
  );

const ownWords = (config: Config, as: DatabaseRole): string => {
  const { url, variable } = urlFor(config, as);
  return `PostgreSQL of ${variable} (${placeIn(url)})`;
};

const embeddedWords = ({ dataDir }: EmbeddedServer): string =>
  `embedded PostgreSQL in ${dataDir} (for trying out and tests)`;

const standsAlone = (): Promise<void> => Promise.resolve();

/** A database that is there already: nothing is made (`no-ledger`). */
export const openDatabase = async (config: Config, as: DatabaseRole): Promise<Database> => {
  if (!isEmbedded(config))
    return { url: urlFor(config, as).url, words: ownWords(config, as), stop: standsAlone };
  const server = await startEmbedded({ dataDir: embeddedFolder(config), mustExist: true });
  const url = as === 'owner' ? server.ownerUrl : server.runtimeUrl;
  const { stop } = server;
  if (url !== null) return { url, words: embeddedWords(server), stop };
  await stop();
  throw new PostgresError(
    'schema-behind',
    `The ledger in ${server.dataDir} is of an earlier version.`,
    'commitment-ledger migrate',
  );
};

export interface MigratedDatabase extends Database {
  /** Null: nothing to migrate with, or it is somebody else's to do. */
  readonly migrated: Migrated | null;
}

const wishes = ({ shardCount, runtimeUrl, auditorUrl }: Config): MigrateOptions => ({
  runtimeUrl,
  ...(auditorUrl === null ? {} : { auditors: [auditorUrl] }),
  ...(shardCount === null ? {} : { shardCount }),
});

/** Makes the ledger, or brings it up to date. The database is answered as its owner. */
export const migrateDatabase = async (
  config: Config,
  more: MigrateOptions = {},
): Promise<Database & { readonly migrated: Migrated }> => {
  const options = { ...wishes(config), ...more };
  options.auditors = [...(wishes(config).auditors ?? []), ...(more.auditors ?? [])];
  if (!isEmbedded(config)) {
    const { url } = urlFor(config, 'owner');
    const migrated = await migrate(url, options);
    return { url, words: ownWords(config, 'owner'), stop: standsAlone, migrated };
  }
  const server = await startEmbedded({ dataDir: embeddedFolder(config) });
  const { stop, ownerUrl, runtimeUrl } = server;
  try {
    const migrated = await migrateEmbedded(ownerUrl, { ...options, runtimeUrl });
    return { url: ownerUrl, words: embeddedWords(server), stop, migrated };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** The server is ours, and so is the role: a password file that was lost and made again is what it now has. */
const migrateEmbedded = async (ownerUrl: string, options: MigrateOptions): Promise<Migrated> => {
  try {
    return await migrate(ownerUrl, options);
  } catch (error) {
    if (!(error instanceof PostgresError && error.code === 'cannot-log-in')) throw error;
    return migrate(ownerUrl, { ...options, newRuntimePassword: true });
  }
};

/** A database that is migrated first and then worked with as the runtime role, with the owner's credentials let go of. */
export const migrateAndOpen = async (config: Config): Promise<MigratedDatabase> => {
  if (!isEmbedded(config) && config.databaseUrl === null)
    return { ...(await openDatabase(config, 'runtime')), migrated: null };
  let found: Database & { readonly migrated: Migrated };
  try {
    found = await migrateDatabase(config);
  } catch (error) {
    const isRuntime = error instanceof PostgresError && error.code === 'not-the-owner';
    if (!isRuntime) throw error;
    return { ...(await openDatabase(config, 'runtime')), migrated: null };
  }
  const { words, stop, migrated } = found;
  const url = migrated.runtimeUrl;
  if (url !== null) return { url, words, stop, migrated };
  await stop();
  throw runtimeUrlMissing(
    `The ledger is served by the role ${migrated.runtime.role}, whose password is not given.`,
  );
};

/**
 * A process that serves must not even hold what the owner logs in with: whoever takes it over has its environment too.
 * @throws PostgresError `owner-credentials-held`.
 */
export const refuseOwnersUrl = ({ databaseUrl, runtimeUrl }: Config): void => {
  if (databaseUrl === null || runtimeUrl === null) return;
  const same = (name: (url: string) => string): boolean => name(databaseUrl) === name(runtimeUrl);
  if (same(roleIn) && same(placeIn)) return;
  throw new PostgresError(
    'owner-credentials-held',
    'DATABASE_URL and LEDGER_RUNTIME_URL are both set: a process that serves must not hold the credentials of the owner.',
    'unset DATABASE_URL where the ledger serves. It is for migrate and for keys.',
  );
};
