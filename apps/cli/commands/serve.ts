import type { Command } from 'commander';
import { loggerOf } from '../../../libs/host/logger.js';
import { parseRoles, type ServiceRole } from '../../../libs/host/roles.js';
import { tellServing } from '../../../libs/host/run-service.js';
import type { Served } from '../../../libs/host/service.js';
import type { Context } from '../context.js';
import type { Output } from '../output.js';
import { listenForStop } from '../../../libs/host/stopping.js';

/** Serves until SIGINT, SIGTERM, or the end of its terminal. */
const run = async (context: Context, role: string | undefined): Promise<void> => {
  // Before anything listens: a role that is none ends the command, and not in a moment the process.
  const roles = role === undefined ? [] : parseRoles(role);
  const { stopped, done } = listenForStop();
  try {
    await serveUntil(stopped, context, roles);
  } finally {
    done();
  }
};

const serveUntil = async (
  stopped: Promise<void>,
  { config, output }: Context,
  roles: readonly ServiceRole[],
): Promise<void> => {
  // Loaded only here: the api takes longer to load than most commands take to run.
  const { serve } = await import('../../standalone/serve.js');
  const served = await serve(config, loggerOf(config.logLevel, roles), roles);
  started(output, served, roles);
  await stopped;
  await served.close();
};

/** A sentence for people; where nobody looks, stderr is the log, and what is in it are JSON lines. */
const started = (output: Output, served: Served, roles: readonly string[]): void => {
  if (output.isWatched) {
    const what = roles.length === 0 ? 'Serving' : `Serving as ${roles.join(', ')}:`;
    output.say(`${what} ${served.url} over ${served.system.database}. Ctrl-C stops.`);
  } else if (!output.options.quiet) tellServing(served, roles);
};

export const registerServe = (program: Command, contextOf: (command: Command) => Context): void => {
  const command = program
    .command('serve')
    .option(
      '--role <roles>',
      'api, intake, publisher, projector, alerter, with commas between: over PostgreSQL and KAFKA_BROKERS',
    );
  command.action(async (options: { readonly role?: string }) => {
    await run(contextOf(command), options.role);
  });
};
