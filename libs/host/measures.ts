import { readFile } from 'node:fs/promises';
import type { QueryBus } from '@nestjs/cqrs';
import type pg from 'pg';
import type { DatabaseHealth } from '../application/database-health.js';
import { instantOf } from '../domain/instant.js';
import { projections } from '../projections/all.js';
import { projectionLag } from '../projections/engine/lag.js';
import type { Views } from '../projections/asking/read-view.js';
import { GetRemainingRatios } from '../projections/remaining-obligation/get-remaining-obligation.js';
import { DATABASE, type Measure, type Metrics } from './metrics.js';

/** A series is kept for every label that was ever seen, by whoever scrapes: beyond this there are views to ask. */
const COMMITMENTS_MAX = 200;
const REMAINING_EVERY_MS = 15_000;

/** Whether the database answers, and takes writes. */
export const measureDatabase = (
  health: Pick<DatabaseHealth, 'look'>,
  { databaseUp, databaseWritable }: Pick<Metrics, 'databaseUp' | 'databaseWritable'>,
): Measure => ({
  name: DATABASE,
  measure: async () => {
    const { readable, writable } = await health.look();
    databaseUp.set(readable ? 1 : 0);
    databaseWritable.set(writable ? 1 : 0);
    if (!readable) throw new Error('the database does not answer');
  },
  drop: () => undefined,
});

/** How far the views are behind, and what they lack. */
export const measureLag = (
  { pool, reader }: Views,
  {
    projectionLagEvents,
    projectionLagSeconds,
    projectionSkippedEvents,
    projectionStoppedShards,
    projectionRebuilding,
  }: Metrics,
): Measure => ({
  name: 'projection-lag',
  measure: async () => {
    const now = instantOf(new Date().toISOString());
    for (const each of await projectionLag(pool, reader, projections, now)) {
      const { name, events, seconds, skipped, stoppedShards, rebuilding } = each;
      projectionLagEvents.set({ projection: name }, events);
      projectionLagSeconds.set({ projection: name }, seconds);
      projectionSkippedEvents.set({ projection: name }, skipped);
      projectionStoppedShards.set({ projection: name }, stoppedShards);
      projectionRebuilding.set({ projection: name }, rebuilding ? 1 : 0);
    }
  },
  drop: () => {
    projectionLagEvents.reset();
    projectionLagSeconds.reset();
    projectionSkippedEvents.reset();
    projectionStoppedShards.reset();
    projectionRebuilding.reset();
  },
});

/** Connections are counted here, not in the database: they are told also while it is away. */
export const measurePool = (
  pool: Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount'>,
  { poolConnections, poolWaiting }: Metrics,
): Measure => ({
  name: 'pool',
  isElsewhere: true,
  measure: async () => {
    poolConnections.set({ state: 'in-use' }, pool.totalCount - pool.idleCount);
    poolConnections.set({ state: 'idle' }, pool.idleCount);
    poolWaiting.set(pool.waitingCount);
  },
  drop: () => undefined,
});

/** Usage that waits for its agreement, and for how long. */
export const measureParked = (
  pool: Pick<pg.Pool, 'query'>,
  { parkedUsage, parkedOldestSeconds }: Metrics,
): Measure => ({
  name: 'parked-usage',
  measure: atMostEvery(REMAINING_EVERY_MS, async () => {
    const { rows } = await pool.query<{ events: number; oldest: number }>(
      `SELECT count(*)::float8 AS events,
              coalesce(extract(epoch FROM now() - min(first_seen)), 0)::float8 AS oldest FROM ledger.parked`,
    );
    for (const { events, oldest } of rows) {
      parkedUsage.set(events);
      parkedOldestSeconds.set(oldest);
    }
  }),
  drop: () => {
    // Not `reset`: that would say 0.
    parkedUsage.remove();
    parkedOldestSeconds.remove();
  },
});

/** When the ledger was last verified, and whether it was sound: as the report says that "verify --json --out" left there. */
export const measureVerified = (
  file: string,
  { lastVerified, lastVerifiedSound }: Metrics,
): Measure => ({
  name: 'last-verified',
  isElsewhere: true,
  measure: async () => {
    const report = JSON.parse(await readFile(file, 'utf8')) as {
      takenAt?: string;
      sound?: boolean;
    };
    const takenAt = Date.parse(report.takenAt ?? '') / 1_000;
    if (!Number.isFinite(takenAt)) throw new Error('it is no report of verify');
    lastVerified.set(takenAt);
    lastVerifiedSound.set(report.sound === true ? 1 : 0);
  },
  drop: () => {
    lastVerified.remove();
    lastVerifiedSound.remove();
  },
});

/**
 * What is left of commitments, of one tenant: the ids of another's would not be told apart, and are not for whoever
 * may scrape.
 */
export const measureRemaining = (
  queries: QueryBus,
  tenant: string,
  { commitmentRemainingRatio, commitmentsWithoutRatio }: Metrics,
): Measure => ({
  name: 'remaining-ratio',
  measure: atMostEvery(REMAINING_EVERY_MS, async () => {
    const { ratios, leftOut } = await queries.execute(
      new GetRemainingRatios({ tenant, limit: COMMITMENTS_MAX }),
    );
    // Without an await between, so that no scrape sees some of them.
    commitmentRemainingRatio.reset();
    for (const { commitmentId, ratio } of ratios)
      commitmentRemainingRatio.set({ commitment: commitmentId }, ratio);
    commitmentsWithoutRatio.set(leftOut);
  }),
  drop: () => {
    commitmentRemainingRatio.reset();
    // Not `reset`: that would say 0.
    commitmentsWithoutRatio.remove();
  },
});

/** Scrapes are open to everybody: however many there are, the database is asked no more often than this. */
export const atMostEvery = (
  ms: number,
  measure: () => Promise<void>,
  now: () => number = () => performance.now(),
): (() => Promise<void>) => {
  let last: Promise<void> | undefined;
  let until = -Infinity;
  return () => {
    if (last === undefined || now() >= until) {
      until = now() + ms;
      last = measure();
    }
    return last;
  };
};
