import type { Pool } from 'pg';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { onlyRow } from '../../libs/ledger/postgres/sql-client.js';

const VERSION_MIN = 15;
const VERSION_MAX = 18;

/**
 * Refuses a server on which an acknowledged event could be lost with the power: fsync, full_page_writes or
 * synchronous_commit off, as this very connection sees them. Also refuses versions nobody has tried.
 */
export const checkDurability = async (
  pool: Pick<Pool, 'query'>,
  options: { readonly allowUnsafe?: boolean } = {},
): Promise<void> => {
  const { rows } = await pool.query<Record<string, string>>(
    `SELECT current_setting('server_version_num') AS version, current_setting('fsync') AS fsync,
            current_setting('full_page_writes') AS full_page_writes,
            current_setting('synchronous_commit') AS synchronous_commit`,
  );
  const settings = onlyRow(rows);
  const version = Math.floor(Number(settings.version) / 10_000);
  if (version < VERSION_MIN || version > VERSION_MAX)
    throw new PostgresError(
      'server-version',
      `PostgreSQL ${version} is not supported: ${VERSION_MIN} to ${VERSION_MAX} are.`,
    );
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter(
    (name) => settings[name] === 'off',
  );
  if (off.length > 0 && options.allowUnsafe !== true)
    throw new PostgresError(
      'unsafe-durability',
      `The database runs with ${off.join(', ')} off: acknowledged events could be lost. Run ` +
        off.map((name) => `ALTER SYSTEM SET ${name} = on;`).join(' ') +
        ' SELECT pg_reload_conf(); or start with the setting that allows unsafe durability.',
    );
};
