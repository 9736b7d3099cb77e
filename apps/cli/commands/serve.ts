import type { Command } from 'commander';
import { createLogger } from '../../../libs/host/logger.js';
import { VERSION } from '../../../libs/host/version.js';
import type { Served } from '../../standalone/serve.js';
import type { Context } from '../context.js';
import type { Output } from '../output.js';
import { listenForStop } from './stopping.js';

/** Serves until SIGINT, SIGTERM, or the end of its terminal. */
const run = async (context: Context, role: string | undefined): Promise<void> => {
  const { stopped, done } = listenForStop();
  try {
    await serveUntil(stopped, context, role);
  } finally {
    done();
  }
};

const serveUntil = async (
  stopped: Promise<void>,
  { config, output }: Context,
  role: string | undefined,
): Promise<void> => {
  // Loaded only here: the api takes longer to load than most commands take to run.
  const { parseRoles } = await import('../../standalone/roles.js');
  const roles = role === undefined ? [] : parseRoles(role);
  const { serve } = await import('../../standalone/serve.js');
  const served = await serve(config, createLogger(config.logLevel), roles);
  started(output, served, roles);
  await stopped;
  await served.close();
};

/** A sentence for people; where nobody looks, stderr is the log, and what is in it are JSON lines. */
const started = (output: Output, { url, system }: Served, roles: readonly string[]): void => {
  const { database } = system;
  if (output.isWatched) {
    const what = roles.length === 0 ? 'Serving' : `Serving as ${roles.join(', ')}:`;
    output.say(`${what} ${url} over ${database}. Ctrl-C stops.`);
  } else if (!output.options.quiet) {
    // Whatever the level: without it nobody knows where a process serves that chose its port.
    const logger = createLogger('info');
    logger.info({ url, roles, database, pid: process.pid, version: VERSION }, 'serving');
  }
};

export const registerServe = (program: Command, contextOf: (command: Command) => Context): void => {
  const command = program
    .command('serve')
    .description('api and projector in one process, until stopped; or roles of distributed mode')
    .option(
      '--role <roles>',
      'api, intake, publisher, projector, with commas between: over PostgreSQL and KAFKA_BROKERS',
    );
  command.action(async (options: { readonly role?: string }) => {
    await run(contextOf(command), options.role);
  });
};
