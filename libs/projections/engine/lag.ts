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
  /** Shards in which it stands still at an event that it cannot fold. */
  readonly stoppedShards: number;
  /** It is also being built anew, beside this. */
  readonly rebuilding: boolean;
}

/** How far each live view is behind the ledger. */
export const projectionLag = async (
  pool: Pool,
  reader: LedgerReader,
  projections: readonly Projection[],
  now: Instant,
): Promise<readonly ProjectionLag[]> => {
  const heads = new Map((await reader.heads()).map(({ shard, position }) => [shard, position]));
  const statuses = await projectionStatus(pool, reader, projections);
  const live = statuses.filter(({ state }) => state === 'live');
  const building = new Set(
    statuses.filter(({ state }) => state === 'building').map(({ name }) => name),
  );
  return Promise.all(
    live.map(async ({ name, lag, ledgerPosition, skipped, stoppedAt }) => {
      const waiting = await Promise.all(
        [...heads]
          .filter(([shard, head]) => (ledgerPosition[shard] ?? 0) < head)
          .map(([shard]) => reader.read(shard, ledgerPosition[shard] ?? 0, 1)),
      );
      const ages = waiting.flat().map(({ recordedAt }) => microsOf(now) - microsOf(recordedAt));
      const oldest = ages.reduce((most, age) => (age > most ? age : most), 0n);
      return {
        ...{ name, events: lag, seconds: Number(oldest) / 1e6, skipped },
        ...{ stoppedShards: stoppedAt.length, rebuilding: building.has(name) },
      };
    }),
  );
};
