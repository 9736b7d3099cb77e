import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { Cli } from './cli.js';

describe('serve, where its output is the log', () => {
  let cli: Cli;
  let child: ChildProcess;
  beforeAll(async () => {
    cli = await Cli.open();
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await cli.close();
  });

  it('writes JSON lines only, and the first says where it serves', async () => {
    child = cli.start(['serve'], { LEDGER_PORT: '0', LEDGER_LOG_LEVEL: 'warn' });
    let log = '';
    let out = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text));
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text));
    await eventually(() => expect(log).toContain('"serving"'), 60_000);
    const lines = (): Record<string, unknown>[] =>
      log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const started = lines().find(({ msg }) => msg === 'serving')!;
    expect(started).toMatchObject({ level: 30, roles: [], pid: child.pid });
    const live = await fetch(`${started['url'] as string}/health/live`);
    expect(live.status).toBe(200);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    expect([code, out, lines().length >= 1]).toEqual([0, '', true]);
  });
});
