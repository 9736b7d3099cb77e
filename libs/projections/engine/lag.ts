import type { Pool } from 'pg';
import { microsOf, type Instant } from '../../domain/instant.js';
import type { LedgerReader } from '../../ledger/ledger.js';
import type { Projection } from './projection.js';
import { projectionStatus } from './status.js';

export interface ProjectionLag {
  readonly name: string;
  /** Events in the ledger that the live view has not applied, over all shards. */
  readonly events: number;
  /** Age of the oldest of them, in seconds; 0: there is none. */
  readonly seconds: number;
  /** Events that it lacks, because somebody decided to pass over them. */
  readonly skipped: number;
}

/** How far each live view is behind the ledger. */
export const projectionLag = async (
  pool: Pool,
  reader: LedgerReader,
  projections: readonly Projection[],
  now: Instant,
): Promise<readonly ProjectionLag[]> => {
  const heads = new Map((await reader.heads()).map(({ shard, position }) => [shard, position]));
  const live = (await projectionStatus(pool, reader, projections)).filter(
    ({ state }) => state === 'live',
  );
  return Promise.all(
    live.map(async ({ name, lag, ledgerPosition, skipped }) => {
      const waiting = await Promise.all(
        [...heads]
          .filter(([shard, head]) => (ledgerPosition[shard] ?? 0) < head)
          .map(([shard]) => reader.read(shard, ledgerPosition[shard] ?? 0, 1)),
      );
      const ages = waiting.flat().map(({ recordedAt }) => microsOf(now) - microsOf(recordedAt));
      const oldest = ages.reduce((most, age) => (age > most ? age : most), 0n);
      return { name, events: lag, seconds: Number(oldest) / 1e6, skipped };
    }),
  );
};
