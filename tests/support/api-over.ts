import type { DynamicModule } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import pg from 'pg';
import { pino } from 'pino';
import { HttpApiModule } from '../../apps/api/http-api.module.js';
import { ApiKeys } from '../../libs/access/api-keys.js';
import type { Principal } from '../../libs/access/principal.js';
import { DatabaseHealth } from '../../libs/application/database-health.js';
import type { Observer } from '../../libs/application/observer.js';
import { LEDGER, OBSERVER, VIEWS } from '../../libs/application/tokens.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { createMetrics } from '../../libs/host/metrics.js';
import { CONFIG, LOGGER, METRICS } from '../../libs/host/tokens.js';
import type { Views } from '../../libs/projections/asking/read-view.js';
import { KeptPieces } from '../../libs/projections/asking/kept-pieces.js';
import { given } from './given.js';

/** What a test gives an api to work with; all that is left out is there, and does nothing that could be seen. */
export interface ApiGiven {
  readonly ledger?: object;
  readonly pool?: Views['pool'];
  /** Does what commands ask for, in the place of all handlers. */
  readonly commands?: { execute(command: object): Promise<unknown> };
  readonly keys: { find(key: string): Promise<Principal | null> };
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly observer?: Observer;
}

/** The api as a module over parts that a test has opened, or made up. */
export const apiOver = ({
  ledger = { shardCount: 1 },
  pool = {} as Views['pool'],
  commands,
  keys,
  logger = pino({ level: 'silent' }),
  metrics = createMetrics('0.0.0-test'),
  observer = {},
}: ApiGiven): DynamicModule => {
  const providers = [
    { provide: LEDGER, useValue: ledger },
    { provide: VIEWS, useValue: { pool, reader: ledger, kept: new KeptPieces() } },
    { provide: ApiKeys, useValue: keys },
    { provide: DatabaseHealth, useValue: new DatabaseHealth(pool) },
    { provide: LOGGER, useValue: logger },
    { provide: METRICS, useValue: metrics },
    { provide: CONFIG, useValue: configFromEnvironment({}) },
    { provide: pg.Pool, useValue: pool },
    { provide: OBSERVER, useValue: observer },
    {
      provide: 'commands',
      inject: [CommandBus],
      useFactory: (bus: CommandBus) => Object.assign(bus, commands),
    },
  ];
  return given(providers, HttpApiModule);
};
