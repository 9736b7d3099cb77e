import { createHash, createHmac, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { PostgresError } from './errors.js';

export const DEFAULT_RUNTIME_ROLE = 'ledger_runtime';
export const DEFAULT_SHARD_COUNT = 4;
/** 2: the genesis hash binds the number of shards as well. Ledgers of format 1 stay what they are. */
const FORMAT_VERSION = 2;
/** Any number, the same for all our processes: two migrations of one database wait for each other. */
const MIGRATION_LOCK = 0x6c656467;

export interface MigrateOptions {
  /** The role that serves; made when it does not exist. Default `ledger_runtime`. */
  readonly runtimeRole?: string;
  /** Default: derived from the owner's password, so that every process with the owner's URL finds the same. */
  readonly runtimePassword?: string;
  /** Used when the ledger is created, and compared with it ever after. */
  readonly shardCount?: number;
}

export interface Migrated {
  /** The database as the runtime role. */
  readonly runtimeUrl: string;
  /** Names of the migrations that this call applied. */
  readonly applied: readonly string[];
  readonly ledgerId: string;
  readonly shardCount: number;
}

/** Brings the database of `ownerUrl` up to date, grants the runtime role, and creates the ledger. Can be repeated. */
export const migrate = async (
  ownerUrl: string,
  options: MigrateOptions = {},
): Promise<Migrated> => {
  const runtimeUrl = runtimeUrlOf(ownerUrl, options);
  return locked(ownerUrl, async (owner) => {
    const applied = await applyMigrations(owner);
    await grantRuntime(owner, runtimeUrl);
    const ledger = await createLedger(owner, options.shardCount);
    return { runtimeUrl, applied, ...ledger };
  });
};

/** The first half of `migrate`: everything but the ledger itself. A template that test databases are copied from. */
export const migrateSchema = async (ownerUrl: string): Promise<string> => {
  const runtimeUrl = runtimeUrlOf(ownerUrl);
  await locked(ownerUrl, async (owner) => {
    await applyMigrations(owner);
    await grantRuntime(owner, runtimeUrl);
  });
  return runtimeUrl;
};

const locked = async <Result>(
  url: string,
  work: (owner: pg.Client) => Promise<Result>,
): Promise<Result> => {
  // No limit for the lock and the work: another process's migration may take long, and so may ours.
  const owner = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  await owner.connect();
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(owner);
  } finally {
    await owner.end();
  }
};

/** From the sources and from dist/ alike: the SQL files lie beside the sources. */
const folder = (): string => {
  for (let path = dirname(fileURLToPath(import.meta.url)); ; path = dirname(path)) {
    const found = join(path, 'infra', 'postgres');
    if (existsSync(join(found, 'migrations'))) return found;
    if (path === dirname(path)) throw new Error('infra/postgres/migrations not found');
  }
};

