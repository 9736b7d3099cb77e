import type { Command } from 'commander';
import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  configFromEnvironment,
  knownVariables,
  nearest,
  type Config,
} from '../../../libs/host/config.js';
import { isEmbedded } from '../../../libs/host/database.js';
import { openReading, type Reading } from '../../../libs/host/system.js';
import type { Context } from '../context.js';
import { checkDatabase, checkRoles, checkViews } from '../doctor/database.js';
import { failed, ok, warning, type Diagnosis } from '../doctor/diagnosis.js';
import { checkKafka } from '../doctor/kafka.js';
import { checkPort } from '../doctor/port.js';
import { CliFailure, EXIT, toFailure } from '../failure.js';
import { plural } from '../format.js';

const checkNode = (): Diagnosis => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok('Node', process.versions.node)
    : failed('Node', process.versions.node, 'Install Node 20.19 or later.');
};

const checkVariables = (env: NodeJS.ProcessEnv): Diagnosis[] => {
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

const checkDataDir = async (config: Config): Promise<Diagnosis[]> => {
  if (!isEmbedded(config)) return [ok('Data', 'in a PostgreSQL server of your own')];
  const { dataDir } = config;
  // It only looks, so a folder that is not there stays so: the one that it would be made in must do.
  let folder = dataDir;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const text = `${(free / 1024 ** 3).toFixed(1)} GB free`;
    return [
      ok('Data folder', folder === dataDir ? dataDir : `${dataDir}, not there yet`),
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

const checkSystem = async (config: Config): Promise<Diagnosis[]> => {
  let system: Reading;
  try {
    system = await openReading(config);
  } catch (error) {
    const { message, fix, exitCode } = toFailure(error);
    const own = fix === 'commitment-ledger doctor' ? null : fix;
    return [failed('Database', message, own, exitCode), ...(await checkRoles(config))];
  }
  try {
    return [
      ...(await checkDatabase(system)),
      ...(await checkRoles(config)),
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
  const [first] = worst;
  if (first !== undefined) {
    throw new CliFailure(
      first.exitCode ?? EXIT.failed,
      `${plural(worst.length, 'check')} failed.`,
      'Do what is said above, check by check, and look again.',
    );
  }
};

export const registerDoctor = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const command = program.command('doctor');
  command.action(async () => {
    await run(contextOf(command));
  });
};
