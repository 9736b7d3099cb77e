import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { asRole } from '../../../infra/postgres/url.js';
import { serve } from '../../../apps/standalone/serve.js';
import { configFromEnvironment } from '../../../libs/host/config.js';
import { runCommand, type Ran } from '../../support/command-line.js';
import { describePostgres, OwnServer } from '../../support/postgres-server.js';

jest.setTimeout(180_000);

const USAGE = {
  source: 'urn:acme:billing',
  agreement: 'amazon-anthropic',
  // The reference deal counts from seven months before the day on which it is loaded.
  effectiveAt: new Date(Date.now() - 86_400_000).toISOString(),
  currency: 'USD',
  amount: '12.5',
};

type Environment = Readonly<Record<string, string>>;

describePostgres('a ledger whose owner is no superuser', (version) => {
  let server: OwnServer;
  let folder: string;
  let databases = 0;
  beforeAll(async () => {
    server = await OwnServer.start(version);
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-owners-'));
    databases += 1;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const ran = async (env: Environment, ...args: string[]): Promise<Ran> => {
    const answer = await runCommand(args, { LEDGER_LOG_LEVEL: 'silent', ...env });
    expect([args.join(' '), answer.code, answer.err]).toEqual([
      args.join(' '),
      0,
      expect.anything(),
    ]);
    return answer;
  };
  const json = async <Answer>(env: Environment, ...args: string[]): Promise<Answer> =>
    JSON.parse((await ran(env, ...args, '--json')).out) as Answer;

  /** Serves as the api would be, takes one event over HTTP, and ends. */
  const served = async (env: Environment, key: string, id: string): Promise<string> => {
    const config = configFromEnvironment({ ...env, LEDGER_PORT: '0' });
    const running = await serve(config, pino({ level: 'silent' }));
    try {
      const answer = await fetch(`${running.url}/v1/usage-events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...USAGE, id }),
      });
      const { outcome } = (await answer.json()) as { outcome: string };
      const heads = (await running.system.reader.heads()).map((head) => [
        head.shard,
        head.position,
      ]);
      expect(await running.waitForViews(Object.fromEntries(heads), 60_000)).toBe(true);
      return outcome;
    } finally {
      await running.close();
    }
  };

  /** Migrate, serve, migrate, serve, rebuild, and every command that looks or works. */
  const wholeLife = async (owner: Environment, runtime: Environment): Promise<void> => {
    const both = { ...owner, ...runtime };
    await ran(both, 'seed', '--rows', '365');
    const { key } = await json<{ key: string }>(
      owner,
      'key',
      'create',
      'billing',
      '--role',
      'admin',
    );
    expect(await served(runtime, key, 'one')).toBe('recorded');
    expect(await json(both, 'migrate')).toMatchObject({ applied: [], views: 'kept' });
    expect(await served(runtime, key, 'two')).toBe('recorded');
    expect(await served(runtime, key, 'one')).toBe('duplicate');
    await ran(runtime, 'projection', 'rebuild', 'all');
    expect(await json(owner, 'migrate')).toMatchObject({ applied: [], views: 'kept' });
    for (const env of [owner, runtime, both]) {
      expect((await ran(env, 'verify', '--deep')).out).toContain('Internally consistent');
      expect((await ran(env, 'show', 'portfolio')).out).toContain('amazon-anthropic');
      expect((await ran(env, 'projection', 'status')).out).toContain('up to date');
      expect((await ran(env, 'key', 'list')).out).toContain('billing');
      expect((await ran(env, 'doctor')).out).toMatch(/✓ +Migrations/);
      expect((await ran(env, 'export')).out.trim().split('\n').length).toBeGreaterThan(1_500);
    }
    expect((await ran(runtime, 'replay', '--compare')).out).toContain('Match:');
    const file = join(folder, 'usage.ndjson');
    writeFileSync(file, `${JSON.stringify({ ...USAGE, id: 'three' })}\n`);
    expect(await json(runtime, 'post', 'usage', file)).toMatchObject({ counts: { recorded: 1 } });
    await ran(runtime, 'dlq', 'list');
    await ran(owner, 'key', 'revoke', 'billing');
  };

  it('lives for ever with an owner that may create roles', async () => {
    const DATABASE_URL = await server.owner(`creator${databases}`, 'CREATEROLE');
    const first = await json<{ runtime: { role: string; url: string; made: boolean } }>(
      { DATABASE_URL },
      'migrate',
    );
    expect(first).toMatchObject({ applied: expect.arrayContaining(['0001_ledger.sql']) });
    expect(first.runtime).toMatchObject({
      made: true,
      role: expect.stringMatching(/^ledger_runtime_[0-9a-f]{8}$/),
    });
    await wholeLife({ DATABASE_URL }, { LEDGER_RUNTIME_URL: first.runtime.url });
  });

  it('lives for ever with an owner that may not, and a role that an administrator prepared', async () => {
    const DATABASE_URL = await server.owner(`plain${databases}`);
    const refused = await runCommand(['migrate'], { DATABASE_URL });
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/cannot-create-role(.|\n)*CREATE ROLE .*LEDGER_RUNTIME_URL/),
    ]);
    await server.role(`prepared${databases}`);
    const before = await server.roles();
    const LEDGER_RUNTIME_URL = asRole(DATABASE_URL, `prepared${databases}`, `prepared${databases}`);
    expect(await json({ DATABASE_URL, LEDGER_RUNTIME_URL }, 'migrate')).toMatchObject({
      runtime: { role: `prepared${databases}`, made: false, url: null },
    });
    await wholeLife({ DATABASE_URL }, { LEDGER_RUNTIME_URL });
    expect(await server.roles()).toEqual(before);
  });

  it('serves as DATABASE_URL too, where that is the role that may only append', async () => {
    const DATABASE_URL = await server.owner(`own${databases}`, 'CREATEROLE');
    const { runtime } = await json<{ runtime: { url: string } }>({ DATABASE_URL }, 'migrate');
    const { key } = await json<{ key: string }>(
      { DATABASE_URL },
      'key',
      'create',
      'a',
      '--role',
      'admin',
    );
    expect(await served({ DATABASE_URL: runtime.url }, key, 'one')).toBe('parked');
    const denied = await runCommand(['key', 'create', 'b', '--role', 'admin'], {
      DATABASE_URL: runtime.url,
    });
    expect([denied.code, denied.err]).toEqual([2, expect.stringContaining('not-the-owner')]);
    // Nothing is on record of a key that could not be made.
    expect((await ran({ DATABASE_URL }, 'export')).out).not.toContain('access:b');
  });

  it('says why a prepared role cannot be used, and leaves it as it is', async () => {
    const name = `strange${databases}`;
    const DATABASE_URL = await server.owner(`${name}_owner`, 'CREATEROLE');
    await server.role(name);
    await server.sql(`ALTER ROLE ${name} NOLOGIN`);
    await server.role(`${name}_mighty`, 'SUPERUSER');
    await server.sql(`CREATE ROLE ${name}_member LOGIN PASSWORD 'x' IN ROLE ${name}_owner`);
    const before = await server.roles();
    const tried = async (role: string, password: string) => {
      const LEDGER_RUNTIME_URL = asRole(DATABASE_URL, role, password);
      return runCommand(['migrate'], { DATABASE_URL, LEDGER_RUNTIME_URL });
    };
    const said = [
      [await tried(name, name), 4, /cannot-log-in(.|\n)*LOGIN/],
      [await tried(`${name}_mighty`, `${name}_mighty`), 2, /serving-as-owner/],
      [await tried(`${name}_member`, 'x'), 2, /serving-as-owner/],
      [await tried(`${name}_owner`, `${name}_owner`), 2, /serving-as-owner/],
    ] as const;
    for (const [{ code, err }, exit, text] of said)
      expect([code, err]).toEqual([exit, expect.stringMatching(text)]);
    await server.sql(`ALTER ROLE ${name} LOGIN`);
    expect((await tried(name, 'wrong')).err).toContain('cannot-log-in');
    const password = await runCommand(['migrate', '--new-runtime-password'], {
      DATABASE_URL,
      LEDGER_RUNTIME_URL: asRole(DATABASE_URL, name, 'mine'),
    });
    expect([password.code, password.err]).toEqual([1, expect.stringContaining('role-not-ours')]);
    await server.sql(`ALTER ROLE ${name} NOLOGIN`);
    expect(await server.roles()).toEqual(before);
  });

  it('gives the role that it made another password, once asked to', async () => {
    const DATABASE_URL = await server.owner(`renewed${databases}`, 'CREATEROLE');
    const { runtime } = await json<{ runtime: { url: string } }>({ DATABASE_URL }, 'migrate');
    const again = await json<{ runtime: { url: string | null } }>({ DATABASE_URL }, 'migrate');
    expect(again.runtime.url).toBeNull();
    const renewed = await json<{ runtime: { url: string } }>(
      { DATABASE_URL },
      ...['migrate', '--new-runtime-password'],
    );
    expect(renewed.runtime.url).not.toBe(runtime.url);
    await ran({ LEDGER_RUNTIME_URL: renewed.runtime.url }, 'show', 'portfolio').catch(
      () => undefined,
    );
    const old = await runCommand(['verify'], { LEDGER_RUNTIME_URL: runtime.url });
    expect([old.code, old.err]).toEqual([
      4,
      expect.stringMatching(/refuses the login.*\n.*migrate --new-runtime-password/),
    ]);
    expect((await ran({ LEDGER_RUNTIME_URL: renewed.runtime.url }, 'verify')).out).toContain(
      'Internally consistent',
    );
  });

  it('grants who shall read only, and that role changes nothing and reads all', async () => {
    const DATABASE_URL = await server.owner(`audited${databases}`, 'CREATEROLE');
    const { runtime } = await json<{ runtime: { url: string } }>({ DATABASE_URL }, 'migrate');
    const both = { DATABASE_URL, LEDGER_RUNTIME_URL: runtime.url };
    await ran(both, 'seed', '--rows', '365');
    const name = `auditor${databases}`;
    const missing = await runCommand(['migrate', '--auditor', name], { DATABASE_URL });
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringMatching(/role-unknown(.|\n)*CREATE ROLE/),
    ]);
    await server.role(name);
    await ran(both, 'migrate', '--auditor', name);
    const LEDGER_AUDITOR_URL = asRole(DATABASE_URL, name, name);
    const look = async (): Promise<void> => {
      const auditor = { LEDGER_AUDITOR_URL };
      expect((await ran(auditor, 'verify', '--deep')).out).toContain('Internally consistent');
      expect((await ran(auditor, 'show', 'burn-down')).out).toContain('amazon-anthropic.cloud');
      expect((await ran(auditor, 'projection', 'status')).out).toContain('up to date');
      expect((await ran(auditor, 'key', 'list')).code).toBe(0);
      expect((await ran(auditor, 'dlq', 'list')).code).toBe(0);
      expect((await ran(auditor, 'doctor')).out).toMatch(/LEDGER_AUDITOR_URL +auditor/);
      expect((await ran(auditor, 'export')).out).toContain('"heads"');
    };
    await look();
    // Tables that the role that serves makes later.
    await ran({ LEDGER_RUNTIME_URL: runtime.url }, 'projection', 'rebuild', 'all');
    await ran({ DATABASE_URL }, 'migrate');
    await look();
    for (const args of [
      ['post', 'usage', '-'],
      ['key', 'create', 'x', '--role', 'admin'],
      ['migrate'],
      ['projection', 'rebuild', 'all'],
    ]) {
      const { code, err } = await runCommand(args, { LEDGER_AUDITOR_URL });
      expect([args[0], code, err]).toEqual([
        args[0],
        2,
        expect.stringMatching(/(runtime|owner)-url-missing/),
      ]);
    }
    const posing = await runCommand(['projection', 'rebuild', 'all'], {
      LEDGER_RUNTIME_URL: LEDGER_AUDITOR_URL,
    });
    expect([posing.code, posing.err]).toEqual([
      1,
      expect.stringMatching(/may not do this(.|\n)*migrate/),
    ]);
  });
});
