import type { Pool, PoolClient } from 'pg';
import type { SqlClient } from '../../ledger/postgres/sql-client.js';
import type { Projection, TableShape } from './projection.js';
import { shareViews } from './share-views.js';
import { inTransaction } from './transaction.js';

/**
 * A projection's tables exist in generations: one is live and answers questions, another may be filling beside it.
 * Which is live is one row of views.projection, so that switching is one update.
 */
export interface Generation {
  readonly projection: Projection;
  readonly generation: number;
}

/** A client inside or outside a transaction. */
export type GenerationState = 'live' | 'building' | 'retired';

const MAX_IDENTIFIER = 63;

/** `views.<table>_v<version>_g<generation>`. Names come from the code, never from input. */
export const tableName = ({ projection, generation }: Generation, table: TableShape): string => {
  const name = `${table.name}_v${projection.version}_g${generation}`;
  if (!/^[a-z][a-z0-9_]*$/.test(name) || name.length > MAX_IDENTIFIER) {
    throw new Error(`not a table name: ${name}`);
  }
  return `views.${name}`;
};

const createTables = async (client: SqlClient, of: Generation): Promise<void> => {
  for (const table of of.projection.tables) {
    const relation = tableName(of, table);
    const columns = [...table.key, ...table.values].map(({ name, type }) => `${name} ${type}`);
    const key = table.key.map(({ name }) => name);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${relation} (${columns.join(', ')}, PRIMARY KEY (${key.join(', ')}))`,
    );
    for (const columns of table.indexes) {
      await client.query(`CREATE INDEX ON ${relation} (${columns.join(', ')})`);
    }
  }
};

export const dropTables = async (client: SqlClient, of: Generation): Promise<void> => {
  for (const table of of.projection.tables) {
    await client.query(`DROP TABLE IF EXISTS ${tableName(of, table)}`);
  }
};

/** The generation that answers questions, of this version of the projection; null when there is none yet. */
export const liveGeneration = async (
  client: SqlClient,
  projection: Projection,
): Promise<Generation | null> => {
  const { rows } = await client.query<{ generation: number }>(
    `SELECT generation FROM views.projection WHERE name = $1 AND version = $2 AND state = 'live'`,
    [projection.name, projection.version],
  );
  return rows[0] ? { projection, generation: rows[0].generation } : null;
};

/** Any number, the same for all our processes: generations are made and switched by one of them at a time. */
const GENERATIONS_LOCK = 0x76696577;

/** Runs `body` in one transaction that no other process makes or switches generations in. */
export const changingGenerations = <Result>(
  pool: Pool,
  body: (client: PoolClient) => Promise<Result>,
): Promise<Result> =>
  inTransaction(pool, 'BEGIN ISOLATION LEVEL READ COMMITTED', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
    return body(client);
  });

export const newGeneration = async (
  client: SqlClient,
  projection: Projection,
  state: 'live' | 'building',
): Promise<Generation> => {
  const { rows } = await client.query<Pick<Generation, 'generation'>>(
    `INSERT INTO views.projection (name, version, generation, state)
     SELECT $1, $2, coalesce(max(generation), 0) + 1, $3 FROM views.projection
     WHERE name = $1 AND version = $2 RETURNING generation`,
    [projection.name, projection.version, state],
  );
  const [made] = rows;
  if (!made) throw new Error(`no generation of ${projection.name} was inserted`);
  const generation = { projection, generation: made.generation };
  await createTables(client, generation);
  await shareViews(client);
  return generation;
};

/** Generations of any state, oldest first. */
export const generationsIn = async (
  client: SqlClient,
  projection: Projection,
  state: GenerationState,
): Promise<Generation[]> => {
  const { rows } = await client.query<{ generation: number }>(
    `SELECT generation FROM views.projection
     WHERE name = $1 AND version = $2 AND state = $3 ORDER BY generation`,
    [projection.name, projection.version, state],
  );
  return rows.map(({ generation }) => ({ projection, generation }));
};
