import {
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import pg from 'pg';
import { ApiKeys, databaseKeys } from '../access/api-keys.js';
import { DatabaseHealth } from '../application/database-health.js';
import type { AlteredItem, Observer } from '../application/observer.js';
import { LEDGER, OBSERVER, VIEWS } from '../application/tokens.js';
import { KeptPieces } from '../projections/asking/kept-pieces.js';
import type { Views } from '../projections/asking/read-view.js';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { batchObserver, observerOf } from './observe.js';
import {
  openAsOwner,
  openForReading,
  OpenLedger,
  openServing,
  type ServingOptions,
} from './open-ledger.js';
import type { PoolOptions } from './pool.js';
import { CONFIG, LOGGER, METRICS } from './tokens.js';

const OPTIONAL_METRICS = { token: METRICS, optional: true };

/** What every access has: the pool, the ledger as reader or writer, the views over both, the keys, the health. */
const PARTS_OF_LEDGER: Provider[] = [
  { provide: pg.Pool, inject: [OpenLedger], useFactory: ({ pool }: OpenLedger) => pool },
  { provide: LEDGER, inject: [OpenLedger], useFactory: ({ ledger }: OpenLedger) => ledger },
  { provide: DatabaseHealth, inject: [OpenLedger], useFactory: ({ health }: OpenLedger) => health },
  {
    provide: VIEWS,
    inject: [OpenLedger],
    useFactory: ({ pool, ledger }: OpenLedger): Views => ({
      ...{ pool, reader: ledger, kept: new KeptPieces() },
    }),
  },
  { provide: ApiKeys, inject: [pg.Pool], useFactory: (pool: pg.Pool) => databaseKeys(pool) },
];

export interface LedgerOptions extends ServingOptions, Pick<Observer, 'onFault' | 'onAltered'> {
  /** Hears of the ledger before it is open: when another provider fails meanwhile, NestJS gives it to nobody. */
  readonly onOpening?: (opening: Promise<OpenLedger>) => void;
}

/** The one ledger of this process, for every module, opened as the least of roles that will do; closed after everything that uses it. */
@Module({})
export class LedgerModule implements OnApplicationShutdown {
  constructor(private readonly opened: OpenLedger) {}

  /** The ledger to serve or work with, as a role that may only append. `onFault` and `onAltered` are logged unless they are given. */
  static serving({ onFault, onAltered, onOpening, ...options }: LedgerOptions = {}): DynamicModule {
    return over(
      {
        provide: OpenLedger,
        inject: [CONFIG, LOGGER, OPTIONAL_METRICS],
        useFactory: (config: Config, logger: Logger, metrics?: Metrics) => {
          const opening = openServing(config, options, metrics && batchObserver(metrics), logger);
          onOpening?.(opening);
          return opening;
        },
      },
      {
        provide: OBSERVER,
        inject: [LOGGER, OPTIONAL_METRICS],
        useFactory: (logger: Logger, metrics?: Metrics) =>
          observerOf(metrics, { ...logging(logger), ...definedOf({ onFault, onAltered }) }),
      },
    );
  }

  /** The ledger to read, and nothing else. */
  static reading(limits: Pick<PoolOptions, 'queryMsMax'> = {}): DynamicModule {
    return over(
      {
        provide: OpenLedger,
        inject: [CONFIG],
        useFactory: (config: Config) => openForReading(config, limits),
      },
      { provide: OBSERVER, useValue: {} },
    );
  }

  /** The ledger as its owner, to make and revoke keys, which nobody else may. */
  static owner(): DynamicModule {
    return over(
      { provide: OpenLedger, inject: [CONFIG], useFactory: openAsOwner },
      { provide: OBSERVER, useValue: {} },
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened.close();
  }
}

const over = (...own: Provider[]): DynamicModule => {
  const providers = [...own, ...PARTS_OF_LEDGER];
  return { module: LedgerModule, global: true, providers, exports: providers };
};

const definedOf = (given: Pick<Observer, 'onFault' | 'onAltered'>): Partial<Observer> =>
  Object.fromEntries(Object.entries(given).filter(([, hook]) => hook !== undefined));

const logging = (logger: Logger): Required<Pick<Observer, 'onFault' | 'onAltered'>> => ({
  onFault: (err, { source, id }) =>
    logger.error({ err, source, id }, 'the ledger fails on a usage event'),
  onAltered: (item: AlteredItem) =>
    logger.error(item, 'parked usage was changed in the database: not recorded, but refused'),
});
