import type { Command } from 'commander';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresError } from '../../../libs/ledger/postgres/postgres-error.js';
import { removeEmbedded, startEmbedded } from '../../../infra/postgres/embedded.js';
import type { Config } from '../../../libs/host/config.js';
import { isEmbedded } from '../../../libs/host/database.js';
import type { Context } from '../context.js';
import { forgetBroker } from '../demo/broker.js';
import { box, showPledges } from '../demo/screen.js';
import { signInLink } from '../demo/sign-in-link.js';
import { serveDemo, type ServedDemo } from '../demo/serve-demo.js';
import { demoKeys } from '../demo-keys.js';
import { CliFailure, EXIT } from '../failure.js';
import { count } from '../format.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { seed } from '../seed.js';
import { onStop } from '../../../libs/host/stopping.js';
import { rowCount, SEED_ROWS } from './seed.js';

interface DemoOptions {
  readonly kafka?: boolean;
  readonly reset?: boolean;
  readonly exit?: boolean;
  readonly rows: number;
}

const reset = async (config: Config, kafka: boolean): Promise<void> => {
  if (kafka && config.kafkaBrokers !== null)
    throw new CliFailure(
      EXIT.usage,
      '--reset would have to empty the topics of KAFKA_BROKERS, which are yours.',
      'Choose topics that are not there yet with LEDGER_TOPIC_PREFIX, or unset KAFKA_BROKERS.',
    );
  if (!isEmbedded(config))
    throw new CliFailure(
      EXIT.usage,
      '--reset would have to empty a database of your own (DATABASE_URL or LEDGER_RUNTIME_URL).',
      'Drop that database and create it again, or unset these to use the embedded one.',
    );
  // Starting it finds a server that was left behind by a killed process; stopping leaves one that others still use.
  const dataDir = join(config.dataDir, 'postgres');
  const server = await startEmbedded({ dataDir });
  await server.stop();
  if (existsSync(join(server.dataDir, 'cluster', 'postmaster.pid')))
    throw new CliFailure(
      EXIT.failed,
      'The embedded database is in use by another process (a demo that still runs?).',
      'Stop that process with Ctrl-C, then run the same command again.',
    );
  await forgetBroker(config);
  await removeEmbedded(dataDir);
};

const load = async (
  context: Context,
  served: ServedDemo,
  rows: number,
  stopped: AbortSignal,
): Promise<void> => {
  const { output, config } = context;
  const bars = new Map<string, Progress>();
  const endBars = (): void => bars.forEach((bar) => bar.stop());
  stopped.addEventListener('abort', endBars);
  const { system } = served;
  const seeded = await seed(system, {
    tenant: config.tenant,
    today: new Date().toISOString().slice(0, 10),
    rows,
    signal: stopped,
    onProgress: (agreement, read, of) => {
      if (stopped.aborted) return;
      let bar = bars.get(agreement);
      if (bar === undefined) {
        endBars();
        bars.set(agreement, (bar = new Progress(output, of, agreement, false)));
      }
      bar.update(read, () => `${count(read)} rows`);
    },
  }).finally(endBars);
  if (stopped.aborted) return;
  const heads = await system.reader.heads();
  const seen = await Promise.race([
    served.waitForViews(
      Object.fromEntries(heads.map(({ shard, position }) => [shard, position])),
      60_000,
    ),
    aborted(stopped),
  ]);
  if (stopped.aborted) return;
  if (seen === false)
    output.warn('The views are still behind the ledger; the last line of a table says how far.');
  const recorded = seeded.usage.reduce((sum, usage) => sum + usage.recorded, 0);
  output.say(
    seeded.commands + recorded === 0
      ? `The reference deals were loaded on ${seeded.day}; they are still here.`
      : `Loaded five reference deals and ${count(recorded)} synthetic drawdowns, relative to ${seeded.day}.`,
  );
};

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort');
};

/** The api, projector and retries in this process. Aborted at any moment it skips what it has not begun. */
const runStandalone = async (
  context: Context,
  options: DemoOptions,
  stopped: AbortSignal,
): Promise<void> => {
  const { config, output } = context;
  const served = await serveDemo(config, output);
  try {
    if (stopped.aborted) return;
    const { url, system } = served;
    const keys = await demoKeys(system);
    await load(context, served, options.rows, stopped);
    if (stopped.aborted) return;
    await showPledges(output, system, config.tenant, stopped);
    const startOver = 'npm run demo -- --reset';
    const dashboard = await signInLink(url, keys.admin);
    const where = { url, dashboard, database: system.database, keys, startOver };
    output.say(`\n${box(where, config, output.saidWidth)}`);
    if (options.exit === true || stopped.aborted) return;
    output.say(`\nServing ${url}. Ctrl-C stops; the data stays.`);
    await aborted(stopped);
  } finally {
    await served.close();
  }
};

/** Heard at once, at any moment: whoever presses Ctrl-C sees that it was, and what is still waited for. */
const stopOf = (output: Output): { readonly stopped: AbortSignal; end(): void } => {
  const stopping = new AbortController();
  const end = onStop(
    () => {
      stopping.abort();
      output.say('\nStopping after what is under way … (Ctrl-C again ends it at once)');
    },
    () => process.exit(EXIT.failed),
  );
  return { stopped: stopping.signal, end };
};

const run = async (context: Context, options: DemoOptions): Promise<void> => {
  const kafka = options.kafka === true;
  const { stopped, end } = stopOf(context.output);
  try {
    if (options.reset === true) await reset(context.config, kafka);
    if (!kafka) await runStandalone(context, options, stopped);
    else {
      const { runKafkaDemo } = await import('../demo/run-kafka.js');
      const { rows, exit = false } = options;
      await runKafkaDemo(context, { rows, exit, stopped });
    }
  } catch (error) {
    // Ctrl-C reaches every process of the terminal: what makes the database ends by it too, and cleans up after itself.
    if (!(stopped.aborted && error instanceof PostgresError)) throw error;
  } finally {
    end();
  }
  if (stopped.aborted)
    context.output.say('Stopped. What is recorded stays, and the same command goes on from there.');
};

export const registerDemo = (program: Command, contextOf: (command: Command) => Context): void => {
  const command = program
    .command('demo')
    .option(
      '--kafka',
      'distributed: five processes over a Kafka broker (KAFKA_BROKERS, or Java 17)',
    )
    .option('--reset', 'throw the embedded database (and the Kafka of this folder) away first')
    .option('--exit', 'end after the tables instead of serving')
    .option('--rows <count>', 'usage rows of each agreement', rowCount, SEED_ROWS);
  command.action(async () => {
    await run(contextOf(command), command.opts<DemoOptions>());
  });
};
