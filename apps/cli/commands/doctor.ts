import type { Command } from 'commander';
import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { topicSpecs } from '../../../infra/kafka/topics.js';
import { checkDurability } from '../../../infra/postgres/durability.js';
import { KafkaTopicAdmin } from '../../../libs/messaging/kafka-topic-admin.js';
import { projections } from '../../../libs/projections/all.js';
import { projectionStatus, type ProjectionStatus } from '../../../libs/projections/status.js';
import {
  configFromEnvironment,
  knownVariables,
  nearest,
  type Config,
} from '../../../libs/runtime/config.js';
import { openSystem, type System } from '../../standalone/system.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT, toFailure, type ExitCode } from '../failure.js';
import { count, plural } from '../format.js';
import { skippedText } from '../report.js';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly fix: string | null;
  readonly exitCode?: ExitCode;
}

const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, fix: null });
const warning = (check: string, found: string, fix: string): Finding => ({
  check,
  state: 'warning',
  found,
  fix,
});
const failed = (
  check: string,
  found: string,
  fix: string | null,
  exitCode: ExitCode = EXIT.failed,
): Finding => ({
  check,
  state: 'failed',
  found,
  fix,
  exitCode,
});

const checkNode = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok('Node', process.versions.node)
    : failed('Node', process.versions.node, 'Install Node 20.19 or later.');
};

const checkVariables = (env: NodeJS.ProcessEnv): Finding[] => {
  const known = Object.keys(knownVariables());
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('LEDGER_') && !known.includes(name),
  );
  return unknown.length === 0
    ? [
        ok(
          'Settings',
          `${
            Object.keys(env)
              .filter((name) => known.includes(name))
              .join(', ') || 'all at their defaults'
          }`,
        ),
      ]
    : unknown.map((name) =>
        failed(
          'Settings',
          `${name} is not known`,
          `unset ${name}, or use ${nearest(name, known)}`,
          EXIT.usage,
        ),
      );
};

/** The embedded server keeps up to a gigabyte of its log, besides the data. */
const DISK_BYTES_MIN = 2 * 1024 ** 3;

const checkDataDir = async ({ dataDir, databaseUrl }: Config): Promise<Finding[]> => {
  if (databaseUrl !== null) return [ok('Data', 'in the server of DATABASE_URL')];
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const text = `${(free / 1024 ** 3).toFixed(1)} GB free`;
    return [
      ok('Data folder', dataDir),
      free < DISK_BYTES_MIN
        ? warning('Disk', text, `Make room, or set LEDGER_DATA_DIR to a folder on a larger disk.`)
        : ok('Disk', text),
    ];
  } catch (error) {
    return [
      failed(
        'Data folder',
        `${dataDir}: ${(error as Error).message}`,
        'Set LEDGER_DATA_DIR to a folder that you may write to.',
      ),
    ];
  }
};

const checkPort = ({ host, port, portIsFixed }: Config): Promise<Finding> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const found =
        error.code === 'EADDRINUSE' ? `${port} is in use` : `${host}:${port}: ${error.message}`;
      resolve(
        portIsFixed
          ? warning(
              'Port',
              found,
              `Stop what uses it (perhaps a ledger that is running), or LEDGER_PORT=${port + 1}`,
            )
          : ok('Port', `${found}; the next free one is taken`),
      );
    });
    probe.listen(port, host, () =>
      probe.close(() => resolve(ok('Port', `${host}:${port} is free`))),
    );
  });

const checkDatabase = async (system: System): Promise<Finding[]> => {
  const { rows } = await system.pool.query<{ version: string; durability: string }>(
    `SELECT current_setting('server_version') AS version,
            format('fsync %s, full_page_writes %s, synchronous_commit %s', current_setting('fsync'),
                   current_setting('full_page_writes'), current_setting('synchronous_commit')) AS durability`,
  );
  const { version, durability } = rows[0]!;
  const durable = await checkDurability(system.pool, {}).then(
    () => ok('Durability', durability),
    (error: Error) => warning('Durability', durability, error.message),
  );
  return [
    ok('Database', `PostgreSQL ${version}, ${system.database}`),
    durable,
    ok('Migrations', 'applied'),
    ok('Ledger', `${system.reader.ledgerId}, ${plural(system.reader.shardCount, 'shard')}`),
  ];
};

const checkViews = async (system: System): Promise<Finding[]> => {
  const statuses = await projectionStatus(system.pool, system.reader, projections);
  const live = statuses.filter(({ state }) => state === 'live');
  const short = live.filter(({ skipped }) => skipped > 0);
  const stuck = statuses.find(
    ({ state, stoppedAt }) => state === 'building' && stoppedAt.length > 0,
  );
  return [
    viewsFinding(live),
    ...short.map((status) =>
      warning(
        'Views',
        `${status.name} lacks ${skippedText(status)}: its answers are wrong by that`,
        `With a version that can fold it: commitment-ledger projection rebuild ${status.name}`,
      ),
    ),
    ...(stuck
      ? [
          warning(
            'Views',
            `the rebuild of ${stuck.name} stands still at an event that cannot be folded`,
            'commitment-ledger projection status',
          ),
        ]
      : []),
  ];
};

