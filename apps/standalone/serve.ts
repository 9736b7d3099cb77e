import type { DynamicModule, Type } from '@nestjs/common';
import type { Config } from '../../libs/host/config.js';
import type { Logger } from '../../libs/host/logger.js';
import type { ServiceRole } from '../../libs/host/roles.js';
import { startWorker, type Served } from '../../libs/host/service.js';

/** The module of each role, loaded when it is asked for. */
const MODULES: Readonly<Record<ServiceRole, () => Promise<Type | DynamicModule>>> = {
  api: async () => (await import('../api/api.module.js')).ApiModule,
  intake: async () => (await import('../intake/intake.module.js')).IntakeModule,
  publisher: async () => (await import('../publisher/publisher.module.js')).PublisherModule,
  alerter: async () => (await import('../alerter/alerter.module.js')).AlerterModule.overKafka(),
  projector: async () => (await import('../projector/projector.module.js')).ProjectorModule,
};

const standalone = async (): Promise<Type> =>
  (await import('./standalone.module.js')).StandaloneModule;

/**
 * One process, over one database. Without roles it is standalone: api, projector and the retry of parked usage, without
 * Kafka. With roles it does these, over the brokers of KAFKA_BROKERS; probes and metrics are served in every case.
 */
export const serve = async (
  config: Config,
  logger: Logger,
  roles: readonly ServiceRole[] = [],
): Promise<Served> => {
  const modules = await Promise.all(
    roles.length === 0 ? [standalone()] : roles.map((role) => MODULES[role]()),
  );
  const hasApi = roles.length === 0 || roles.includes('api');
  const start = hasApi ? (await import('../api/start-api.js')).startApi : startWorker;
  return start({ roles, modules }, config, logger);
};
