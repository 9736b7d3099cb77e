import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmbedded, startEmbedded } from '../../../infra/postgres/embedded.js';
import type { Config } from '../../../libs/runtime/config.js';
import { isEmbedded } from '../../standalone/database.js';
import type { Context } from '../context.js';
import { forgetBroker } from '../demo/broker.js';
import { box, showTables } from '../demo/screen.js';
import { serveDemo, type ServedDemo } from '../demo/serve-demo.js';
import { demoKeys } from '../demo-keys.js';
import { CliFailure, EXIT } from '../failure.js';
import { count } from '../format.js';
import { Progress } from '../progress.js';
import { seed } from '../seed.js';
import { STOP_SIGNALS } from '../signals.js';
import { rowCount, SEED_ROWS } from './database.js';

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

const load = async (context: Context, served: ServedDemo, rows: number): Promise<void> => {
  const { output, config } = context;
  const bars = new Map<string, Progress>();
  const { system } = served;
  const seeded = await seed(system, {
    tenant: config.tenant,
    today: new Date().toISOString().slice(0, 10),
    rows,
    onProgress: (agreement, read, of) => {
      if (!bars.has(agreement)) {
        bars.forEach((bar) => bar.stop());
        bars.set(agreement, new Progress(output, of, agreement));
      }
      bars.get(agreement)!.update(read, () => `${count(read)} rows`);
    },
  }).finally(() => bars.forEach((bar) => bar.stop()));
  const heads = await system.reader.heads();
  const seen = await served.waitForViews(
    Object.fromEntries(heads.map(({ shard, position }) => [shard, position])),
    60_000,
  );
  if (!seen)
    output.warn('The views are still behind the ledger; the last line of a table says how far.');
  const recorded = seeded.usage.reduce((sum, usage) => sum + usage.recorded, 0);
  output.say(
    seeded.commands + recorded === 0
      ? `The reference deals were loaded on ${seeded.day}; they are still here.`
      : `Loaded five reference deals and ${count(recorded)} synthetic drawdowns, relative to ${seeded.day}.`,
  );
};

/** The api, projector and retries in this process. */
const runStandalone = async (
  context: Context,
  options: DemoOptions,
  stopped: AbortSignal,
): Promise<void> => {
  const { config, output } = context;
  const served = await serveDemo(config, output);
  try {
    const { url, system } = served;
    const keys = await demoKeys(system);
    await load(context, served, options.rows);
    const startOver = 'npm run demo -- --reset';
    output.say(`\n${box({ url, database: system.database, keys, startOver }, config)}\n`);
    await showTables(output, system, config.tenant);
    if (options.exit === true) return;
    output.say(`\nServing ${url}. Ctrl-C stops; the data stays.`);
    if (!stopped.aborted)
      await new Promise((resolve) => stopped.addEventListener('abort', resolve));
    output.say('Stopping …');
  } finally {
    await served.close();
  }
};

const run = async (context: Context, options: DemoOptions): Promise<void> => {
  const kafka = options.kafka === true;
  if (options.reset === true) await reset(context.config, kafka);
  const stopping = new AbortController();
  // More than once: Ctrl-C in a terminal reaches us directly, and again through npm.
  const stop = (): void => stopping.abort();
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  try {
    if (!kafka) return await runStandalone(context, options, stopping.signal);
    const { runKafkaDemo } = await import('../demo/run-kafka.js');
    const { rows, exit = false } = options;
    await runKafkaDemo(context, { rows, exit, stopped: stopping.signal });
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  }
};

export const registerDemo = (program: Command, contextOf: (command: Command) => Context): void => {
  const command = program
    .command('demo')
    .description('the reference deals and a year of synthetic usage, served; again: resumes')
    .option(
      '--kafka',
      'distributed: four processes over a Kafka broker (KAFKA_BROKERS, or Java 17)',
    )
    .option('--reset', 'throw the embedded database (and the Kafka of this folder) away first')
    .option('--exit', 'end after the tables instead of serving')
    .option('--rows <count>', 'usage rows of each agreement', rowCount, SEED_ROWS);
  command.action(async () => {
    await run(contextOf(command), command.opts<DemoOptions>());
  });
};
