import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import type { SqlClient } from '../../libs/ledger/postgres/sql-client.js';

/** From the sources and from dist/ alike: the SQL files lie beside the sources. */
export const sqlFolder = (): string => {
  for (let path = dirname(fileURLToPath(import.meta.url)); ; path = dirname(path)) {
    const found = join(path, 'infra', 'postgres');
    if (existsSync(join(found, 'migrations'))) return found;
    if (path === dirname(path)) throw new Error('infra/postgres/migrations not found');
  }
};

export interface Migration {
  readonly name: string;
  readonly sha256: string;
}

/** In the order of their names, with their checksums: an applied migration is history, never edited. */
export const migrationFiles = (): readonly (Migration & { readonly sql: string })[] => {
  const folder = join(sqlFolder(), 'migrations');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    });
};

/**
 * Which files a database with these migrations still lacks. Throws where it is not a database of this version or an
 * earlier one.
 */
export const pendingAfter = (
  applied: readonly Migration[],
): readonly (Migration & { readonly sql: string })[] => {
  const files = migrationFiles();
  const names = new Set(files.map(({ name }) => name));
  const newer = applied.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (newer.length > 0)
    throw new PostgresError(
      'migration-unknown',
      `The database has migrations this version does not know (${newer.join(', ')}): it was used by a newer version.`,
      'Use the version of commitment-ledger that migrated it, or a later one.',
    );
  const known = new Map(applied.map(({ name, sha256 }) => [name, sha256]));
  for (const { name, sha256 } of files) {
    const before = known.get(name);
    if (before !== undefined && before !== sha256)
      throw new PostgresError(
        'migration-changed',
        `${name} was changed after it was applied to this database.`,
        'Restore the file as it was, and add a new migration instead.',
      );
  }
  return files.filter(({ name }) => !known.has(name));
};

/** Migrations that the database lists as applied, read as its owner; none where nothing was migrated. Changes nothing. */
export const appliedMigrations = async (owner: SqlClient): Promise<readonly Migration[]> => {
  const { rowCount } = await owner.query(
    `SELECT FROM pg_class WHERE relname = 'ledger_migration' AND relnamespace = 'public'::regnamespace`,
  );
  if (rowCount === 0) return [];
  const { rows } = await owner.query<Migration>(
    'SELECT name, sha256 FROM public.ledger_migration ORDER BY name',
  );
  return rows;
};

/** Each file once, each in a transaction of its own. Answers with the names of those that were applied now. */
export const applyMigrations = async (owner: SqlClient): Promise<string[]> => {
  const pending = pendingAfter(await appliedMigrations(owner));
  if (pending.length === 0) return [];
  await owner.query(
    `CREATE TABLE IF NOT EXISTS public.ledger_migration
       (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  for (const { name, sql, sha256 } of pending)
    await transactionOn(owner, async () => {
      await owner.query(sql);
      await owner.query('INSERT INTO public.ledger_migration (name, sha256) VALUES ($1, $2)', [
        name,
        sha256,
      ]);
    });
  return pending.map(({ name }) => name);
};

export const transactionOn = async <Result>(
  client: SqlClient,
  work: () => Promise<Result>,
): Promise<Result> => {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
};
