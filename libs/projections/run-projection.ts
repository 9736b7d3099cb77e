import type { Pool, PoolClient } from 'pg';
import type { RecordedEntry } from '../ledger/ledger.js';
import { moveCheckpoint, readCheckpoint, type Checkpoint } from './checkpoint.js';
import { continuing, type EventSource } from './event-source.js';
import { relationOf, type Generation, type Queryable } from './generations.js';
import { NetChanges } from './net-changes.js';
import { quarantine, skipsOnce } from './quarantine.js';
import type { Projection } from './projection.js';
import { upsert } from './upsert.js';

/** Places where a test can kill the work; each leaves the chunk either whole or not there. */
export type FaultPoint = 'after-fold' | 'after-checkpoint' | 'after-upsert' | 'after-commit';

export interface ChunkWork {
  readonly pool: Pool;
  readonly source: EventSource;
  readonly generation: Generation;
  /** Entries per transaction. */
  readonly limit: number;
  /** What somebody decided to pass over, of the shard. Default: looked up. */
  readonly skips?: (projection: Projection) => Promise<ReadonlySet<number>>;
  /** For tests: may throw. */
  readonly at?: (point: FaultPoint) => void | Promise<void>;
}

export type ChunkOutcome =
  | { readonly outcome: 'advanced'; readonly checkpoint: Checkpoint }
  | { readonly outcome: 'idle' }
  /** Another projector was here: load the checkpoint again. */
  | { readonly outcome: 'overtaken' }
  /** The generation was retired: find the live one again. */
  | { readonly outcome: 'gone' }
  /** An event could not be folded; everything before it is. */
  | { readonly outcome: 'stopped'; readonly position: number; readonly error: string };

/**
 * One chunk of one shard of one projection. Rows and checkpoint are committed together, so a crash anywhere leaves
 * the chunk done or not done, and a chunk that comes twice changes nothing.
 *
 * Entries are read before the transaction begins: no connection is held while waiting for another, and the lock is
 * short. The price is that the work is thrown away when another projector did it meanwhile.
 */
export const runChunk = async (work: ChunkWork, checkpoint: Checkpoint): Promise<ChunkOutcome> => {
  const { shard, position, hash } = checkpoint;
  const read = await work.source.read(shard, position, work.limit);
  const entries = continuing(read, shard, position, hash);
  if (entries.length === 0) return { outcome: 'idle' };
  const skips = work.skips ?? skipsOnce(work.pool, shard);
  const skipped = await skips(work.generation.projection);
  return commitEntries(work, checkpoint, entries, skipped);
};

const commitEntries = async (
  work: ChunkWork,
  checkpoint: Checkpoint,
  entries: readonly RecordedEntry[],
  skipped: ReadonlySet<number>,
): Promise<ChunkOutcome> => {
  const folded = fold(work.generation.projection, entries, skipped);
  await work.at?.('after-fold');
  const last = entries[folded.count - 1];
  if (last) {
    const to = { shard: checkpoint.shard, position: last.position, hash: last.hash };
    try {
      const outcome = await commit(work, checkpoint, to, folded.changes);
      if (outcome !== 'committed') return { outcome };
    } catch (error) {
      if (!isDataError(error)) throw error;
      // Some value does not fit its column: halve, until the event that brought it stands alone.
      if (folded.count > 1) {
        return commitEntries(work, checkpoint, entries.slice(0, folded.count >> 1), skipped);
      }
      return stop(work, last, error);
    }
    await work.at?.('after-commit');
    // What is left of the chunk, the poison first, is for the next call.
    return { outcome: 'advanced', checkpoint: to };
  }
  return stop(work, entries[0]!, folded.error);
};

interface Folded {
  readonly changes: NetChanges;
  /** Entries folded; fewer than given: the next one is poison. */
  readonly count: number;
  readonly error: unknown;
}

const fold = (
  projection: Projection,
  entries: readonly RecordedEntry[],
  skipped: ReadonlySet<number>,
): Folded => {
  const handled = new Set(projection.handles);
  let changes = new NetChanges();
  for (const [index, entry] of entries.entries()) {
    if (skipped.has(entry.position) || !handled.has(entry.event.type)) continue;
    try {
      projection.fold(entry, changes);
    } catch (error) {
      // The poison may have added some of its rows before it failed.
      changes = fold(projection, entries.slice(0, index), skipped).changes;
      return { changes, count: index, error };
    }
  }
  return { changes, count: entries.length, error: null };
};

/** The checkpoint goes first: moving it is the lock that keeps other projectors away from the rows. */
const commit = async (
  work: ChunkWork,
  from: Checkpoint,
  to: Checkpoint,
  changes: NetChanges,
): Promise<'committed' | 'overtaken' | 'gone'> => {
  const { generation, pool } = work;
  const { tables } = generation.projection;
  const move = (client: Queryable): Promise<boolean> =>
    moveCheckpoint(client, generation, from, to);
  const write = async (client: Queryable): Promise<boolean> => {
    if (!(await move(client))) return false;
    await work.at?.('after-checkpoint');
    for (const table of tables)
      await upsert(client, relationOf(generation, table), table, changes.of(table));
    await work.at?.('after-upsert');
    return true;
  };
  // Most chunks hold nothing for most projections, and one statement is a transaction of its own.
  const moved =
    changes.touched().length === 0 ? await move(pool) : await inTransaction(pool, write);
  if (moved) return 'committed';
  return (await readCheckpoint(pool, generation, from.shard)) === null ? 'gone' : 'overtaken';
};

/** A projector that freezes holds up its successor only so long: the server ends its session, and the chunk with it. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '15s'`;

const inTransaction = async <Result>(
  pool: Pool,
  body: (client: PoolClient) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect();
  try {
    await client.query(BEGIN);
    const result = await body(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
};

/** SQLSTATE classes 22 (data exception) and 23 (constraint violation): the same again however often it is tried. */
const isDataError = (error: unknown): boolean =>
  /^2[23]/.test(String((error as { code?: unknown }).code ?? ''));

const stop = async (
  { pool, generation }: ChunkWork,
  { shard, position }: RecordedEntry,
  error: unknown,
): Promise<ChunkOutcome> => {
  const text = error instanceof Error ? error.message : String(error);
  await quarantine(pool, generation.projection, shard, position, text);
  return { outcome: 'stopped', position, error: text };
};
