import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { projections } from '../../libs/projections/all.js';
import { startProjector, type MinPosition } from '../../libs/projections/engine/projector.js';
import { waitForViews } from '../../libs/projections/engine/status.js';
import { databaseKeys } from '../../libs/access/api-keys.js';
import { ConfigurationError, type Config } from '../../libs/host/config.js';
import type { Logger } from '../../libs/host/logger.js';
import { createMetrics, type Metrics } from '../../libs/host/metrics.js';
import { VERSION } from '../../libs/host/version.js';
import { createApi } from '../api/create-api.js';
import { isEmbedded, refuseOwnersUrl } from '../../libs/host/database.js';
import { drain, DRAIN_MS } from '../../libs/host/drain.js';
import { listen } from '../../libs/host/listen.js';
import { measureDatabase, measureLag, measureRemaining } from '../../libs/host/measures.js';
import { openMessaging } from '../../libs/host/messaging.js';
import { operationsServer } from './operations-server.js';
import type { BackgroundRole, Role } from './roles.js';
import { startRole, type RoleStatus } from './start-role.js';
import { sweepParked } from '../../libs/host/sweep-parked.js';
import { openSystem, type System } from '../../libs/host/system.js';

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
 * One process, over one database. Without roles it is standalone: api, projector and the retry of parked usage, without
 * Kafka. With roles it does these, over the brokers of KAFKA_BROKERS; probes and metrics are served in every case.
 */
export const serve = async (
  config: Config,
  logger: Logger,
  roles: readonly Role[] = [],
): Promise<Served> => {
  const background = roles.filter((role): role is BackgroundRole => role !== 'api');
  const brokers = brokersFor(background, config);
  refuseOwnersUrl(config);
  const metrics = createMetrics(VERSION, config.tenant);
  const system = await openSystem(config, {
    metrics,
    // One command without settings is one for a machine of one's own. All else is migrated by its owner.
    migrate: roles.length === 0 && isEmbedded(config),
    log: logger,
    onFault: (err, { source, id }) =>
      logger.error({ err, source, id }, 'the ledger fails on a usage event'),
    onAltered: (item) =>
      logger.error(item, 'parked usage was changed in the database: not recorded, but refused'),
  });
  metrics.measures.push(measureDatabase(system.health, metrics));
  if (roles.length === 0 || roles.includes('projector'))
    metrics.measures.push(
      measureLag(system.views, metrics),
      measureRemaining(system.queries, config.tenant, metrics),
    );
  const closing: ((drainMs: number) => Promise<unknown>)[] = [() => system.close()];
  const close: Served['close'] = async ({ drainMs = DRAIN_MS } = {}) => {
    for (const step of closing.splice(0).reverse()) await step(drainMs);
  };
  try {
    if (roles.length === 0) closing.push(await projectLedger(system, logger));
    const started = background.length === 0 ? [] : startAll(background);
    const statuses = (): readonly RoleStatus[] => started.map((role) => role.status());
    const app =
      roles.length === 0 || roles.includes('api')
        ? await api(system, metrics, logger, statuses)
        : null;
    const server = app ?? operationsServer(system, metrics, databaseKeys(system.pool), statuses);
    if (roles.length === 0 || roles.includes('api') || roles.includes('intake'))
      closing.push(sweepParked(system, logger));
    closing.push((drainMs) => (app === null ? server.close() : drain(app, drainMs)));
    return {
      url: await listen(server, config),
      system,
      metrics,
      waitForViews: (minPosition, timeoutMs) =>
        waitForViews(system.views, projections, minPosition, timeoutMs),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }

  function startAll(names: readonly BackgroundRole[]) {
    const messaging = openMessaging(config, brokers, system.reader.shardCount, logger);
    closing.push(() => messaging.close());
    const host = { system, messaging, metrics, logger };
    const all = names.map((role) => startRole(role, host));
    closing.push(() => Promise.all(all.map((role) => role.close())));
    return all;
  }
};

const brokersFor = (roles: readonly Role[], { kafkaBrokers }: Config): readonly string[] => {
  if (roles.length === 0 || kafkaBrokers !== null) return kafkaBrokers ?? [];
  throw new ConfigurationError(
    'kafka-missing',
    `--role ${roles.join(',')} needs Kafka: set KAFKA_BROKERS=host:port (npm run kafka starts a broker and prints it).`,
  );
};

const projectLedger = async (system: System, logger: Logger): Promise<() => Promise<void>> => {
  const projector = await startProjector({
    pool: system.pool,
    reader: system.reader,
    projections,
    onProgress: (progress) => {
      if (progress.kind === 'recovered') logger.info(progress, 'projecting goes on');
      else if (progress.kind !== 'advanced') logger.error(progress, 'a projection stands still');
    },
  });
  return () => projector.stop();
};

const api = (
  system: System,
  metrics: Metrics,
  logger: Logger,
  roles: () => readonly RoleStatus[],
): Promise<NestFastifyApplication> =>
  createApi({
    commands: system.commands,
    queries: system.queries,
    inbox: system.inbox,
    reader: system.reader,
    views: system.views,
    keys: databaseKeys(system.pool),
    logger,
    metrics,
    health: system.health,
    version: VERSION,
    roles,
  });
