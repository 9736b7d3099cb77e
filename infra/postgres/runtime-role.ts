import pg from 'pg';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import {
  granteesOf,
  isOurs,
  makeRole,
  newPassword,
  revokeAll,
  roleExists,
  servingRole,
  setPassword,
} from './roles.js';
import { servingAsOwner, standingOf } from './standing.js';
import { onlyRow, type SqlClient } from '../../libs/ledger/postgres/sql-client.js';
import { shareViews } from '../../libs/projections/engine/share-views.js';
import { asRole, passwordIn, roleIn } from './url.js';

export interface Runtime {
  readonly role: string;
  readonly url: string | null;
  /** By this call: its URL is shown now or never. */
  readonly made: boolean;
  readonly newPassword: boolean;
}

interface Wishes {
  readonly runtimeUrl?: string | null;
  readonly newRuntimePassword?: boolean;
  /** Which migrations were applied just now. */
  readonly migrating: readonly string[];
}

/** Which role serves: the one that was named; else the one that serves already; else one that is made now. */
export const chooseRuntime = async (
  owner: SqlClient,
  ownerUrl: string,
  ledgerId: string,
  wishes: Wishes,
): Promise<Runtime> => {
  if (wishes.runtimeUrl) return named(owner, wishes.runtimeUrl, wishes);
  const { runtime } = await granteesOf(owner);
  const kept = servingRole(runtime, wishes.migrating);
  if (kept !== undefined) {
    if (wishes.newRuntimePassword !== true)
      return { role: kept, url: null, made: false, newPassword: false };
    return named(owner, asRole(ownerUrl, kept, newPassword()), wishes);
  }
  for (const role of await namesFor(owner, ledgerId)) {
    const password = newPassword();
    if (await makeRole(owner, role, password))
      return { role, url: asRole(ownerUrl, role, password), made: true, newPassword: false };
  }
  throw new Error(`no name is free for a role of the ledger ${ledgerId}`);
};

const named = async (owner: SqlClient, url: string, wishes: Wishes): Promise<Runtime> => {
  const [role, password] = [roleIn(url), passwordIn(url)];
  if (role === '')
    throw new PostgresError(
      'role-unknown',
      'LEDGER_RUNTIME_URL does not say which role serves.',
      'Write it as postgres://role:password@host:5432/database.',
    );
  if (!(await roleExists(owner, role))) {
    const made = await makeRole(owner, role, password);
    return { role, url, made, newPassword: false };
  }
  await refuseMighty(owner, role);
  if (wishes.newRuntimePassword !== true) return { role, url, made: false, newPassword: false };
  if (!(await isOurs(owner, role)))
    throw new PostgresError(
      'role-not-ours',
      `The role ${role} was not made by this ledger, so its password is not this ledger's to change.`,
      `Ask whoever made it, or serve with another: unset LEDGER_RUNTIME_URL and run migrate, which makes one.`,
    );
  await setPassword(owner, role, password);
  return { role, url, made: false, newPassword: true };
};

/** Before anything is granted: a role that must not serve must not be granted either. */
const refuseMighty = async (owner: SqlClient, role: string): Promise<void> => {
  const { rows } = await owner.query<{ reason: string }>(
    `SELECT CASE WHEN r.rolsuper THEN 'is a superuser' ELSE 'is, or can become, the owner of the ledger' END AS reason
     FROM pg_roles r, pg_namespace n WHERE r.rolname = $1 AND n.nspname = 'ledger'
       AND (r.rolsuper OR pg_has_role(r.oid, n.nspowner, 'MEMBER'))`,
    [role],
  );
  if (rows[0] !== undefined) throw servingAsOwner(role, [rows[0].reason]);
};

/** A copy of a database has its ledger's id: then the name is taken, and the database tells the two apart. */
const namesFor = async (owner: SqlClient, ledgerId: string): Promise<readonly string[]> => {
  const { rows } = await owner.query<{ oid: string }>(
    'SELECT oid::text AS oid FROM pg_database WHERE datname = current_database()',
  );
  const name = `ledger_runtime_${ledgerId.slice(0, 8)}`;
  return [name, `${name}_${onlyRow(rows).oid}`, `${name}_${newPassword().slice(0, 8)}`];
};

/** A ledger has one role that serves: the tables of its views are that role's. */
export const withdrawOthers = async (
  owner: SqlClient,
  runtime: string,
): Promise<readonly string[]> => {
  const others = (await granteesOf(owner)).runtime.filter(({ role }) => role !== runtime);
  for (const { role } of others) await revokeAll(owner, role);
  return others.map(({ role }) => role);
};

const connection = (url: string): pg.Client => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  client.on('error', () => undefined);
  return client;
};

const elsewhere = (ledgerId: string, found: string | undefined): PostgresError =>
  new PostgresError(
    'runtime-elsewhere',
    'LEDGER_RUNTIME_URL leads to ' +
      `${found === undefined ? 'a database without this ledger' : `another ledger (${found})`}, and ` +
      `DATABASE_URL to the ledger ${ledgerId}.`,
    'Let both lead to the same server and database.',
  );

const ledgerIn = (client: pg.Client): Promise<string | undefined> =>
  client
    .query<{ id: string }>('SELECT ledger_id AS id FROM ledger.ledger')
    .then(({ rows }) => rows[0]?.id)
    .catch(() => undefined);

const cannotLogIn = (role: string, { message }: Error): PostgresError =>
  new PostgresError(
    'cannot-log-in',
    `The database is up to date, but the role ${role} cannot log in: ${message}`,
    'Give its right password in LEDGER_RUNTIME_URL; the role needs LOGIN, and pg_hba.conf must let ' +
      'it in. A role that this ledger made gets another password by migrate --new-runtime-password.',
  );

/**
 * Before anything is granted or withdrawn: a URL that leads elsewhere must not cut off the role that serves here. Nothing
 * of the ledger need be readable yet, but the lock that a migration holds is of its database. Where the role may not
 * connect yet this says nothing: it may lack what is granted next. A password that is wrong stays wrong.
 * @throws PostgresError `runtime-elsewhere`, `cannot-log-in`.
 */
export const checkPlace = async (
  { role, url }: Runtime & { readonly url: string },
  held: number,
  ledgerId: string,
): Promise<void> => {
  const client = connection(url);
  const refusal = await client.connect().then(
    () => null,
    (error: Error & { readonly code?: string }) => error,
  );
  if (refusal?.code?.startsWith('28') === true) throw cannotLogIn(role, refusal);
  if (refusal !== null) return;
  try {
    const { rows } = await client.query<{ free: boolean }>(
      'SELECT pg_catalog.pg_try_advisory_xact_lock($1) AS free',
      [held],
    );
    if (onlyRow(rows).free) throw elsewhere(ledgerId, await ledgerIn(client));
  } finally {
    await client.end();
  }
};

/** Logs in as the role: to this ledger, and with nothing more than serving takes. */
export const checkRuntime = async ({ role, url }: Runtime, ledgerId: string): Promise<void> => {
  if (url === null) throw new Error(`the role ${role} cannot be tried without its URL`);
  const client = connection(url);
  await client.connect().catch((error: Error) => {
    throw cannotLogIn(role, error);
  });
  try {
    const found = await ledgerIn(client);
    if (found !== ledgerId) throw elsewhere(ledgerId, found);
    const { reasons } = await standingOf(client);
    if (reasons.length > 0) throw servingAsOwner(role, reasons);
    await shareViews(client);
  } finally {
    await client.end();
  }
};
