import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';

const run = promisify(execFile);
const WINDOWS = process.platform === 'win32';
const REQUIREMENTS = resolve('tests', 'clients', 'python', 'requirements.txt');
const MINOR_MIN = 10;
/** Wheels of 60 MB over a slow line. */
const INSTALL_MS_MAX = 240_000;

type Found = { readonly folder: string } | { readonly missing: string };

/**
 * A virtual environment of exactly tests/clients/python/requirements.txt, kept below .ledger/: made by the first run, and
 * again when the file changes. Needs Python with venv, and the network once.
 */
const prepare = async (): Promise<Found> => {
  const python = process.env['PYTHON'] ?? (WINDOWS ? 'python' : 'python3');
  const version = await run(python, ['-c', 'import sys; print(*sys.version_info[:2])']).then(
    ({ stdout }) => stdout.trim().split(' ').map(Number),
    () => null,
  );
  if (version === null)
    return { missing: 'Python is not installed: install it (Debian: apt install python3-venv)' };
  const [major, minor] = version as [number, number];
  if (major !== 3 || minor < MINOR_MIN)
    return {
      missing: `this is Python ${major}.${minor}: install 3.${MINOR_MIN} or later, or set PYTHON`,
    };
  const all = resolve('.ledger', 'python');
  const digest = createHash('sha256')
    .update(readFileSync(REQUIREMENTS))
    .update(`${major}.${minor}`);
  const folder = join(all, digest.digest('hex').slice(0, 12));
  const done = join(folder, '.installed');
  if (existsSync(done)) return { folder };
  await mkdir(all, { recursive: true });
  // Of other requirements, or cut off half-way.
  for (const old of await readdir(all)) await rm(join(all, old), { recursive: true, force: true });
  try {
    await run(python, ['-m', 'venv', folder]);
  } catch {
    await rm(folder, { recursive: true, force: true });
    return { missing: 'Python has no venv: install it (Debian: apt install python3-venv)' };
  }
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-input',
    '--retries',
    '2',
    '--timeout',
    '30',
  ];
  try {
    await run(pythonOf(folder), [...pip, '-r', REQUIREMENTS], { timeout: INSTALL_MS_MAX });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const [why] = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .slice(-1);
    return {
      missing: `pip could not install ${REQUIREMENTS}; it takes the network once. ${why ?? ''}`,
    };
  }
  await writeFile(done, '');
  return { folder };
};

const programs = (folder: string): string => join(folder, WINDOWS ? 'Scripts' : 'bin');
const pythonOf = (folder: string): string => join(programs(folder), 'python');

const found = await prepare();
const required = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('python');

/** `describe`, or `describe.skip` with a loud line when this machine has no Python and none is required. */
export const describePython = (name: string, tests: () => void): void => {
  if ('folder' in found) return describe(name, tests);
  if (required)
    throw new Error(`Python is required (LEDGER_TEST_REQUIRE) and missing: ${found.missing}`);
  process.stderr.write(`\nSKIPPED, no Python: ${name}. ${found.missing}\n`);
  describe.skip(name, tests);
};

/** Runs a module of the environment (`mypy`) or a file. */
export const runPython = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> => {
  if ('missing' in found) throw new Error(found.missing);
  const path = `${programs(found.folder)}${WINDOWS ? ';' : ':'}${process.env['PATH'] ?? ''}`;
  return run(pythonOf(found.folder), [...args], {
    cwd,
    // Programs that it calls itself are the environment's; nothing is written beside the sources.
    env: { ...process.env, ...env, PATH: path, PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 16 * 1024 * 1024,
  });
};