const viewsFinding = (live: readonly ProjectionStatus[]): Finding => {
  const stopped = live.find(({ stoppedAt }) => stoppedAt.length > 0);
  if (stopped) {
    return failed('Views', `${stopped.name} stands still`, 'commitment-ledger projection status');
  }
  const lag = Math.max(0, ...live.map((status) => status.lag));
  return lag === 0
    ? ok('Views', live.length === 0 ? 'not built yet' : 'up to date')
    : warning(
        'Views',
        `${count(lag)} events behind`,
        'Start the ledger (commitment-ledger serve), or ask for a view (show portfolio).',
      );
};

/** Only where KAFKA_BROKERS is set: standalone needs none. Makes nothing. */
const checkKafka = async (config: Config, shardCount: number): Promise<Finding[]> => {
  const { kafkaBrokers: brokers, topicPrefix: prefix } = config;
  if (brokers === null) return [];
  const admin = new KafkaTopicAdmin({ brokers, clientId: 'commitment-ledger-doctor' });
  try {
    const findings = [ok('Kafka', `${brokers.join(', ')}, cluster ${await admin.clusterId()}`)];
    const missing: string[] = [];
    for (const { topic, partitions } of topicSpecs(shardCount, { prefix })) {
      const count = await admin.partitionCount(topic);
      if (count === null) missing.push(topic);
      else if (count !== partitions)
        findings.push(
          failed(
            'Topics',
            `${topic} has ${count} partitions and needs ${partitions}`,
            'Set LEDGER_TOPIC_PREFIX, or use another cluster: a partition must be a shard.',
          ),
        );
    }
    if (missing.length > 0)
      findings.push(
        warning(
          'Topics',
          `not made yet: ${missing.join(', ')}`,
          'They are made when a role starts: npm start -- --role intake',
        ),
      );
    return findings;
  } catch (error) {
    const fix = 'Check KAFKA_BROKERS, or start a broker of your own: npm run kafka';
    return [failed('Kafka', (error as Error).message, fix, EXIT.unreachable)];
  } finally {
    await admin.close();
  }
};

const checkSystem = async (config: Config): Promise<Finding[]> => {
  let system: System;
  try {
    // Unsafe settings are a finding here, not a reason not to look further.
    system = await openSystem({ ...config, allowUnsafeDurability: true });
  } catch (error) {
    const failure = toFailure(error);
    const own = failure.fix === 'commitment-ledger doctor' ? null : failure.fix;
    return [failed('Database', failure.message, own, failure.exitCode)];
  }
  try {
    return [
      ...(await checkDatabase(system)),
      ...(await checkViews(system)),
      ...(await checkKafka(config, system.reader.shardCount)),
    ];
  } finally {
    await system.close();
  }
};

const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const;

const run = async (context: Context): Promise<void> => {
  const { env } = context.output.terminal;
  const findings = [checkNode(), ...checkVariables(env)];
  const known = Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('LEDGER_') || name in knownVariables()),
  );
  try {
    const config = configFromEnvironment(known);
    findings.push(
      ...(await checkDataDir(config)),
      await checkPort(config),
      ...(await checkSystem(config)),
    );
  } catch (error) {
    findings.push(failed('Settings', toFailure(error).message, null, EXIT.usage));
  }
  const bad = findings.filter(({ state }) => state !== 'ok');
  const worst = findings.filter(({ state }) => state === 'failed');
  context.output.report({
    headline:
      bad.length === 0
        ? 'All is well.'
        : `${plural(bad.length, 'thing needs', 'things need')} a look.`,
    tables: [
      {
        columns: [
          { title: '', align: 'left' },
          { title: 'Check', align: 'left' },
          { title: 'Found', align: 'left' },
        ],
        rows: findings.map(({ check, state, found }) => [MARKS[state], check, found]),
      },
    ],
    notes: bad.flatMap(({ check, fix }) => (fix === null ? [] : [`To fix ${check}: ${fix}`])),
    answer: { findings },
    records: {
      columns: ['check', 'state', 'found', 'fix'],
      rows: findings.map(({ check, state, found, fix }) => [check, state, found, fix]),
    },
    seen: null,
  });
  if (worst.length > 0) {
    throw new CliFailure(
      worst[0]!.exitCode ?? EXIT.failed,
      `${plural(worst.length, 'check')} failed.`,
    );
  }
};

export const registerDoctor = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const command = program
    .command('doctor')
    .description(
      'looks at Node, settings, disk, port, database, views and Kafka, and says what to do',
    );
  command.action(async () => {
    await run(contextOf(command));
  });
};
