import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmbedded, startEmbedded } from '../../../infra/postgres/embedded.js';
import type { Config } from '../../../libs/runtime/config.js';
import { createLogger } from '../../../libs/runtime/logger.js';
import type { Served } from '../../standalone/serve.js';
import type { Context } from '../context.js';
import { demoKeys, type DemoKeys } from '../demo-keys.js';
import { CliFailure, EXIT } from '../failure.js';
import { count } from '../format.js';
import { Progress } from '../progress.js';
import { seed } from '../seed.js';
import { SEED_ROWS } from './database.js';
import { showView } from './show.js';

interface DemoOptions {
  readonly reset?: boolean;
  readonly exit?: boolean;
}

/** The numbers a user came for, in the order they are asked. */
const TABLES = ['portfolio', 'burn-down', 'obligation', 'concentration'] as const;

const reset = async (config: Config): Promise<void> => {
  if (config.databaseUrl !== null)
    throw new CliFailure(
      EXIT.usage,
      '--reset would have to empty the database of DATABASE_URL, which is yours.',
      'Drop that database and create it again, or unset DATABASE_URL to use the embedded one.',
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
  await removeEmbedded(dataDir);
};

const load = async (context: Context, served: Served): Promise<void> => {
  const { output, config } = context;
  const bars = new Map<string, Progress>();
  const { system } = served;
  const seeded = await seed(system, {
    tenant: config.tenant,
    today: new Date().toISOString().slice(0, 10),
    rows: SEED_ROWS,
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

/** Lines in a frame as wide as the widest of them. */
const framed = (lines: readonly string[]): string => {
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '─'.repeat(width + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${edge}┘`].join('\n');
};

const boxOf = (served: Served, config: Config, keys: DemoKeys): string => {
  const { url, system } = served;
  return framed([
    'The Commitment Ledger is running.',
    '',
    `API docs    ${url}/docs`,
    `Metrics     ${url}/metrics`,
    `Health      ${url}/health/ready`,
    `Database    ${system.config.databaseUrl === null ? 'embedded PostgreSQL 18 (for trying out and tests)' : system.database}`,
    `Data        ${config.dataDir}`,
    `Tenant      ${config.tenant}`,
    '',
    'Demo API keys, by role (Authorization: Bearer <key>)',
    ...Object.entries(keys).map(([role, key]) => `  ${role.padEnd(9)} ${key}`),
    '',
    'Try, in another terminal:',
    '  npm run cli -- show portfolio --watch',
    '  npm run cli -- show burn-down amazon-anthropic',
    '  npm run cli -- verify',
    '',
    'Stop: Ctrl-C    Start over: npm run demo -- --reset',
  ]);
};

const run = async (context: Context, options: DemoOptions): Promise<void> => {
  const { config, output } = context;
  if (options.reset === true) await reset(config);
  // Loaded only here: the api takes longer to load than most commands take to run.
  const { serve } = await import('../../standalone/serve.js');
  const served = await serve(
    config,
    createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel),
  );
  try {
    const stopped = new Promise<void>((resolve) => {
      process.once('SIGINT', resolve).once('SIGTERM', resolve);
    });
    await load(context, served);
    output.say(`\n${boxOf(served, config, await demoKeys(served.system))}\n`);
    for (const [index, name] of TABLES.entries()) {
      if (index > 0) output.data('\n');
      output.report(await showView(name, served.system.views, config.tenant));
    }
    if (options.exit === true) return;
    output.say(`\nServing ${served.url}. Ctrl-C stops; the data stays.`);
    await stopped;
    output.say('Stopping …');
  } finally {
    await served.close();
  }
};

export const registerDemo = (program: Command, contextOf: (command: Command) => Context): void => {
  const command = program
    .command('demo')
    .description('the reference deals and a year of synthetic usage, served; again: resumes')
    .option('--reset', 'throw the embedded database away first')
    .option('--exit', 'end after the tables instead of serving');
  command.action(async () => {
    await run(contextOf(command), command.opts<DemoOptions>());
  });
};
