import { join } from 'node:path';
import type pg from 'pg';
import { checkDurability } from '../../infra/postgres/durability.js';
import { startEmbedded } from '../../infra/postgres/embedded.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { UsageRecorder, type RecorderHooks } from '../../libs/application/record-usage.js';
import { UsageInbox } from '../../libs/application/usage-inbox.js';
import { DatabaseHealth, type HealthLog } from '../../libs/application/database-health.js';
import { PostgresLedger } from '../../libs/ledger/postgres-ledger.js';
import type { BatchReport } from '../../libs/ledger/shard-writer.js';
import type { Config } from '../../libs/runtime/config.js';
import type { Metrics } from '../../libs/runtime/metrics.js';
import { createPool, type PoolOptions } from '../../libs/runtime/pool.js';
import { ledgerParts } from './ledger-faults.js';

/** Everything one process needs to write to and read from the ledger. */
export interface System {
  readonly config: Config;
  /** What holds the data, in words for people. */
  readonly database: string;
  readonly ownerUrl: string;
  readonly pool: pg.Pool;
  readonly ledger: PostgresLedger;
  readonly reader: PostgresLedger;
  readonly recorder: UsageRecorder;
  readonly health: DatabaseHealth;
  readonly views: { readonly pool: pg.Pool; readonly reader: PostgresLedger };
  close(): Promise<void>;
}

export interface SystemOptions
  extends Pick<PoolOptions, 'queryMsMax'>, Pick<RecorderHooks, 'onFault'> {
  readonly metrics?: Metrics;
  /** Says when the database takes no writes, and when it does again. */
  readonly log?: HealthLog;
}

interface Server {
  readonly ownerUrl: string;
  readonly words: string;
  stop(): Promise<void>;
}

const databaseServer = async (config: Config): Promise<Server> => {
  if (config.databaseUrl !== null) {
    const { host, pathname } = new URL(config.databaseUrl);
    return {
      ownerUrl: config.databaseUrl,
      words: `PostgreSQL of DATABASE_URL (${host}${pathname})`,
      stop: () => Promise.resolve(),
    };
  }
  const embedded = await startEmbedded({ dataDir: join(config.dataDir, 'postgres') });
  return {
    ownerUrl: embedded.ownerUrl,
    words: `embedded PostgreSQL in ${embedded.dataDir} (for trying out and tests)`,
    stop: () => embedded.stop(),
  };
};

const observer =
  (metrics: Metrics) =>
  (report: BatchReport): void => {
    metrics.appendBatchSize.observe(report.entries.length);
    metrics.appendDuration.observe(report.durationMs / 1_000);
    const byType = new Map<string, number>();
    for (const { event } of report.entries)
      byType.set(event.type, (byType.get(event.type) ?? 0) + 1);
    for (const [type, count] of byType) metrics.eventsAppended.inc({ type }, count);
  };

/** Opens the database that the configuration names, brings it up to date, and wires the ledger over it. */
export const openSystem = async (
  config: Config,
  { metrics, log, onFault = () => undefined, ...limits }: SystemOptions = {},
): Promise<System> => {
  const server = await databaseServer(config);
  const opened: { close(): Promise<unknown> }[] = [{ close: () => server.stop() }];
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  try {
    const { runtimeUrl } = await migrate(server.ownerUrl, {
      ...(config.shardCount === null ? {} : { shardCount: config.shardCount }),
    });
    const pool = createPool(runtimeUrl, limits);
    opened.push({ close: () => pool.end() });
    await checkDurability(pool, { allowUnsafe: config.allowUnsafeDurability });
    const health = new DatabaseHealth(pool, log);
    const observe = metrics ? observer(metrics) : () => undefined;
    const ledger = await PostgresLedger.open({
      url: runtimeUrl,
      pool,
      ...ledgerParts((report) => {
        health.worked();
        observe(report);
      }),
      onServerTrouble: (fault) => health.failed(fault),
    });
    opened.push({ close: () => ledger.close() });
    const recorder = new UsageRecorder(ledger, new UsageInbox(pool), {
      count: (channel, outcome, count) => metrics?.usageItems.inc({ channel, outcome }, count),
      refused: (channel, codes) => metrics?.countRefusals(channel, codes),
      onFault,
    });
    return {
      config,
      database: server.words,
      ownerUrl: server.ownerUrl,
      pool,
      ledger,
      reader: ledger,
      recorder,
      health,
      views: { pool, reader: ledger },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
