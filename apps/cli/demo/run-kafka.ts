import { decideThrough } from '../../../libs/application/decide-command.js';
import { seedReferencePortfolio } from '../../../infra/reference-portfolio/seed.js';
import { projections } from '../../../libs/projections/all.js';
import { waitForViews } from '../../../libs/projections/engine/status.js';
import type { Config } from '../../../libs/host/config.js';
import { createLogger } from '../../../libs/host/logger.js';
import { openMessaging } from '../../../libs/host/messaging.js';
import { SERVICE_ROLES } from '../../../libs/host/roles.js';
import { openSystem, type System } from '../../../libs/host/system.js';
import type { Context } from '../context.js';
import { demoKeys } from '../demo-keys.js';
import { count } from '../format.js';
import { SEED_ACTOR } from '../seed.js';
import { demoBroker, type Broker } from './broker.js';
import { tellNewRole } from '../new-role.js';
import { servingEnvironment, startRoleChild } from './role-child.js';
import { box, showPledges } from './screen.js';
import { signInLink } from './sign-in-link.js';
import { sendUsage, takenIn } from './send-usage.js';
import { present } from '../../../libs/domain/present.js';

const CATCH_UP_MS = 120_000;

export interface KafkaDemoOptions {
  readonly rows: number;
  /** End after the tables. */
  readonly exit: boolean;
  /** Aborted by Ctrl-C, at any moment. */
  readonly stopped: AbortSignal;
}

/**
 * The demo as it would run for work: five processes, usage in and the ledger out through Kafka. What this starts it
 * stops, in the opposite order; what it finds running it leaves running.
 */
export const runKafkaDemo = async (context: Context, options: KafkaDemoOptions): Promise<void> => {
  const { stopped } = options;
  const started: (() => Promise<unknown>)[] = [];
  try {
    await demo(context, options, started);
  } catch (error) {
    if (!stopped.aborted) throw error;
  } finally {
    for (const stop of started.reverse()) await stop();
  }
};

const demo = async (
  { config, output }: Context,
  { rows, exit, stopped }: KafkaDemoOptions,
  started: (() => Promise<unknown>)[],
): Promise<void> => {
  const broker = await demoBroker(config, (text) => output.say(text));
  started.push(() => broker.stop());
  stopped.throwIfAborted();
  const system = await openSystem(config, { migrate: true });
  started.push(() => system.close());
  tellNewRole(output, system);
  const logger = createLogger('error', 'demo');
  const messaging = openMessaging(config, broker.brokers, system.reader.shardCount, logger);
  started.push(() => messaging.close());
  await messaging.prepare();
  stopped.throwIfAborted();

  output.say(`Starting ${SERVICE_ROLES.join(', ')}, each a process of its own …`);
  const starting = SERVICE_ROLES.map((role) =>
    startRoleChild(role, environment(role, system, broker), (what) => {
      if (!stopped.aborted) output.warn(what);
    }),
  );
  started.push(() => Promise.allSettled(starting.map(async (child) => (await child).stop())));
  const children = await Promise.all(starting);
  stopped.throwIfAborted();
  await Promise.all(children.map((child) => child.ready(stopped)));

  const keys = await demoKeys(system);
  await load({ config, output }, system, messaging, rows, stopped);
  const { url } = present(
    children.find(({ role }) => role === 'api'),
    'api among the roles',
  );
  const startOver = 'npm run demo -- --kafka --reset';
  const more = [
    ['Kafka', `${broker.brokers.join(',')} (${broker.words})`],
    ...children.map(
      ({ role, pid, url: at }) => [capital(role ?? ''), `${at}  (process ${pid})`] as const,
    ),
  ] as const;
  await showPledges(output, system, config.tenant, stopped);
  const dashboard = await signInLink(url, keys.admin);
  const where = { url, dashboard, database: system.database, keys, more, startOver };
  output.say(`\n${box(where, config, output.saidWidth)}`);
  if (exit) return;
  output.say(`\nServing ${url}. Ctrl-C stops; the data stays.`);
  if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve));
};

const quiet = ({ logLevel }: Config): string => (logLevel === 'info' ? 'warn' : logLevel);

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** All that a role gets to know. Only the api's ports are ones that people type. */
const environment = (role: string, system: System, { brokers }: Broker): NodeJS.ProcessEnv => ({
  ...servingEnvironment(process.env, system),
  KAFKA_BROKERS: brokers.join(','),
  LEDGER_LOG_LEVEL: quiet(system.config),
  ...(role === 'api' ? {} : { LEDGER_PORT: '0', LEDGER_METRICS_PORT: '' }),
});

const load = async (
  { config, output }: Pick<Context, 'config' | 'output'>,
  system: System,
  messaging: Parameters<typeof sendUsage>[1],
  rows: number,
  signal: AbortSignal,
): Promise<void> => {
  const { commands, reader } = system;
  const decide = decideThrough(commands);
  const { tenant, topicPrefix } = config;
  const today = new Date().toISOString().slice(0, 10);
  const deals = await seedReferencePortfolio({ decide, reader, tenant, today, actor: SEED_ACTOR });
  let sent = 0;
  const onSent = (agreement: string, some: number): void => {
    sent += some;
    if (some > 0)
      output.say(`${agreement}: ${count(some)} events to ${messaging.topics.usageIngest}`);
  };
  await sendUsage(system, messaging, { day: deals.day, rows, signal, onSent });
  const intake = await takenIn(messaging, topicPrefix, CATCH_UP_MS, signal);
  if (!intake) output.warn('The intake is still behind the topic; run the same command again.');
  signal.throwIfAborted();
  const heads = (await reader.heads()).map(({ shard, position }) => [shard, position] as const);
  const seen = await waitForViews(
    system.views,
    projections,
    Object.fromEntries(heads),
    CATCH_UP_MS,
  );
  if (!seen)
    output.warn('The views are still behind the ledger; the last line of a table says how far.');
  output.say(
    deals.commands + sent === 0
      ? `The reference deals were loaded on ${deals.day}; they are still here.`
      : `Loaded five reference deals and ${count(sent)} synthetic usage events through Kafka, relative to ${deals.day}.`,
  );
};
