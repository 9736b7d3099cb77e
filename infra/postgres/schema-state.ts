import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { pendingAfter, type Migration } from './migrations.js';
import { onlyRow, type SqlClient } from '../../libs/ledger/postgres/sql-client.js';

const MIGRATE = 'As the owner of the ledger: DATABASE_URL=… commitment-ledger migrate';

interface Found {
  readonly has_ledger: boolean;
  readonly has_list: boolean;
  readonly may_read: boolean;
  readonly role: string;
  readonly database: string;
}

/**
 * Throws unless there is a ledger of this very version that the connection may read: `no-ledger`, `schema-behind`,
 * `migration-unknown`, `migration-changed`, `not-granted`. Looks only.
 */
export const checkSchema = async (db: SqlClient): Promise<void> => {
  // By catalogue: names are looked up only in schemas that one may use.
  const { rows } = await db.query<Found>(
    `SELECT current_user AS role, current_database() AS database,
            bool_or(c.relname = 'ledger') AS has_ledger, bool_or(c.relname = 'migration') AS has_list,
            coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')), false) AS may_read
     FROM (SELECT 1) AS one
     LEFT JOIN pg_namespace n ON n.nspname = 'ledger'
     LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ledger', 'migration')`,
  );
  const { has_ledger, has_list, may_read, role, database } = onlyRow(rows);
  if (!has_ledger)
    throw new PostgresError(
      'no-ledger',
      `There is no ledger in the database ${database}. Nothing was made.`,
      `Check that the settings lead to the right database (commitment-ledger doctor). To make a ledger there: DATABASE_URL=… commitment-ledger migrate`,
    );
  if (!has_list) throw behind(database, null);
  if (!may_read)
    throw new PostgresError(
      'not-granted',
      `The role ${role} may not read the ledger in the database ${database}.`,
      'As the owner: commitment-ledger migrate with LEDGER_RUNTIME_URL naming the role that serves, ' +
        `or commitment-ledger migrate --auditor ${role} for one that only reads.`,
    );
  const applied = await db.query<Migration>('SELECT name, sha256 FROM ledger.migration');
  const pending = pendingAfter(applied.rows).map(({ name }) => name);
  if (pending.length > 0) throw behind(database, pending);
  const { rowCount } = await db.query('SELECT FROM ledger.ledger');
  if (rowCount === 0)
    throw new PostgresError(
      'no-ledger',
      `The database ${database} has the tables of a ledger, and no ledger in them.`,
      MIGRATE,
    );
};

const behind = (database: string, pending: readonly string[] | null): PostgresError =>
  new PostgresError(
    'schema-behind',
    `The ledger in the database ${database} is of an earlier version: it lacks ${
      pending === null ? 'migrations of this one' : pending.join(', ')
    }.`,
    MIGRATE,
  );
