import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type pg from 'pg';
import { checkDurability } from '../../infra/postgres/durability.js';
import { PostgresError } from '../../infra/postgres/errors.js';
import type { Migrated } from '../../infra/postgres/migrate.js';
import { checkSchema } from '../../infra/postgres/schema-state.js';
import { shareViews } from '../projections/engine/share-views.js';
import { refuseOwner } from '../../infra/postgres/standing.js';
import { ApplicationModule } from '../application/application.module.js';
import { UsageInbox } from '../application/inbox/usage-inbox.js';
import type { Observer } from '../application/observer.js';
import { deciders } from '../domain/aggregates.js';
import { DatabaseHealth, type HealthLog } from '../application/database-health.js';
import { PostgresLedger } from '../ledger/postgres/postgres-ledger.js';
import type { BatchReport } from '../ledger/writer/shard-writer.js';
import type { Config } from './config.js';
import type { Metrics } from './metrics.js';
import { createPool, type PoolOptions } from './pool.js';
import { migrateAndOpen, openDatabase, type MigratedDatabase } from './database.js';
import { ledgerParts } from './ledger-faults.js';

/** A database that does not answer is not waited for at the end: nothing but counts is missing then. */
const COUNTS_MS_MAX = 2_000;

/** Everything one process needs to read the ledger and its views. */
export interface Reading {
  readonly config: Config;
  /** What holds the data, in words for people. */
  readonly database: string;
  readonly pool: pg.Pool;
  readonly reader: PostgresLedger;
  readonly views: { readonly pool: pg.Pool; readonly reader: PostgresLedger };
  /** Where questions are asked. */
  readonly queries: QueryBus;
  close(): Promise<void>;
}

/** And to write to it, as a role that may only append. */
export interface System extends Reading {
  readonly health: DatabaseHealth;
  readonly ledger: PostgresLedger;
  /** Where all that is written goes through, whatever channel it came by. */
  readonly commands: CommandBus;
  readonly inbox: UsageInbox;
  /** What opening it has migrated; null when it has not. */
  readonly migrated: Migrated | null;
}

/** The owner's: for keys, which nobody else may make. */
export interface Owning extends Reading {
  readonly ledger: PostgresLedger;
  readonly commands: CommandBus;
}

export interface SystemOptions
  extends Pick<PoolOptions, 'queryMsMax'>, Pick<Observer, 'onFault' | 'onAltered'> {
  readonly metrics?: Metrics;
  /** Makes the ledger or brings it up to date first, where this is the owner's machine. */
  readonly migrate?: boolean;
  /** Says when the database takes no writes, and when it does again. */
  readonly log?: HealthLog;
}

const batchObserver =
  (metrics: Metrics) =>
  (report: BatchReport): void => {
    metrics.appendBatchSize.observe(report.entries.length);
    metrics.appendDuration.observe(report.durationMs / 1_000);
    const byType = new Map<string, number>();
    for (const { event } of report.entries)
      byType.set(event.type, (byType.get(event.type) ?? 0) + 1);
    for (const [type, count] of byType) metrics.eventsAppended.inc({ type }, count);
  };

/** Metrics of what passes the buses, and what the process itself wants to be told. */
const observerOf = (
  metrics: Metrics | undefined,
  { onFault, onAltered }: Pick<Observer, 'onFault' | 'onAltered'>,
): Observer => ({
  count: (channel, outcome, count) => metrics?.usageItems.inc({ channel, outcome }, count),
  refused: (channel, codes) =>
    metrics?.countRefusals(channel === 'kafka-commands' ? 'kafka-investment' : channel, codes),
  asked: (question, seconds) => metrics?.queryDuration.observe({ question }, seconds),
  onFault,
  onAltered: (item) => {
    metrics?.parkedAltered.inc();
    onAltered?.(item);
  },
});

/** Closes in the opposite order what was opened, also when opening fails half way. */
class Opened {
  private readonly parts: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.parts.push(close);
  }

  readonly close = async (): Promise<void> => {
    for (const close of this.parts.splice(0).reverse()) await close();
  };

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

