import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnCommand } from '../../support/command-line.js';
import { eventually } from '../../support/eventually.js';
import { OwnServer } from '../../support/postgres-server.js';

jest.setTimeout(180_000);

/** Of a process and of what it started. */
const environments = (pid: number): readonly string[] => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.filter(Boolean).map((child) => readFileSync(`/proc/${child}/environ`, 'utf8'));
};

describe('the demo over a database of one’s own', () => {
  let server: OwnServer;
  let folder: string;
  let child: ChildProcess | null = null;
  beforeAll(async () => {
    server = await OwnServer.start(18);
    folder = await mkdtemp(join(tmpdir(), 'ledger-own-demo-'));
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await server.remove();
    await rm(folder, { recursive: true });
  });

  it('migrates as its owner, and serves in a process that is not given the owner', async () => {
    const DATABASE_URL = await server.owner('demo_owner', 'CREATEROLE');
    const env = { DATABASE_URL, LEDGER_DATA_DIR: folder, LEDGER_PORT: '0' };
    const main = ['--import', './tests/support/typescript.mjs', 'apps/cli/main.ts', 'demo'];
    child = spawn(process.execPath, [...main, '--json', '--rows', '365'], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
    await eventually(() => expect(said).toContain('Ctrl-C stops; the data stays'), 90_000);
    const url = /LEDGER_RUNTIME_URL=(\S+)/.exec(said)![1]!;
    if (existsSync(`/proc/${child.pid}/environ`)) {
      const serving = environments(child.pid!);
      expect(serving).toHaveLength(1);
      expect(serving[0]).not.toContain('DATABASE_URL');
      expect(serving[0]).toContain(`LEDGER_RUNTIME_URL=${url}`);
    }
    const api = /Serving (http:\/\/\S+?)\. /.exec(said)![1]!;
    expect((await fetch(`${api}/health/ready`)).status).toBe(200);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);

    const again = await spawnCommand(['demo', '--exit', '--rows', '365'], env);
    expect([again.code, again.err]).toEqual([
      2,
      expect.stringMatching(/runtime-url-missing(.|\n)*migrate --new-runtime-password/),
    ]);
    const given = { ...env, LEDGER_RUNTIME_URL: url };
    const resumed = await spawnCommand(['demo', '--exit', '--rows', '365'], given);
    expect([resumed.code, resumed.err]).toEqual([
      0,
      expect.stringContaining('they are still here'),
    ]);
    // Without the owner's URL there is nothing to migrate with, and nothing to migrate; but keys there are already.
    const runtime = { LEDGER_RUNTIME_URL: url, LEDGER_DATA_DIR: folder, LEDGER_PORT: '0' };
    const asRuntime = await spawnCommand(['demo', '--exit', '--rows', '365'], runtime);
    expect([asRuntime.code, asRuntime.err]).toEqual([0, expect.stringContaining('still here')]);
  });
});
