import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from '../api/running-api.js';

const README = fileURLToPath(new URL('../../../libs/audit/README.md', import.meta.url));
const missing = spawnSync('python3', ['--version']).status === 0 ? null : 'python3';
const required = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('python');
if (missing !== null && required)
  throw new Error('Python is required (LEDGER_TEST_REQUIRE) and missing: there is no python3');

/** The program of the README as it stands there, against a ledger that two tenants share. */
(missing === null ? describe : describe.skip)('recomputing the chain without our code', () => {
  let api: RunningApi;
  let folder: string;
  beforeAll(async () => {
    api = await startApi({ parties: [] });
    folder = mkdtempSync(join(tmpdir(), 'ledger-recompute-'));
    const [, program] = /```python\n([\s\S]*?)```/.exec(readFileSync(README, 'utf8')) ?? [];
    writeFileSync(join(folder, 'recompute.py'), program!);
    await register(0, 'operator');
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const register = async (from: number, ...who: ('operator' | 'stranger')[]): Promise<void> => {
    for (let number = from; number < from + 24; number += 1)
      for (const as of who) {
        const party = { id: `p${number}`, name: `P ${number}`, kinds: ['vendor'] };
        const { status } = await api.command('/v1/parties', party, { as });
        expect(status).toBe(201);
      }
  };

  const recompute = (key: string, ...args: string[]) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn('python3', [join(folder, 'recompute.py'), api.base, key, ...args]);
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.on('close', (code) => resolve({ code, out, err }));
    });

  const heads = async (): Promise<string[]> =>
    (await api.ledger.heads())
      .filter(({ position }) => position > 0)
      .map(({ shard, position, hash }) => `${shard} ${position} ${hash}`);

  it('gives what verify prints, where all entries are of one tenant', async () => {
    const { code, out, err } = await recompute(api.keys.auditor);
    expect([code, err]).toEqual([
      0,
      '24 links checked; 0 entries between are not of this tenant\n',
    ]);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(await heads());
    writeFileSync(join(folder, 'own.txt'), out);
  });

  it('works for each of two tenants, and knows what was there before', async () => {
    await register(100, 'stranger', 'operator');
    for (const key of [api.keys.auditor, api.keys.stranger]) {
      const { code, err } = await recompute(key);
      expect([code, err]).toEqual([
        0,
        expect.stringMatching(/^\d+ links checked; [1-9]\d* entries/),
      ]);
    }
    expect((await recompute(api.keys.auditor, join(folder, 'own.txt'))).code).toBe(0);
  });

  // Last: it damages the ledger.
  it('finds an entry that was changed, and one that is gone', async () => {
    const change = async (statement: string): Promise<void> => {
      await api.owner.query('ALTER TABLE ledger.ledger_event DISABLE TRIGGER ALL');
      await api.owner.query(statement);
    };
    const { rows } = await api.owner.query<{ shard: number; position: string }>(
      `SELECT shard, position FROM ledger.ledger_event WHERE tenant = 'acme' ORDER BY shard, position LIMIT 1 OFFSET 3`,
    );
    const at = `shard = ${rows[0]!.shard} AND position = ${rows[0]!.position}`;
    await change(`UPDATE ledger.ledger_event SET entry = replace(entry, '"P ', '"Q ') WHERE ${at}`);
    const changed = await recompute(api.keys.auditor);
    expect([changed.code, changed.err]).toEqual([1, expect.stringContaining('AssertionError')]);
    await change(
      `UPDATE ledger.ledger_event SET hash = sha256('\\x00'::bytea || convert_to(entry, 'UTF8')) WHERE ${at}`,
    );
    expect((await recompute(api.keys.auditor, join(folder, 'own.txt'))).code).toBe(1);
    await change(`DELETE FROM ledger.ledger_event WHERE ${at}`);
    const gone = await recompute(api.keys.auditor, join(folder, 'own.txt'));
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('AssertionError')]);
  });
});