const opening = async <Result>(
  config: Config,
  { url, words, stop }: Pick<MigratedDatabase, 'url' | 'words' | 'stop'>,
  limits: PoolOptions,
  wire: (parts: Opened, reading: Omit<Reading, 'reader' | 'views' | 'queries'>) => Promise<Result>,
): Promise<Result> => {
  const opened = new Opened();
  opened.add(stop);
  return opened.during(async () => {
    const pool = createPool(url, limits);
    opened.add(() => pool.end());
    await checkSchema(pool);
    return wire(opened, { config, database: words, pool, close: opened.close });
  });
};

const application = async (
  opened: Opened,
  module: DynamicModule,
): Promise<INestApplicationContext> => {
  const app = await NestFactory.createApplicationContext(module, {
    logger: false,
    abortOnError: false,
  });
  opened.add(() => app.close());
  return app;
};

/** The database that the configuration names, as the role that serves: refused when it could rewrite history. */
export const openSystem = async (
  config: Config,
  { metrics, log, onFault, onAltered, migrate = false, ...limits }: SystemOptions = {},
): Promise<System> => {
  const database: MigratedDatabase = migrate
    ? await migrateAndOpen(config)
    : { ...(await openDatabase(config, 'runtime')), migrated: null };
  return opening(config, database, limits, async (opened, parts) => {
    const { pool } = parts;
    await refuseOwner(pool);
    await checkDurability(pool, { allowUnsafe: config.allowUnsafeDurability });
    await shareViews(pool);
    const health = new DatabaseHealth(pool, log);
    const observe = metrics ? batchObserver(metrics) : () => undefined;
    const ledger = await PostgresLedger.open({
      url: database.url,
      pool,
      ...ledgerParts((report) => {
        health.worked();
        observe(report);
      }),
      onServerTrouble: (fault) => health.failed(fault),
    });
    opened.add(() => ledger.close());
    const views = { pool, reader: ledger };
    const observer = observerOf(metrics, { onFault, onAltered });
    const app = await application(opened, ApplicationModule.over({ ledger, views, observer }));
    const inbox = app.get(UsageInbox);
    const late = (): Promise<void> => sleep(COUNTS_MS_MAX, undefined, { ref: false });
    opened.add(() => Promise.race([inbox.counter.settled(), late()]));
    return {
      ...parts,
      ledger,
      reader: ledger,
      commands: app.get(CommandBus),
      queries: app.get(QueryBus),
      inbox,
      health,
      views,
      migrated: database.migrated,
    };
  });
};

/** As a role that may only read, if one is given, and reading only in any case: also on a standby. */
export const openReading = async (
  config: Config,
  limits: Pick<PoolOptions, 'queryMsMax'> = {},
): Promise<Reading> => {
  const database = await openDatabase(config, 'auditor');
  return opening(config, database, { ...limits, readOnly: true }, async (opened, parts) => {
    const { pool } = parts;
    const reader = await PostgresLedger.open({ pool, deciders });
    opened.add(() => reader.close());
    const views = { pool, reader };
    const app = await application(opened, ApplicationModule.reading({ views }));
    return { ...parts, reader, views, queries: app.get(QueryBus) };
  });
};

/** As the owner. @throws PostgresError `not-the-owner` before anything is recorded. */
export const openOwner = async (config: Config): Promise<Owning> => {
  const database = await openDatabase(config, 'owner');
  return opening(config, database, { max: 4 }, async (opened, parts) => {
    const { pool } = parts;
    const { rows } = await pool.query<{ role: string; may: boolean }>(
      `SELECT current_user AS role, has_table_privilege('ledger.api_key', 'INSERT, UPDATE') AS may`,
    );
    if (!rows[0]!.may)
      throw new PostgresError(
        'not-the-owner',
        `Keys are made and revoked by the owner of the ledger, and DATABASE_URL logs in as ${rows[0]!.role}.`,
        'Set DATABASE_URL to the owner of the database for this command.',
      );
    const ledger = await PostgresLedger.open({ url: database.url, pool, deciders });
    opened.add(() => ledger.close());
    const views = { pool, reader: ledger };
    const app = await application(opened, ApplicationModule.over({ ledger, views }));
    const [commands, queries] = [app.get(CommandBus), app.get(QueryBus)];
    return { ...parts, ledger, reader: ledger, views, commands, queries };
  });
};
