import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { onlyRow, type SqlClient } from '../../libs/ledger/postgres/sql-client.js';
import { oddTables } from '../../libs/projections/engine/plain-tables.js';
import { transactionOn, sqlFolder } from './migrations.js';

/** The role that earlier versions made, one for all ledgers of a server, with a password derived from the owner's. */
const SHARED_ROLE = 'ledger_runtime';
/** The first migration of a version that does not make it any more: a role of that name was named by somebody since. */
const LAST_SHARED = '0010_readers.sql';

export interface Grantee {
  readonly role: string;
  /** Made by `migrate` for the ledger of this very database: nobody else's, so it may be given another password. */
  readonly isOurs: boolean;
  /** This database is a copy that nobody has migrated since, and the role serves another one of this server. */
  readonly isAnothers: boolean;
}

/**
 * Who may append here, and who may only read, as the catalogue says. Which role was made by whom is said by its
 * comment, which belongs to the server and does not travel with a copy of the database.
 */
export const granteesOf = async (
  owner: SqlClient,
): Promise<{ readonly runtime: readonly Grantee[]; readonly auditors: readonly string[] }> => {
  const { rows } = await owner.query<{
    role: string;
    appends: boolean;
    comment: string | null;
    place: string | null;
    here: string;
    databases: string[];
  }>(
    `SELECT r.rolname AS role, bool_or(acl.privilege_type = 'INSERT') AS appends,
            shobj_description(r.oid, 'pg_authid') AS comment,
            (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS here,
            obj_description(n.oid, 'pg_namespace') AS place,
            (SELECT array_agg(oid::text) FROM pg_database) AS databases
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN aclexplode(c.relacl) AS acl JOIN pg_roles r ON r.oid = acl.grantee
     WHERE n.nspname = 'ledger' AND c.relname = 'ledger_event' AND acl.grantee <> c.relowner
     GROUP BY n.oid, r.oid, r.rolname ORDER BY r.rolname`,
  );
  return {
    runtime: rows
      .filter(({ appends }) => appends)
      .map(({ role, comment, place, here, databases }) => {
        const made = madeFor(comment);
        const isOurs = made === here;
        const isCopy = place !== null && place !== PLACE + here;
        const isAnothers = isCopy && !isOurs && made !== null && databases.includes(made);
        return { role, isOurs, isAnothers };
      }),
    auditors: rows.filter(({ appends }) => !appends).map(({ role }) => role),
  };
};

/**
 * The role that goes on serving when nobody names one: not that of another database, and not the shared one of earlier
 * versions at the moment (`migrating`: what is applied now) when its ledger comes to this version.
 */
export const servingRole = (
  runtime: readonly Grantee[],
  migrating: readonly string[],
): string | undefined =>
  runtime.find(
    ({ role, isAnothers }) =>
      !isAnothers && !(role === SHARED_ROLE && migrating.includes(LAST_SHARED)),
  )?.role;

/** Written into the ledger's own schema, so that it travels with a copy, and tells that it is one. */
const PLACE = 'Commitment Ledger: last migrated in database oid ';

export const markPlace = async (owner: SqlClient): Promise<void> => {
  const { rows } = await owner.query<{ oid: string; place: string | null }>(
    `SELECT d.oid::text AS oid, obj_description(n.oid, 'pg_namespace') AS place
     FROM pg_database d, pg_namespace n WHERE d.datname = current_database() AND n.nspname = 'ledger'`,
  );
  const { oid, place } = onlyRow(rows);
  const here = PLACE + oid;
  if (place !== here) await owner.query(`COMMENT ON SCHEMA ledger IS ${pg.escapeLiteral(here)}`);
};

const COMMENT = 'Commitment Ledger: made by its migrate for database oid ';
const madeFor = (comment: string | null): string | null =>
  comment?.startsWith(COMMENT) ? comment.slice(COMMENT.length) : null;

/** Whether `migrate` made the role for the ledger of this database. */
export const isOurs = async (owner: SqlClient, role: string): Promise<boolean> => {
  const { rowCount } = await owner.query(
    `SELECT FROM pg_roles r JOIN pg_database d ON d.datname = current_database()
     WHERE r.rolname = $1 AND shobj_description(r.oid, 'pg_authid') = $2 || d.oid::text`,
    [role, COMMENT],
  );
  return rowCount === 1;
};

export const roleExists = async (owner: SqlClient, role: string): Promise<boolean> =>
  (await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [role])).rowCount === 1;

export const newPassword = (): string => randomBytes(24).toString('base64url');

