import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type pg from 'pg';
import type { Migrated } from '../../infra/postgres/migrate.js';
import { ApplicationModule, QueriesModule } from '../application/application.module.js';
import { DatabaseHealth } from '../application/database-health.js';
import { UsageInbox } from '../application/inbox/usage-inbox.js';
import type { PostgresLedger } from '../ledger/postgres/postgres-ledger.js';
import type { Config } from './config.js';
import { HostModule } from './host.module.js';
import { LedgerModule } from './ledger.module.js';
import { createLogger } from './logger.js';
import type { Metrics } from './metrics.js';
import { OpenLedger } from './open-ledger.js';
import type { PoolOptions } from './pool.js';

/** Everything a command needs to read the ledger and its views. */
export interface Reading {
  readonly config: Config;
  /** What holds the data, in words for people. */
  readonly database: string;
  readonly pool: pg.Pool;
  readonly reader: PostgresLedger;
  readonly views: { readonly pool: pg.Pool; readonly reader: PostgresLedger };
  /** The bus on which questions are asked. */
  readonly queries: QueryBus;
  close(): Promise<void>;
}

/** The ledger to read and to write to, as a role that may only append. */
export interface System extends Reading {
  readonly health: DatabaseHealth;
  readonly ledger: PostgresLedger;
  /** The bus through which everything that is written goes, whatever channel it came by. */
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

export type SystemOptions = Parameters<typeof LedgerModule.serving>[0] & {
  readonly metrics?: Metrics;
};

/** The ledger, to serve or write. @throws PostgresError when it could rewrite history. */
export const openSystem = async (
  config: Config,
  { metrics, ...options }: SystemOptions = {},
): Promise<System> =>
  systemIn(
    config,
    await contextOf(config, LedgerModule.serving(options), ApplicationModule, metrics),
  );

/** The same of a process that is made of modules already. */
export const systemIn = (config: Config, app: INestApplicationContext): System => {
  const { health, ledger, migrated } = app.get(OpenLedger);
  const [commands, inbox] = [app.get(CommandBus), app.get(UsageInbox)];
  return { ...readingIn(config, app), health, ledger, migrated, commands, inbox };
};

/** The ledger to read, as a role that may only read, if one is given. */
export const openReading = async (
  config: Config,
  limits: Pick<PoolOptions, 'queryMsMax'> = {},
): Promise<Reading> =>
  readingIn(config, await contextOf(config, LedgerModule.reading(limits), QueriesModule));

/** The ledger as its owner, to make and revoke keys. @throws PostgresError `not-the-owner` before anything is recorded. */
export const openOwner = async (config: Config): Promise<Owning> => {
  const app = await contextOf(config, LedgerModule.owner(), ApplicationModule);
  const { ledger } = app.get(OpenLedger);
  return { ...readingIn(config, app), ledger, commands: app.get(CommandBus) };
};

const contextOf = (
  config: Config,
  ledger: DynamicModule,
  application: Type,
  metrics?: Metrics,
): Promise<INestApplicationContext> => {
  const host = HostModule.forRoot({ config, logger: createLogger('silent'), metrics });
  return NestFactory.createApplicationContext(
    { module: class Command {}, imports: [host, ledger, application] },
    { logger: false, abortOnError: false },
  );
};

const readingIn = (config: Config, app: INestApplicationContext): Reading => {
  const { words, pool, ledger } = app.get(OpenLedger);
  return {
    config,
    database: words,
    pool,
    reader: ledger,
    views: { pool, reader: ledger },
    queries: app.get(QueryBus),
    close: () => app.close(),
  };
};
