import type { Instant } from '../../../libs/domain/decider.js';
import { instantOfMicros, microsOf, instantOf } from '../../../libs/domain/instant.js';
import type { LedgerReader } from '../../../libs/ledger/ledger.js';

/** Recorded times: `from` included, `to` not, so that one window ends where the next begins and no entry is in both. */
export interface RecordedWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Positions of a shard: `after` itself is outside, `upTo` is inside. */
export interface PositionRange {
  readonly after: number;
  readonly upTo: number;
}

/** recordedAt grows with the position, so what was recorded within a window stands together in each shard. */
export const recordedWithin = async (
  reader: LedgerReader,
  shard: number,
  { from, to }: RecordedWindow,
): Promise<PositionRange> => ({
  after: from === undefined ? 0 : await lastBefore(reader, shard, instantOf(from)),
  upTo: to === undefined ? Infinity : await lastBefore(reader, shard, instantOf(to)),
});

const lastBefore = (reader: LedgerReader, shard: number, instant: Instant): Promise<number> =>
  reader.positionAt(shard, instantOfMicros(microsOf(instant) - 1n));
