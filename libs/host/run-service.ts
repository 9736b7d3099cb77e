import { configFromEnvironment, type Config } from './config.js';
import { createLogger, type Logger } from './logger.js';
import type { Served, Service } from './service.js';
import { listenForStop } from './stopping.js';
import { VERSION } from './version.js';

/** The `main` of a service: serves until SIGINT, SIGTERM, or the end of its terminal. What keeps it from starting is one line of the log. */
export const runService = async (
  service: Service,
  start: (service: Service, config: Config, logger: Logger) => Promise<Served>,
): Promise<void> => {
  const { stopped, done } = listenForStop();
  try {
    const config = configFromEnvironment();
    const served = await start(service, config, createLogger(config.logLevel));
    tellServing(served, service.roles);
    await stopped;
    await served.close();
  } catch (error) {
    createLogger('fatal').fatal(
      factsOf(error),
      error instanceof Error ? error.message : String(error),
    );
    process.exitCode = 1;
  } finally {
    done();
  }
};

/** Whatever the level: without it nobody knows where a process serves that chose its port. */
export const tellServing = (
  { url, system: { database } }: Pick<Served, 'url' | 'system'>,
  roles: readonly string[],
): void => {
  const facts = { url, roles, database, pid: process.pid, version: VERSION };
  createLogger('info').info(facts, 'serving');
};

/** Errors of settings and of the database have a code, and say how to put it right. Of others the stack is all there is. */
const factsOf = (error: unknown): object => {
  const { code, fix, stack } = error as { code?: unknown; fix?: unknown; stack?: unknown };
  return typeof code === 'string'
    ? { code, ...(typeof fix === 'string' ? { fix } : {}) }
    : { stack };
};
