import type { Config } from '../../libs/host/config.js';
import type { Logger } from '../../libs/host/logger.js';
import { makeApp, served, type Served, type Service } from '../../libs/host/service.js';
import { createApi } from './create-api.js';
import { drain, DRAIN_MS } from './drain.js';

/** A service with the api, and whatever else it is made of. */
export const startApi = async (
  service: Service,
  config: Config,
  logger: Logger,
): Promise<Served> => {
  const app = await makeApp(service, config, logger, (root) => createApi(root));
  return served(app, app, config, ({ drainMs = DRAIN_MS } = {}) => drain(app, drainMs));
};
