import { configFromEnvironment, type Config } from './config.js';
import { loggerOf, type Logger } from './logger.js';
import type { Served, Service } from './service.js';
import { shownSettings } from './shown-settings.js';
import { listenForStop } from './stopping.js';

/** The `main` of a service: serves until SIGINT, SIGTERM, or the end of its terminal. What keeps it from starting is one line of the log. */
export const runService = async (
  service: Service,
  start: (service: Service, config: Config, logger: Logger) => Promise<Served>,
): Promise<void> => {
  const { stopped, done } = listenForStop();
  try {
    const config = configFromEnvironment();
    const served = await start(service, config, loggerOf(config.logLevel, service.roles));
    tellServing(served, service.roles);
    await stopped;
    await served.close();
  } catch (error) {
    loggerOf('fatal', service.roles).fatal(
      factsOf(error),
      error instanceof Error ? error.message : String(error),
    );
    process.exitCode = 1;
  } finally {
    done();
  }
};

/** The address is told at every level of the log: without it nobody knows where a process serves that chose its port. */
export const tellServing = (
  { url, system: { database, config } }: Pick<Served, 'url' | 'system'>,
  roles: readonly string[],
): void => {
  const { pid, versions } = process;
  const facts = { url, roles, database, pid, node: versions.node, settings: shownSettings(config) };
  loggerOf('info', roles).info(facts, 'serving');
};

/** Errors of settings and of the database have a code, and say how to put it right. Of others the stack is all there is. */
const factsOf = (error: unknown): object => {
  const { code, fix, stack } = error as { code?: unknown; fix?: unknown; stack?: unknown };
  return typeof code === 'string'
    ? { code, ...(typeof fix === 'string' ? { fix } : {}) }
    : { stack };
};