/** Each file once, in the order of their names, with its checksum: an applied migration is history, never edited. */
const applyMigrations = async (owner: pg.Client): Promise<string[]> => {
  await owner.query(
    `CREATE TABLE IF NOT EXISTS public.ledger_migration
       (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const { rows } = await owner.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM public.ledger_migration',
  );
  const known = new Map(rows.map((row) => [row.name, row.sha256]));
  const migrations = join(folder(), 'migrations');
  const names = readdirSync(migrations)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const newer = [...known.keys()].filter((name) => !names.includes(name));
  if (newer.length > 0)
    throw new PostgresError(
      'migration-unknown',
      `The database has migrations this version does not know (${newer.join(', ')}): it was used by a newer version. Use that one.`,
    );
  const applied: string[] = [];
  for (const name of names) {
    const sql = readFileSync(join(migrations, name), 'utf8');
    const sha256 = createHash('sha256').update(sql).digest('hex');
    const before = known.get(name);
    if (before === sha256) continue;
    if (before !== undefined)
      throw new PostgresError(
        'migration-changed',
        `${name} was changed after it was applied to this database. Restore it and add a new migration instead.`,
      );
    await inTransaction(owner, async () => {
      await owner.query(sql);
      await owner.query('INSERT INTO public.ledger_migration (name, sha256) VALUES ($1, $2)', [
        name,
        sha256,
      ]);
    });
    applied.push(name);
  }
  return applied;
};

const inTransaction = async (client: pg.Client, work: () => Promise<void>): Promise<void> => {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
};

/** The same database as the runtime role. Without a password of the owner (peer, trust) the role has none either. */
export const runtimeUrlOf = (
  ownerUrl: string,
  options: Pick<MigrateOptions, 'runtimeRole' | 'runtimePassword'> = {},
): string => {
  const url = new URL(ownerUrl);
  const role = options.runtimeRole ?? DEFAULT_RUNTIME_ROLE;
  const secret = decodeURIComponent(url.password);
  const derived = createHmac('sha256', secret).update(`commitment-ledger role ${role}`);
  const password = options.runtimePassword ?? (secret === '' ? '' : derived.digest('base64url'));
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  return url.toString();
};

const grantRuntime = async (owner: pg.Client, runtimeUrl: string): Promise<void> => {
  const url = new URL(runtimeUrl);
  const role = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  await ensureRole(owner, role, password);
  const database = pg.escapeIdentifier(
    (await owner.query('SELECT current_database() AS name')).rows[0].name,
  );
  const runtime = pg.escapeIdentifier(role);
  await retried(() => owner.query(`GRANT CONNECT ON DATABASE ${database} TO ${runtime}`));
  const grants = readFileSync(join(folder(), 'roles.sql'), 'utf8').replaceAll(
    ':"runtime"',
    runtime,
  );
  await inTransaction(owner, async () => void (await owner.query(grants)));
  await ensureLogIn(owner, runtimeUrl, role, password);
};

const ensureRole = async (owner: pg.Client, role: string, password: string): Promise<void> => {
  const found = await owner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (found.rowCount !== 0) return;
  try {
    await owner.query(
      `CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`,
    );
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === '42710' || code === '23505') return; // made by another database's migration at this moment
    if (code !== '42501') throw error;
    throw new PostgresError(
      'cannot-create-role',
      `The user of the database URL may not create roles. Ask an administrator to run\n` +
        `  CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD '...';\n` +
        'and give that name and password to the migration (runtimeRole, runtimePassword).',
    );
  }
};

/** The role may be older than the password we were given (another database of the server, a new owner password). */
const ensureLogIn = async (
  owner: pg.Client,
  runtimeUrl: string,
  role: string,
  password: string,
): Promise<void> => {
  const logIn = async (): Promise<unknown> => {
    const runtime = new pg.Client({ connectionString: runtimeUrl });
    return runtime.connect().then(
      () => runtime.end().then(() => null),
      (error: unknown) => error,
    );
  };
  const refusal = (await logIn()) as { code?: string; message?: string } | null;
  if (refusal === null) return;
  if (refusal.code === '28P01' && password !== '') {
    const alter = `ALTER ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`;
    await retried(() => owner.query(alter)).catch(() => undefined);
    if ((await logIn()) === null) return;
  }
  throw new PostgresError(
    'cannot-log-in',
    `The runtime role ${role} cannot log in (${refusal.message ?? refusal.code}). ` +
      'Give its password to the migration (runtimePassword), and let pg_hba.conf accept it.',
  );
};

/** Roles belong to the whole server: migrations of two databases may touch the same row at the same time. */
const retried = async (work: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const concurrently = /concurrently/.test((error as Error).message);
      if (!concurrently || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt));
    }
  }
};

/** SHA-256 of this text, hex: the `prev` of every shard's first entry. */
export const genesisHash = (ledgerId: string, shardCount: number): string =>
  createHash('sha256')
    .update(`commitment-ledger genesis v2\n${ledgerId}\n${shardCount}\n`)
    .digest('hex');

/** Once per database. The shard count is chosen here and never changes. */
export const createLedger = async (
  owner: pg.Client,
  shardCount?: number,
): Promise<{ readonly ledgerId: string; readonly shardCount: number }> => {
  const wanted = shardCount ?? DEFAULT_SHARD_COUNT;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1024)
    throw new PostgresError('shard-count-invalid', `shard count ${wanted}: 1 to 1024 is possible`);
  const ledgerId = randomUUID();
  await inTransaction(owner, async () => {
    const made = await owner.query(
      `INSERT INTO ledger.ledger (ledger_id, shard_count, format_version, genesis_hash)
       VALUES ($1, $2, $3, decode($4, 'hex')) ON CONFLICT DO NOTHING`,
      [ledgerId, wanted, FORMAT_VERSION, genesisHash(ledgerId, wanted)],
    );
    if (made.rowCount === 0) return;
    await owner.query(
      `INSERT INTO ledger.shard_head (shard, epoch, position, hash)
       SELECT shard, 1, 0, decode($2, 'hex') FROM generate_series(0, $1::int - 1) AS shard`,
      [wanted, genesisHash(ledgerId, wanted)],
    );
  });
  const { rows } = await owner.query<{ ledger_id: string; shard_count: number }>(
    'SELECT ledger_id, shard_count FROM ledger.ledger',
  );
  const ledger = rows[0]!;
  if (shardCount !== undefined && shardCount !== ledger.shard_count)
    throw new PostgresError(
      'shard-count-fixed',
      `This ledger has ${ledger.shard_count} shards, chosen when it was created; ${shardCount} were asked for. ` +
        'The count never changes: leave the setting out, or create another ledger and import into it.',
    );
  return { ledgerId: ledger.ledger_id, shardCount: ledger.shard_count };
};
