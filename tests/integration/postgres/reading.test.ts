import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { asRole } from '../../../infra/postgres/url.js';
import { runCommand, type Ran } from '../../support/command-line.js';
import { eventually } from '../../support/eventually.js';
import { describePostgres, OwnServer } from '../../support/postgres-server.js';

jest.setTimeout(180_000);

interface Exported {
  readonly shard: number;
  readonly position: number;
  readonly hash: string;
  readonly entry: string;
}
interface End {
  readonly ledgerId: string;
  readonly genesisHash: string;
  readonly heads: readonly Omit<Exported, 'entry'>[];
}

/** As anybody could: with SHA-256 and what the documents say, and nothing of ours. */
const recomputed = (text: string): { readonly entries: readonly Exported[]; readonly end: End } => {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const end = lines.pop() as End;
  const entries = lines as Exported[];
  const last = new Map<number, { position: number; hash: string }>();
  for (const { shard, position, hash, entry } of entries) {
    const before = last.get(shard) ?? { position: 0, hash: end.genesisHash };
    const { pos, prev } = JSON.parse(entry) as { pos: string; prev: string };
    expect([position, pos, prev]).toEqual([before.position + 1, String(position), before.hash]);
    expect(createHash('sha256').update('\0').update(entry).digest('hex')).toBe(hash);
    last.set(shard, { position, hash });
  }
  for (const { shard, position, hash } of end.heads)
    expect(last.get(shard) ?? { position: 0, hash: end.genesisHash }).toEqual({ position, hash });
  return { entries, end };
};

describePostgres('an auditor that may only SELECT', (version) => {
  let server: OwnServer;
  let standby: OwnServer;
  let folder: string;
  let ownerUrl: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-reading-'));
    server = await OwnServer.start(version);
    ownerUrl = await server.owner('owner', 'CREATEROLE');
    await server.role('auditor');
    const seeded = await runCommand(['seed', '--rows', '365'], {
      DATABASE_URL: ownerUrl,
      LEDGER_AUDITOR_URL: server.url('owner', 'auditor', 'auditor'),
    });
    expect([seeded.code, seeded.err]).toEqual([0, expect.stringContaining('LEDGER_RUNTIME_URL=')]);
    standby = await server.standby();
  });
  afterAll(async () => {
    await standby.remove();
    await server.remove();
    await rm(folder, { recursive: true });
  });

  const looksOf =
    (url: string) =>
    async (...args: string[]): Promise<Ran> => {
      const ran = await runCommand(args, { LEDGER_AUDITOR_URL: url });
      expect([args.join(' '), ran.code, ran.err]).toEqual([args.join(' '), 0, expect.anything()]);
      return ran;
    };

  /** Everything that looks, where nothing can be written. */
  const readsAll = async (url: string): Promise<void> => {
    const look = looksOf(url);
    const verified = (await look('verify')).out;
    expect(verified).toContain('Internally consistent');
    expect(verified).not.toContain('Not looked at');
    for (const view of [
      'portfolio',
      'burn-down',
      'obligation',
      'concentration',
      'tranches',
      'circularity',
    ])
      expect((await look('show', view)).out).toContain('up to date');
    expect((await look('show', 'portfolio', '--known-at', '2020-01-01T00:00:00Z')).code).toBe(0);
    expect((await look('projection', 'status')).out).toContain('All 3 views are up to date');
    expect((await look('key', 'list')).out).toContain('no keys yet');
    expect((await look('dlq', 'list')).out).toContain('0 usage events parked');
    expect((await look('doctor')).out).toMatch(/✓ +LEDGER_AUDITOR_URL +auditor/);
    expect((await look('replay', '--compare')).out).toContain('Match');
    const { entries } = recomputed((await look('export')).out);
    expect(entries.length).toBeGreaterThan(1_500);
  };

  it('reads all of a database that only lets itself be read', async () => {
    await server.sql('ALTER DATABASE owner SET default_transaction_read_only = on');
    await readsAll(server.url('owner', 'auditor', 'auditor'));
    const refused = await runCommand(['projection', 'rebuild', 'all'], {
      LEDGER_RUNTIME_URL: await runtimeUrl(),
    });
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/only lets itself be read(.|\n)*primary/),
    ]);
    await server.sql('ALTER DATABASE owner RESET default_transaction_read_only');
  });

  const runtimeUrl = async (): Promise<string> => {
    const ran = await runCommand(['migrate', '--new-runtime-password', '--json'], {
      DATABASE_URL: `${ownerUrl}?options=-c%20default_transaction_read_only%3Doff`,
    });
    return (JSON.parse(ran.out) as { runtime: { url: string } }).runtime.url;
  };

  it('reads all of a standby, which also knows what came last', async () => {
    const url = standby.url('owner', 'auditor', 'auditor');
    await readsAll(url);
    const made = await runCommand(['key', 'create', 'late', '--role', 'auditor'], {
      DATABASE_URL: ownerUrl,
    });
    expect(made.code).toBe(0);
    await eventually(async () =>
      expect((await looksOf(url)('export')).out).toContain('ApiKeyIssued'),
    );
    for (const args of [['migrate'], ['key', 'create', 'x', '--role', 'admin']]) {
      const ran = await runCommand(args, { DATABASE_URL: standby.url('owner', 'owner', 'owner') });
      expect([args[0], ran.code, ran.err]).toEqual([
        args[0],
        1,
        expect.stringContaining('only lets itself be read'),
      ]);
    }
    const dry = await runCommand(['migrate', '--dry-run', '--json'], {
      DATABASE_URL: standby.url('owner', 'owner', 'owner'),
    });
    expect(JSON.parse(dry.out)).toMatchObject({ pending: [], makesRole: false });
  });

  it('exports a shard, or what came later, and never over what is there', async () => {
    const look = looksOf(server.url('owner', 'auditor', 'auditor'));
    const { entries, end } = recomputed((await look('export')).out);
    const busiest = [...end.heads].sort((a, b) => b.position - a.position)[0]!;
    const one = (await look('export', '--shard', String(busiest.shard))).out;
    expect(recomputed(one).entries).toEqual(entries.filter(({ shard }) => shard === busiest.shard));
    const later = (await look('export', '--from', '100')).out.trimEnd().split('\n').slice(0, -1);
    expect(later.map((line) => JSON.parse(line) as unknown)).toEqual(
      entries.filter(({ position }) => position >= 100),
    );
    const file = join(folder, 'ledger.ndjson');
    await look('export', '--out', file);
    expect(readFileSync(file, 'utf8')).toBe((await look('export')).out);
    const again = await runCommand(['export', '--out', file], {
      LEDGER_AUDITOR_URL: server.url('owner', 'auditor', 'auditor'),
    });
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('exists already')]);
    expect(existsSync(file)).toBe(true);
    const none = await runCommand(['export', '--shard', '4'], {
      LEDGER_AUDITOR_URL: server.url('owner', 'auditor', 'auditor'),
    });
    expect(none.code).toBe(2);
  });

  it('may also be one of the server’s own making: pg_read_all_data', async () => {
    await server.role('reader', 'IN ROLE pg_read_all_data');
    await readsAll(asRole(ownerUrl, 'reader', 'reader')).catch(async (error: Error) => {
      // A key was made meanwhile, so that views that nobody fills are behind; all else is the same.
      expect(error.message).toMatch(/up to date|no keys yet/);
    });
    expect(
      (await runCommand(['verify'], { LEDGER_AUDITOR_URL: asRole(ownerUrl, 'reader', 'reader') }))
        .code,
    ).toBe(0);
  });
});
