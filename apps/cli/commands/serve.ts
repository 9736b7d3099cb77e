import type { Command } from 'commander';
import { createLogger } from '../../../libs/runtime/logger.js';
import type { Context } from '../context.js';

/** Serves until SIGINT or SIGTERM. */
const run = async (context: Context): Promise<void> => {
  const { config, output } = context;
  // Loaded only here: the api takes longer to load than most commands take to run.
  const { serve } = await import('../../standalone/serve.js');
  const served = await serve(config, createLogger(config.logLevel));
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  output.say(`Serving ${served.url} over ${served.system.database}. Ctrl-C stops.`);
  await stopped;
  await served.close();
};

export const registerServe = (program: Command, contextOf: (command: Command) => Context): void => {
  const command = program
    .command('serve')
    .description('api and projector in one process, until stopped');
  command.action(async () => {
    await run(contextOf(command));
  });
};