/** False: there is a role of that name. It is nobody's business here what it may and what its password is. */
export const makeRole = async (
  owner: SqlClient,
  role: string,
  password: string,
): Promise<boolean> => {
  if (await roleExists(owner, role)) return false;
  const name = pg.escapeIdentifier(role);
  const { rows } = await owner.query<{ oid: string }>(
    'SELECT oid::text AS oid FROM pg_database WHERE datname = current_database()',
  );
  try {
    await transactionOn(owner, async () => {
      await owner.query(`CREATE ROLE ${name} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
      await owner.query(
        `COMMENT ON ROLE ${name} IS ${pg.escapeLiteral(COMMENT + onlyRow(rows).oid)}`,
      );
    });
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '42710' || code === '23505') return false; // made by somebody else at this moment
    if (code !== '42501') throw error;
    throw new PostgresError(
      'cannot-create-role',
      `The owner of the ledger may not create roles, and there is no role ${role} yet.`,
      `Ask an administrator to run CREATE ROLE ${name} LOGIN PASSWORD '…'; then set LEDGER_RUNTIME_URL to it and run migrate again.`,
    );
  }
};

export const setPassword = async (
  owner: SqlClient,
  role: string,
  password: string,
): Promise<void> => {
  await retried(() =>
    owner.query(`ALTER ROLE ${pg.escapeIdentifier(role)} PASSWORD ${pg.escapeLiteral(password)}`),
  );
};

/** Rights that serving takes (roles.sql), on the owner's relations only; further ones are taken away. */
export const grantRuntime = async (owner: SqlClient, role: string): Promise<void> => {
  await grantConnect(owner, role);
  const name = pg.escapeIdentifier(role);
  const grants = readFileSync(join(sqlFolder(), 'roles.sql'), 'utf8');
  const relations = (await ownedRelations(owner)).join(', ');
  await transactionOn(owner, () =>
    owner.query(
      `REVOKE ALL ON ${relations} FROM ${name}; REVOKE ALL ON SCHEMA ledger, views FROM ${name};\n` +
        // A function, because `$` in a name would mean something in a text.
        grants.replaceAll(':"runtime"', () => name),
    ),
  );
};

/** Everybody may connect, unless somebody has taken that away; the owner of a ledger need not own the database. */
const grantConnect = async (owner: SqlClient, role: string): Promise<void> => {
  const may = `SELECT current_database() AS database, has_database_privilege($1, current_database(), 'CONNECT') AS yes`;
  const ask = async () =>
    onlyRow((await owner.query<{ database: string; yes: boolean }>(may, [role])).rows);
  const { database, yes } = await ask();
  if (yes) return;
  const grant = `GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO ${pg.escapeIdentifier(role)}`;
  await retried(() => owner.query(grant)).catch(() => undefined);
  if ((await ask()).yes) return;
  throw new PostgresError(
    'cannot-grant-connect',
    `The role ${role} may not connect to the database ${database}, and the owner of the ledger may not let it.`,
    `Ask an administrator to run ${grant};`,
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

/** The tables and views of the ledger that the current role may grant on: it owns them, or is a superuser. */
const OWNED = `SELECT format('%I.%I', n.nspname, c.relname) AS relation
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('ledger', 'views') AND c.relkind IN ('r', 'p', 'v', 'm')
    AND pg_has_role(current_user, c.relowner, 'USAGE')
    AND pg_has_role(c.relowner, n.nspowner, 'USAGE')`;

const ownedRelations = async (owner: SqlClient): Promise<readonly string[]> =>
  (await owner.query<{ relation: string }>(OWNED)).rows.map(({ relation }) => relation);

/** What webhooks are signed with: whoever reads it can sign as the ledger. */
const SECRETS: readonly string[] = ['ledger.alert_secret'];

/** SELECT, and nothing else, of all but what is secret. Tables of views belong to the role that serves, which shares them (shareViews). */
export const grantAuditor = async (owner: SqlClient, role: string): Promise<void> => {
  await grantConnect(owner, role);
  const name = pg.escapeIdentifier(role);
  const relations = (await ownedRelations(owner))
    .filter((each) => !SECRETS.includes(each))
    .join(', ');
  await transactionOn(owner, () =>
    owner.query(
      `GRANT USAGE ON SCHEMA ledger, views TO ${name}; GRANT SELECT ON ${relations} TO ${name}`,
    ),
  );
};

/** All that was granted in this database. The role itself is left as it is. */
export const revokeAll = async (owner: SqlClient, role: string): Promise<void> => {
  const name = pg.escapeIdentifier(role);
  const relations = (await ownedRelations(owner)).join(', ');
  await transactionOn(owner, () =>
    owner.query(
      `REVOKE ALL ON ${relations} FROM ${name}; REVOKE ALL ON SCHEMA ledger, views FROM ${name}`,
    ),
  );
};

export type MovedViews = 'kept' | 'handed over' | 'dropped, to be filled again';

/**
 * Tables of views belong to the role that made them, and nobody else may change them. Where another one is to serve, a
 * superuser hands them over, unless the role before put something into them that would then run as the new one; any other
 * owner can only drop them, which the owner of a schema may: they are filled again from the ledger.
 */
export const moveViews = async (owner: SqlClient, runtime: string): Promise<MovedViews> =>
  transactionOn(owner, async () => {
    const { rows } = await owner.query<{ relation: string; kind: string; super: boolean }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS relation, c.relkind AS kind,
              (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'views' AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relowner <> n.nspowner
         AND pg_get_userbyid(c.relowner) <> $1`,
      [runtime],
    );
    if (rows.length === 0) return 'kept';
    const isPlain = rows.every(({ kind }) => kind === 'r') && (await oddTables(owner)).length === 0;
    if (isPlain && rows.every((row) => row.super)) {
      const name = pg.escapeIdentifier(runtime);
      for (const { relation } of rows)
        await owner.query(`ALTER TABLE ${relation} OWNER TO ${name}`);
      return 'handed over';
    }
    const WORDS: Readonly<Record<string, string>> = { v: 'VIEW', m: 'MATERIALIZED VIEW' };
    for (const { relation, kind } of rows)
      await owner.query(`DROP ${WORDS[kind] ?? 'TABLE'} IF EXISTS ${relation} CASCADE`);
    await owner.query('DELETE FROM views.projection_checkpoint; DELETE FROM views.projection');
    return 'dropped, to be filled again';
  });
