import type { Pool } from 'pg';
import type { SqlClient } from '../../ledger/postgres/sql-client.js';
import { moveCheckpoints, type Checkpoint } from './checkpoint.js';
import { tableName, type Generation } from './generations.js';
import type { NetChanges } from './net-changes.js';
import { inTransaction } from './transaction.js';
import { upsertOf, type RowsOfTable } from './upsert.js';

/** Places where a test can kill the work; each leaves the chunk either whole or not there. */
export type CommitPoint = 'after-fold' | 'after-checkpoint' | 'after-upsert' | 'after-commit';

export interface CommitWork {
  readonly pool: Pool;
  /** For tests: may throw. */
  readonly at?: (point: CommitPoint) => void | Promise<void>;
}

/** What a chunk changes in one projection. */
export interface GenerationChanges {
  readonly generation: Generation;
  readonly changes: NetChanges;
}

/**
 * The checkpoints go first: moving them is the lock that keeps other projectors away from the rows. False: not all of
 * them stood at `from`, and nothing is changed.
 */
export const commitChunk = async (
  { pool, at }: CommitWork,
  from: Checkpoint,
  to: Checkpoint,
  shares: readonly GenerationChanges[],
): Promise<boolean> => {
  const generations = shares.map(({ generation }) => generation);
  const move = (client: SqlClient): Promise<boolean> =>
    moveCheckpoints(client, generations, from, to);
  const upsert = upsertOf(shares.flatMap(rowsOf));
  // One statement is a transaction of its own.
  if (upsert === null) return move(pool);
  return inTransaction(pool, BEGIN, async (client) => {
    if (!(await move(client))) return false;
    await at?.('after-checkpoint');
    await client.query(upsert);
    await at?.('after-upsert');
    return true;
  });
};

const rowsOf = ({ generation, changes }: GenerationChanges): RowsOfTable[] =>
  generation.projection.tables.map((table) => ({
    relation: tableName(generation, table),
    table,
    rows: changes.of(table),
  }));

/**
 * SQLSTATE classes 22 (data exception), 23 (constraint violation) and 54 (program limit exceeded: a key too long for its
 * index): the same again however often it is tried.
 */
export const isDataError = (error: unknown): boolean =>
  /^(?:2[23]|54)/.test(String((error as { code?: unknown }).code ?? ''));

/** A projector that freezes holds up its successor only so long: the server ends its session, and the chunk with it. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '15s'`;
