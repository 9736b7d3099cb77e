import type { RecordedEntry } from '../ledger/ledger.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import { commitChunk, isDataError, type CommitWork } from './commit-chunk.js';
import { continuing, type EventSource } from './event-source.js';
import { Folding } from './folding.js';
import type { Generation } from './generations.js';
import type { NetChanges } from './net-changes.js';
import { quarantine, skipsOnce } from './quarantine.js';
import type { Projection } from './projection.js';

export type { FaultPoint } from './commit-chunk.js';

export interface ShardWork extends CommitWork {
  readonly source: EventSource;
  /** Entries per transaction. */
  readonly limit: number;
  /** What somebody decided to pass over, of the shard. Default: looked up. */
  readonly skips?: (projection: Projection) => Promise<ReadonlySet<number>>;
}

export interface ChunkWork extends ShardWork {
  readonly generation: Generation;
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
  const entries = await nextEntries(work, checkpoint);
  if (entries.length === 0) return { outcome: 'idle' };
  const skips = work.skips ?? skipsOnce(work.pool, checkpoint.shard);
  const skipped = await skips(work.generation.projection);
  return commitEntries(work, checkpoint, entries, skipped);
};

export const nextEntries = async (
  { source, limit }: ShardWork,
  { shard, position, hash }: Checkpoint,
): Promise<readonly RecordedEntry[]> =>
  continuing(await source.read(shard, position, limit), shard, position, hash);

const commitEntries = async (
  work: ChunkWork,
  checkpoint: Checkpoint,
  entries: readonly RecordedEntry[],
  skipped: ReadonlySet<number>,
): Promise<ChunkOutcome> => {
  const { generation } = work;
  const folded = fold(generation.projection, entries, skipped);
  await work.at?.('after-fold');
  const last = entries[folded.count - 1];
  if (last) {
    const to = { shard: checkpoint.shard, position: last.position, hash: last.hash };
    try {
      const { changes } = folded;
      const committed = await commitChunk(work, checkpoint, to, [{ generation, changes }]);
      if (!committed) return { outcome: await whyNot(work, checkpoint) };
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
  const folding = new Folding(projection, skipped);
  for (const [index, entry] of entries.entries()) {
    try {
      folding.take(entry);
    } catch (error) {
      // The poison may have added some of its rows before it failed.
      const { changes } = fold(projection, entries.slice(0, index), skipped);
      return { changes, count: index, error };
    }
  }
  return { changes: folding.changes, count: entries.length, error: null };
};

const whyNot = async (
  { pool, generation }: ChunkWork,
  { shard }: Checkpoint,
): Promise<'overtaken' | 'gone'> =>
  (await readCheckpoint(pool, generation, shard)) === null ? 'gone' : 'overtaken';

const stop = async (
  { pool, generation }: ChunkWork,
  { shard, position }: RecordedEntry,
  error: unknown,
): Promise<ChunkOutcome> => {
  const text = error instanceof Error ? error.message : String(error);
  await quarantine(pool, generation.projection, shard, position, text);
  return { outcome: 'stopped', position, error: text };
};
