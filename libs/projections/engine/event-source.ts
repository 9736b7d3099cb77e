import type { RecordedEntry } from '../../ledger/ledger.js';

/** Where a projector reads from: the ledger itself (a LedgerReader is one), or whatever carries it. */
export interface EventSource {
  /** Entries with position > after, ascending and without gaps, at most `limit`. */
  read(shard: number, after: number, limit: number): Promise<readonly RecordedEntry[]>;
}

/** Reads the same range once, for projections that have to go alone from the same position. */
export const readingOnce = (source: EventSource): EventSource => {
  const ranges = new Map<string, Promise<readonly RecordedEntry[]>>();
  return {
    read(shard, after, limit) {
      const range = `${shard} ${after} ${limit}`;
      const reading = ranges.get(range) ?? source.read(shard, after, limit);
      ranges.set(range, reading);
      return reading;
    },
  };
};

/** The source and a checkpoint disagree about history. Nothing may be projected until a person has looked. */
export class LedgerForked extends Error {
  constructor(
    readonly shard: number,
    readonly position: number,
    expected: string,
    found: string,
  ) {
    super(
      `shard ${shard}: the entry at position ${position} follows ${found}, but what was projected ends with ${expected}`,
    );
  }
}

/** What comes after `position`, in one unbroken chain from `hash`. Throws LedgerForked, or for a gap. */
export const continuing = (
  entries: readonly RecordedEntry[],
  shard: number,
  position: number,
  hash: string,
): readonly RecordedEntry[] => {
  // A redelivering source may begin too early.
  const later = entries.filter((entry) => entry.position > position);
  let last = { position, hash };
  for (const entry of later) {
    if (entry.shard !== shard || entry.position !== last.position + 1) {
      throw new Error(`shard ${shard}: position ${last.position + 1} is missing from the source`);
    }
    if (entry.prev !== last.hash) {
      throw new LedgerForked(shard, entry.position, last.hash, entry.prev);
    }
    last = entry;
  }
  return later;
};
