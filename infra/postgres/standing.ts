import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { onlyRow, type SqlClient } from '../../libs/ledger/postgres/sql-client.js';

export interface Standing {
  readonly role: string;
  /** Why this connection must not serve, the gravest first; empty when it may. */
  readonly reasons: readonly string[];
}

/**
 * What whoever takes this connection over could do to the ledger beyond what serving takes. Asked of the role that
 * logged in and of the one that is set: the former can always be gone back to.
 */
export const standingOf = async (db: SqlClient): Promise<Standing> => {
  const { rows } = await db.query<{ role: string; reasons: string[] }>(STANDING);
  return onlyRow(rows);
};

/** @throws PostgresError `serving-as-owner`. */
export const refuseOwner = async (db: SqlClient): Promise<void> => {
  const { role, reasons } = await standingOf(db);
  if (reasons.length === 0) return;
  throw servingAsOwner(role, reasons);
};

export const servingAsOwner = (role: string, reasons: readonly string[]): PostgresError =>
  new PostgresError(
    'serving-as-owner',
    `The role ${role} must not serve: it ${reasons.slice(0, 3).join(', and ')}. Whoever took over the process could rewrite history.`,
    'Set LEDGER_RUNTIME_URL to a role that may only append (DATABASE_URL=… commitment-ledger ' +
      'migrate makes one and prints it), and unset DATABASE_URL where the ledger serves.',
  );

const STANDING = `
WITH me AS (
  SELECT oid, rolname, rolsuper, rolcreaterole, rolreplication FROM pg_roles
  WHERE rolname IN (session_user, current_user)
), tables AS (
  SELECT c.oid, c.relname, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'ledger' AND c.relkind IN ('r', 'p', 'v', 'm')
), owners AS (
  SELECT relowner AS owner, 'the ledger''s tables' AS what FROM tables
  UNION SELECT proowner, 'the ledger''s functions' FROM pg_proc
    WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'ledger')
  UNION SELECT nspowner, 'the schema ' || nspname FROM pg_namespace WHERE nspname IN ('ledger', 'views')
  UNION SELECT relowner, 'the list of migrations' FROM pg_class
    WHERE relname = 'ledger_migration' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'public')
  UNION SELECT datdba, 'the database' FROM pg_database WHERE datname = current_database()
), reasons AS (
  SELECT 1 AS rank, 'is a superuser' AS reason FROM me WHERE rolsuper
  UNION SELECT 2, CASE WHEN owner = me.oid THEN 'owns ' ELSE 'can become the owner (' || pg_get_userbyid(owner) || ') of ' END || what
    FROM me, owners WHERE NOT rolsuper AND pg_has_role(me.oid, owner, 'MEMBER')
  UNION SELECT 3, 'may make itself a member of any role (CREATEROLE)' FROM me
    WHERE rolcreaterole AND NOT rolsuper AND current_setting('server_version_num')::int < 160000
  UNION SELECT 4, 'is a member of ' || power.rolname FROM me, pg_roles power
    WHERE NOT me.rolsuper AND pg_has_role(me.oid, power.oid, 'MEMBER') AND power.rolname IN
      ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files', 'pg_write_all_data')
  UNION SELECT 5, 'may copy the whole server (REPLICATION)' FROM me WHERE rolreplication AND NOT rolsuper
  UNION SELECT 6, 'may ' || lower(verb) || ' ledger.' || relname
    FROM me, tables, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS verb
    WHERE NOT rolsuper AND NOT pg_has_role(me.oid, relowner, 'MEMBER')
      AND (verb IN ('TRUNCATE', 'TRIGGER') OR relname IN ('ledger', 'api_key', 'migration')
           OR (relname = 'ledger_event' AND verb <> 'INSERT'))
      AND (has_table_privilege(me.oid, tables.oid, verb)
           OR (verb IN ('INSERT', 'UPDATE') AND has_any_column_privilege(me.oid, tables.oid, verb)))
  UNION SELECT 7, 'may create in the schema ledger' FROM me, pg_namespace
    WHERE NOT rolsuper AND nspname = 'ledger' AND NOT pg_has_role(me.oid, nspowner, 'MEMBER')
      AND has_schema_privilege(me.oid, pg_namespace.oid, 'CREATE')
)
SELECT session_user AS role, coalesce((SELECT array_agg(reason ORDER BY rank, reason) FROM reasons), '{}') AS reasons`;
