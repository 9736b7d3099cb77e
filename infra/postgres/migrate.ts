import pg from 'pg';
import { createLedger } from './create-ledger.js';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { onlyRow } from '../../libs/ledger/postgres/sql-client.js';
import { appliedMigrations, applyMigrations, pendingAfter } from './migrations.js';
import {
  grantAuditor,
  granteesOf,
  grantRuntime,
  makeRole,
  markPlace,
  moveViews,
  roleExists,
  servingRole,
  type MovedViews,
} from './roles.js';
import {
  checkPlace,
  checkRuntime,
  chooseRuntime,
  withdrawOthers,
  type Runtime,
} from './runtime-role.js';
import { shareViews } from '../../libs/projections/engine/share-views.js';
import { passwordIn, roleIn } from './url.js';

/** Any number, the same for all our processes: two migrations of one database wait for each other. */
const MIGRATION_LOCK = 0x6c656467;

export interface MigrateOptions {
  /** The database as the role that is to serve. It is made where it is missing, and only granted where it is not. */
  readonly runtimeUrl?: string | null;
  /** Gives the runtime role another password: that of `runtimeUrl`, or a random one. Only for a role made by this. */
  readonly newRuntimePassword?: boolean;
  /** Roles that may read everything and change nothing: names, or URLs (whose role is made where it is missing). */
  readonly auditors?: readonly string[];
  /** Used when the ledger is created, and compared with it ever after. */
  readonly shardCount?: number;
}

export interface Migrated {
  /** Names of the migrations that this call applied. */
  readonly applied: readonly string[];
  readonly ledgerId: string;
  readonly shardCount: number;
  readonly runtime: Runtime;
  /** The database as the runtime role; null where nobody but its administrator knows the password. */
  readonly runtimeUrl: string | null;
  /** Roles that served before, and may no longer. */
  readonly withdrawn: readonly string[];
  readonly views: MovedViews;
  readonly auditors: readonly string[];
}

/**
 * Brings the database of `ownerUrl` up to date, creates the ledger, and grants the roles that serve and read. Can be
 * repeated. A role that this ledger did not make is never altered, only granted.
 */
export const migrate = (ownerUrl: string, options: MigrateOptions = {}): Promise<Migrated> =>
  locked(ownerUrl, async (owner) => {
    await refuseStranger(owner);
    const applied = await applyMigrations(owner);
    const ledger = await createLedger(owner, options.shardCount);
    const runtime = await chooseRuntime(owner, ownerUrl, ledger.ledgerId, {
      ...options,
      migrating: applied,
    });
    const { url } = runtime;
    if (url !== null) await checkPlace({ ...runtime, url }, MIGRATION_LOCK, ledger.ledgerId);
    const withdrawn = await withdrawOthers(owner, runtime.role);
    await grantRuntime(owner, runtime.role);
    const views = await moveViews(owner, runtime.role);
    for (const auditor of options.auditors ?? []) await admitAuditor(owner, auditor, runtime.role);
    const { auditors } = await granteesOf(owner);
    for (const auditor of auditors) await grantAuditor(owner, auditor);
    await shareViews(owner);
    await markPlace(owner);
    if (runtime.url !== null) await checkRuntime(runtime, ledger.ledgerId);
    const { url: runtimeUrl } = runtime;
    return { applied, ...ledger, runtime, runtimeUrl, withdrawn, views, auditors };
  });

/** The tables without a ledger, granted to a role: a template that test databases are copied from. */
export const migrateSchema = (ownerUrl: string, runtimeUrl: string): Promise<void> =>
  locked(ownerUrl, async (owner) => {
    await applyMigrations(owner);
    await makeRole(owner, roleIn(runtimeUrl), passwordIn(runtimeUrl));
    await grantRuntime(owner, roleIn(runtimeUrl));
  });

/** What `migrate` would do. */
export interface MigrationPlan {
  readonly pending: readonly string[];
  readonly createsLedger: boolean;
  /** The role that would serve; null: one that does not exist yet, and whose name has the ledger's id. */
  readonly runtimeRole: string | null;
  readonly makesRole: boolean;
  readonly withdraws: readonly string[];
}

/** Looks only. */
export const planMigration = (
  ownerUrl: string,
  options: MigrateOptions = {},
): Promise<MigrationPlan> =>
  locked(ownerUrl, async (owner) => {
    await owner.query('SET default_transaction_read_only = on');
    await refuseStranger(owner);
    const pending = pendingAfter(await appliedMigrations(owner)).map(({ name }) => name);
    const { rows } = await owner.query<{ table: boolean }>(
      `SELECT count(*) > 0 AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'ledger' AND c.relname = 'ledger'`,
    );
    const exists =
      onlyRow(rows).table && (await owner.query('SELECT FROM ledger.ledger')).rowCount === 1;
    const { runtime } = await granteesOf(owner);
    const named = options.runtimeUrl ? roleIn(options.runtimeUrl) : null;
    const kept = named ?? servingRole(runtime, pending);
    return {
      pending,
      createsLedger: !exists,
      runtimeRole: kept ?? null,
      makesRole: kept === undefined || !(await roleExists(owner, kept)),
      withdraws: runtime.map(({ role }) => role).filter((role) => role !== kept),
    };
  });

/** A URL's role is made where it is missing: it brings its password. */
const admitAuditor = async (owner: pg.Client, auditor: string, runtime: string): Promise<void> => {
  const isUrl = /^postgres(ql)?:\/\//.test(auditor);
  const role = isUrl ? roleIn(auditor) : auditor;
  const password = isUrl ? passwordIn(auditor) : '';
  if (role === runtime || (await isOwner(owner, role))) return; // may read as it is
  if (password !== '') await makeRole(owner, role, password);
  if (!(await roleExists(owner, role)))
    throw new PostgresError(
      'role-unknown',
      `There is no role ${role} on this server.`,
      `Ask an administrator to run CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD '…'; or ` +
        'give LEDGER_AUDITOR_URL with the name and the password that it shall have.',
    );
  await grantAuditor(owner, role);
};

const isOwner = async (owner: pg.Client, role: string): Promise<boolean> =>
  (
    await owner.query(
      `SELECT FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'ledger' AND r.rolname = $1`,
      [role],
    )
  ).rowCount === 1;

/** A ledger that is somebody else's: nothing of it can be migrated, and saying so beats the first denial met. */
const refuseStranger = async (owner: pg.Client): Promise<void> => {
  const { rows } = await owner.query<{ owner: string; me: string }>(
    `SELECT pg_get_userbyid(nspowner) AS owner, current_user AS me FROM pg_namespace
     WHERE nspname = 'ledger' AND NOT pg_has_role(current_user, nspowner, 'USAGE')`,
  );
  if (rows[0] === undefined) return;
  throw new PostgresError(
    'not-the-owner',
    `The ledger in this database belongs to the role ${rows[0].owner}, and DATABASE_URL logs in as ${rows[0].me}.`,
    `Set DATABASE_URL to ${rows[0].owner}. Roles that serve or read are given by LEDGER_RUNTIME_URL and LEDGER_AUDITOR_URL.`,
  );
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
  owner.on('error', () => undefined);
  await owner.connect();
  try {
    // Whoever may create in the schema public could make functions there that fit better than those of the server.
    await owner.query('SET search_path = pg_catalog');
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(owner);
  } finally {
    await owner.end();
  }
};
