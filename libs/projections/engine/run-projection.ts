import type { Instant } from '../../domain/decider.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import { commitChunk, isDataError, type CommitWork } from './commit-chunk.js';
import { continuing, type EventSource } from './event-source.js';
import { Folding } from './folding.js';
import type { Generation } from './generations.js';
import type { NetChanges } from './net-changes.js';
import type { Projection } from './projection.js';
import { quarantine } from './quarantine.js';
import { commitSkip, skipOf, type SkipReader } from './skips.js';

export interface ShardWork extends CommitWork {
  readonly source: EventSource;
  /** The ledger: it has the decisions to pass over an event. Asked only when one cannot be folded. */
  readonly reader: SkipReader;
  /** Entries per transaction. */
  readonly limit: number;
}

export interface ChunkWork extends ShardWork {
  readonly generation: Generation;
}

export type ChunkOutcome =
  /** `recordedAt`: of the entry that the checkpoint is at. */
  | {
      readonly outcome: 'advanced';
      readonly checkpoint: Checkpoint;
      readonly recordedAt: Instant;
    }
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
  return commitEntries(work, checkpoint, await nextEntries(work, checkpoint));
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
): Promise<ChunkOutcome> => {
  const [first] = entries;
  if (!first) return { outcome: 'idle' };
  const { generation } = work;
  const folded = fold(generation.projection, entries);
  await work.at?.('after-fold');
  const last = entries[folded.count - 1];
  if (!last) return passOverOrStop(work, checkpoint, first, folded.error);
  const to = { shard: checkpoint.shard, position: last.position, hash: last.hash };
  try {
    const { changes } = folded;
    const committed = await commitChunk(work, checkpoint, to, [{ generation, changes }]);
    if (!committed) return { outcome: await whyNot(work, checkpoint) };
  } catch (error) {
    if (!isDataError(error)) throw error;
    // Some value does not fit its column: halve, until the event that brought it stands alone.
    if (folded.count > 1) {
      return commitEntries(work, checkpoint, entries.slice(0, folded.count >> 1));
    }
    return passOverOrStop(work, checkpoint, last, error);
  }
  await work.at?.('after-commit');
  // What is left of the chunk, the poison first, is for the next call.
  return { outcome: 'advanced', checkpoint: to, recordedAt: last.recordedAt };
};

interface Folded {
  readonly changes: NetChanges;
  /** Entries folded; fewer than given: the next one is poison. */
  readonly count: number;
  readonly error: unknown;
}

const fold = (projection: Projection, entries: readonly RecordedEntry[]): Folded => {
  const folding = new Folding(projection);
  for (const [index, entry] of entries.entries()) {
    try {
      folding.take(entry);
    } catch (error) {
      // The poison may have added some of its rows before it failed.
      const { changes } = fold(projection, entries.slice(0, index));
      return { changes, count: index, error };
    }
  }
  return { changes: folding.changes, count: entries.length, error: null };
};

/** The one event that failed, alone: the ledger is asked only now whether somebody decided to go on without it. */
const passOverOrStop = async (
  work: ChunkWork,
  checkpoint: Checkpoint,
  entry: RecordedEntry,
  error: unknown,
): Promise<ChunkOutcome> => {
  const { reader, generation } = work;
  if ((await skipOf(reader, generation.projection, entry)) === null)
    return stop(work, entry, error);
  if (!(await commitSkip(work, generation, checkpoint, entry)))
    return { outcome: await whyNot(work, checkpoint) };
  await work.at?.('after-commit');
  const { shard, position, hash, recordedAt } = entry;
  return { outcome: 'advanced', checkpoint: { shard, position, hash }, recordedAt };
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
