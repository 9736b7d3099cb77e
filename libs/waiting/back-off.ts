/** Milliseconds before the first repeat of what failed, and at most. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** For loops over shards: soon again after a hiccup, and no burden to a server that is away for an hour. */
const SHARD_LOOP: BackOff = { firstMs: 100, maxMs: 5_000 };

/** How long to wait after `failures` failures in a row (from 1): twice as long each time, up to the limit. */
export const backOff = (failures: number, { firstMs, maxMs }: BackOff = SHARD_LOOP): number =>
  Math.min(firstMs * 2 ** (failures - 1), maxMs);
