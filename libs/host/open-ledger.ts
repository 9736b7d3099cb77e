import type pg from 'pg';
import { checkDurability } from '../../infra/postgres/durability.js';
import { PostgresError } from '../ledger/postgres/postgres-error.js';
import type { Migrated } from '../../infra/postgres/migrate.js';
import { checkSchema } from '../../infra/postgres/schema-state.js';
import { refuseOwner } from '../../infra/postgres/standing.js';
import { DatabaseHealth, type HealthLog } from '../application/database-health.js';
import { deciders } from '../domain/aggregates.js';
import { PostgresLedger } from '../ledger/postgres/postgres-ledger.js';
import type { BatchReport } from '../ledger/writer/shard-writer.js';
import { shareViews } from '../projections/engine/share-views.js';
import type { Config } from './config.js';
import { migrateAndOpen, openDatabase, type Database, type MigratedDatabase } from './database.js';
import { ledgerParts } from './ledger-faults.js';
import { createPool, type PoolOptions } from './pool.js';

/** A ledger that this process has open, with the database below it. */
export class OpenLedger {
  private closing: Promise<void> | null = null;

  constructor(
    private readonly database: Database & Partial<Pick<MigratedDatabase, 'migrated'>>,
    readonly pool: pg.Pool,
    readonly health: DatabaseHealth,
    readonly ledger: PostgresLedger,
  ) {}

  /** What holds the data, in words for people. */
  get words(): string {
    return this.database.words;
  }

  /** What opening it has migrated; null when it has not. */
  get migrated(): Migrated | null {
    return this.database.migrated ?? null;
  }

  /** Batches in hand are finished first. Once, however often it is asked for. */
  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    try {
      await this.ledger.close();
    } finally {
      await this.pool.end().finally(() => this.database.stop());
    }
  }
}

export interface ServingOptions extends Pick<PoolOptions, 'queryMsMax'> {
  /** Makes the ledger or brings it up to date first, where this is the owner's machine. */
  readonly migrate?: boolean | undefined;
}

/** The database that the configuration names, as the role that serves: refused when it could rewrite history. */
export const openServing = async (
  config: Config,
  { migrate = false, ...limits }: ServingOptions,
  onBatch: ((report: BatchReport) => void) | undefined,
  log?: HealthLog,
): Promise<OpenLedger> => {
  const database = migrate ? await migrateAndOpen(config) : await openDatabase(config, 'runtime');
  return opening(database, limits, log, async (pool, health) => {
    await refuseOwner(pool);
    await checkDurability(pool, { allowUnsafe: config.allowUnsafeDurability });
    await shareViews(pool);
    return PostgresLedger.open({
      url: database.url,
      pool,
      ...ledgerParts((report) => {
        health.worked();
        onBatch?.(report);
      }),
      onServerTrouble: (fault) => health.failed(fault),
    });
  });
};

/** The ledger as a role that may only read, if one is given, and reading only in any case: also on a standby. */
export const openForReading = async (
  config: Config,
  limits: Pick<PoolOptions, 'queryMsMax'>,
): Promise<OpenLedger> => {
  const database = await openDatabase(config, 'auditor');
  return opening(database, { ...limits, readOnly: true }, undefined, (pool) =>
    PostgresLedger.open({ pool, deciders }),
  );
};

/** The ledger as its owner. @throws PostgresError `not-the-owner` before anything is recorded. */
export const openAsOwner = async (config: Config): Promise<OpenLedger> => {
  const database = await openDatabase(config, 'owner');
  return opening(database, { max: 4 }, undefined, async (pool) => {
    await refuseOthersThanOwner(pool);
    return PostgresLedger.open({ url: database.url, pool, deciders });
  });
};

const refuseOthersThanOwner = async (pool: pg.Pool): Promise<void> => {
  const { rows } = await pool.query<{ role: string; may: boolean }>(
    `SELECT current_user AS role, has_table_privilege('ledger.api_key', 'INSERT, UPDATE') AS may`,
  );
  for (const { role, may } of rows)
    if (!may)
      throw new PostgresError(
        'not-the-owner',
        `Keys are made and revoked by the owner of the ledger, and DATABASE_URL logs in as ${role}.`,
        'Set DATABASE_URL to the owner of the database for this command.',
      );
};

/** The database is closed again when the ledger in it cannot be opened. */
const opening = async (
  database: Database,
  limits: PoolOptions,
  log: HealthLog | undefined,
  open: (pool: pg.Pool, health: DatabaseHealth) => Promise<PostgresLedger>,
): Promise<OpenLedger> => {
  const pool = createPool(database.url, limits);
  try {
    await checkSchema(pool);
    const health = new DatabaseHealth(pool, log);
    return new OpenLedger(database, pool, health, await open(pool, health));
  } catch (error) {
    await pool.end();
    await database.stop();
    throw error;
  }
};
