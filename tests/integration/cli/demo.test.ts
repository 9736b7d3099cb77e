import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { removeEmbedded } from '../../../infra/postgres/embedded.js';
import { eventually } from '../../support/eventually.js';

jest.setTimeout(180_000);

/** `npm run demo` as it is, on the embedded PostgreSQL of a folder of its own. */
describe('the demo on the embedded database', () => {
  let folders: string[];
  const running = new Set<ChildProcess>();
  beforeEach(async () => {
    folders = await Promise.all([0, 1].map(() => mkdtemp(join(tmpdir(), 'ledger-demo-'))));
  });
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    for (const folder of folders) {
      await removeEmbedded(join(folder, 'postgres'));
      await rm(folder, { recursive: true, force: true });
    }
  });

  const start = (folder: string, args: readonly string[]) => {
    const main = ['--import', './tests/support/typescript.mjs', 'apps/cli/main.ts', 'demo'];
    const child = spawn(process.execPath, [...main, '--json', '--rows', '365', ...args], {
      // Empty: the embedded database, whatever this run of the tests was given.
      env: { ...process.env, DATABASE_URL: '', LEDGER_RUNTIME_URL: '', LEDGER_DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const ran = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
    const ended = once(child, 'close').then(([code]) => ({ ...ran, code: code as number | null }));
    return { child, ran, ended };
  };

  /** The box shows where it serves: two that run have two ports. */
  const served = (text: string): string => /Serving (http:\/\/[\d.]+:\d+)/.exec(text)![1]!;

  it('runs twice at the same time, resumes where it was, and starts over when told to', async () => {
    const both = folders.map((folder) => start(folder, []));
    for (const { ran } of both)
      await eventually(() => expect(ran.err).toContain('Ctrl-C stops; the data stays'), 120_000);
    const [one, two] = both as [(typeof both)[0], (typeof both)[0]];
    expect(served(one.ran.err)).not.toBe(served(two.ran.err));
    const live = await fetch(`${served(one.ran.err)}/health/ready`);
    expect(live.status).toBe(200);
    // The same deals, the same usage: the same numbers, in another database.
    expect(one.ran.out).toMatch(/"amazon-anthropic\.cloud"/);
    expect(two.ran.out).toBe(one.ran.out);
    for (const { child } of both) child.kill('SIGINT');
    for (const { ended } of both) expect((await ended).code).toBe(0);

    const again = await start(folders[0]!, ['--exit']).ended;
    expect(again).toMatchObject({ code: 0, out: one.ran.out });
    expect(again.err).toContain('they are still here');

    const over = await start(folders[0]!, ['--reset', '--exit']).ended;
    expect(over).toMatchObject({ code: 0, out: one.ran.out });
    expect(over.err).toMatch(/Loaded five reference deals and 1,5\d\d synthetic drawdowns/);
    // What it started is gone: the next start need not find a server that was left behind.
    const cluster = join(await homeOf(folders[0]!), 'cluster', 'postmaster.pid');
    await expect(readFile(cluster)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('hears Ctrl-C while it loads, skips what it has not begun, and goes on with the next start', async () => {
    const [folder] = folders as [string, string];
    const { child, ran, ended } = start(folder, ['--rows', '20000']);
    // The database is made, and loading 100,000 rows takes much longer than ending.
    await eventually(async () => expect(await pidFile(folder)).not.toBe(''), 60_000);
    const from = performance.now();
    child.kill('SIGINT');
    await eventually(() => expect(ran.err).toContain('Stopping after what is under way'), 10_000);
    const stopped = await ended;
    expect(stopped).toMatchObject({ code: 0, out: '' });
    expect(stopped.err).toContain('the same command goes on from there');
    expect(stopped.err).not.toContain('is running');
    expect(performance.now() - from).toBeLessThan(30_000);

    const again = await start(folder, ['--exit']).ended;
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/"amazon-anthropic\.cloud"/);
  });
});

const pidFile = async (folder: string): Promise<string> =>
  readFile(join(await homeOf(folder), 'cluster', 'postmaster.pid'), 'utf8').catch(() => '');

/** As root in a folder that others cannot enter, the data lies elsewhere and `location` says where. */
const homeOf = async (folder: string): Promise<string> => {
  const here = join(folder, 'postgres');
  return readFile(join(here, 'location'), 'utf8').then(
    (text) => text.trim(),
    () => here,
  );
};
