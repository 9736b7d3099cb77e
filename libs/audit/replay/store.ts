import type { PoolClient } from 'pg';
import type { NetChanges } from '../../projections/engine/net-changes.js';
import type { Projection } from '../../projections/engine/projection.js';
import type { TableShape } from '../../projections/engine/projection.js';
import type { SortedRows } from './compare.js';
import { MemoryStore } from './memory-store.js';
import { TemporaryStore } from './temporary-store.js';

/** Where a replay keeps the rows that it folds. Both keep the same rows and refuse the same. */
export interface ReplayStore {
  readonly kind: 'temporary-tables' | 'memory';
  /**
   * All of it or, when it throws, nothing.
   * @throws what PostgreSQL (SQLSTATE 22, 23 and 54) or UnstorableCell says of a value that does not fit its column.
   */
  add(projection: Projection, changes: NetChanges): Promise<void>;
  rows(table: TableShape): SortedRows;
}

/** A replay in memory takes at most this many rows of a view: about a gigabyte. */
const MEMORY_ROWS_MAX = 1_000_000;

/**
 * Temporary tables where the session may make them, so that a view may have any number of rows. Else memory: a server
 * that takes no writes (a standby, or default_transaction_read_only) has none, nor has a role without TEMPORARY.
 */
export const openStore = async (
  client: PoolClient,
  projections: readonly Projection[],
  wanted: 'memory' | 'any' = 'any',
): Promise<ReplayStore> => {
  if (wanted === 'memory') return new MemoryStore(MEMORY_ROWS_MAX);
  try {
    return await TemporaryStore.open(client, projections);
  } catch (error) {
    if (!NO_TEMPORARY_TABLES.has((error as { code?: string }).code ?? '')) throw error;
    return new MemoryStore(MEMORY_ROWS_MAX);
  }
};

/** read_only_sql_transaction, insufficient_privilege. */
const NO_TEMPORARY_TABLES: ReadonlySet<string> = new Set(['25006', '42501']);
