import type { Instant } from '../../domain/decider.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Checkpoint } from './checkpoint.js';
import { commitChunk, isDataError, type GenerationChanges } from './commit-chunk.js';
import { Folding } from './folding.js';
import type { Generation } from './generations.js';
import { nextEntries, type ShardWork } from './run-projection.js';

export interface TogetherWork extends ShardWork {
  /** Of different projections, all at the same checkpoint. */
  readonly generations: readonly Generation[];
}

export type TogetherOutcome =
  /** `recordedAt`: of the entry that the checkpoint is at. */
  | {
      readonly outcome: 'advanced';
      readonly checkpoint: Checkpoint;
      readonly recordedAt: Instant;
    }
  | { readonly outcome: 'idle' }
  /** Not all of them are there any more: find all of them again. */
  | { readonly outcome: 'overtaken' }
  /** One of them cannot take the chunk. Nothing was done: `runChunk` for each finds out which, and at what event. */
  | { readonly outcome: 'alone' };

/**
 * One chunk of one shard of several projections: read once, folded entry by entry, and committed in one transaction,
 * so that it costs about as many round trips and flushes as one projection alone.
 */
export const runTogether = async (
  work: TogetherWork,
  checkpoint: Checkpoint,
): Promise<TogetherOutcome> => {
  const entries = await nextEntries(work, checkpoint);
  const last = entries.at(-1);
  if (!last) return { outcome: 'idle' };
  const shares = fold(work.generations, entries);
  if (shares === null) return { outcome: 'alone' };
  await work.at?.('after-fold');
  const to = { shard: checkpoint.shard, position: last.position, hash: last.hash };
  try {
    if (!(await commitChunk(work, checkpoint, to, shares))) return { outcome: 'overtaken' };
  } catch (error) {
    if (!isDataError(error)) throw error;
    return { outcome: 'alone' };
  }
  await work.at?.('after-commit');
  return { outcome: 'advanced', checkpoint: to, recordedAt: last.recordedAt };
};

/** Null: an event cannot be folded. */
const fold = (
  generations: readonly Generation[],
  entries: readonly RecordedEntry[],
): readonly GenerationChanges[] | null => {
  const foldings = generations.map((generation) => ({
    generation,
    folding: new Folding(generation.projection),
  }));
  try {
    for (const { folding } of foldings) for (const entry of entries) folding.take(entry);
  } catch {
    return null;
  }
  return foldings.map(({ generation, folding }) => ({ generation, changes: folding.changes }));
};
