import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { collectDefaultMetrics } from 'prom-client';
import { projections } from '../projections/all.js';
import type { MinPosition } from '../projections/engine/projector.js';
import { waitForViews } from '../projections/engine/status.js';
import type { Config } from './config.js';
import { isEmbedded, refuseOwnersUrl } from './database.js';
import { HostModule } from './host.module.js';
import { LedgerModule } from './ledger.module.js';
import { listen, type Listener } from './listen.js';
import type { Logger } from './logger.js';
import { requireBrokers } from './messaging.js';
import { createMetrics, type Metrics } from './metrics.js';
import { nestLog } from './nest-log.js';
import type { OpenLedger } from './open-ledger.js';
import { OperationsServer } from './operations/operations-server.js';
import type { ServiceRole } from './roles.js';
import { systemIn, type System } from './system.js';
import { LOGGER, METRICS } from './tokens.js';
import { VERSION } from './version.js';

/** What a process is to do, and of which modules it is made. */
export interface Service {
  /** None: standalone. */
  readonly roles: readonly ServiceRole[];
  readonly modules: readonly (Type | DynamicModule)[];
}

/** A service that listens. */
export interface Served {
  readonly url: string;
  readonly system: System;
  readonly metrics: Metrics;
  /** Waits until all views have seen the positions, whoever projects them. False: not in time. */
  waitForViews(minPosition: MinPosition, timeoutMs: number): Promise<boolean>;
  /** Drains: no new requests, what is in flight is answered within `drainMs`, the last chunks are committed. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * An app of the modules of a service. When a provider or a hook fails while it starts, NestJS leaves open what the others
 * have opened, and gives it to nobody: the ledger, with its database, is closed here. Brokers are not connected to by then.
 */
export const makeApp = async <App>(
  service: Service,
  config: Config,
  logger: Logger,
  make: (root: DynamicModule) => Promise<App>,
): Promise<App> => {
  const opened: Promise<OpenLedger>[] = [];
  try {
    return await make(serviceModule(service, config, logger, (opening) => opened.push(opening)));
  } catch (error) {
    await Promise.allSettled(opened.map(async (opening) => (await opening).close()));
    throw error;
  }
};

/** The root of a service: settings, log and metrics, the ledger as the role that serves, and the service's own modules. */
const serviceModule = (
  { roles, modules }: Service,
  config: Config,
  logger: Logger,
  onOpening: (opening: Promise<OpenLedger>) => void,
): DynamicModule => {
  requireBrokers(
    roles.filter((role) => role !== 'api'),
    config,
  );
  refuseOwnersUrl(config);
  const metrics = createMetrics(VERSION, config.tenant);
  collectDefaultMetrics({ register: metrics.registry });
  return {
    module: class ServiceModule {},
    imports: [
      HostModule.forRoot({ config, logger, metrics }),
      // One command without settings is one for a machine of one's own. All else is migrated by its owner.
      LedgerModule.serving({ migrate: roles.length === 0 && isEmbedded(config), onOpening }),
      ...modules,
    ],
  };
};

/** Listens; whatever was opened is closed again when nothing can be listened to. */
export const served = async (
  app: INestApplicationContext,
  listener: Listener,
  config: Config,
  close: Served['close'],
): Promise<Served> => {
  try {
    const system = systemIn(config, app);
    const url = await listen(listener, config);
    app.useLogger(nestLog(app.get<Logger>(LOGGER)));
    return {
      url,
      system,
      metrics: app.get<Metrics>(METRICS),
      waitForViews: (minPosition, timeoutMs) =>
        waitForViews(system.views, projections, minPosition, timeoutMs),
      close,
    };
  } catch (error) {
    await app.close();
    throw error;
  }
};

/** A service without the api: probes and metrics are served, and no HTTP framework is loaded. */
export const startWorker = async (
  service: Service,
  config: Config,
  logger: Logger,
): Promise<Served> => {
  const app = await makeApp(service, config, logger, (root) =>
    NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }),
  );
  return served(app, app.get(OperationsServer), config, () => app.close());
};
