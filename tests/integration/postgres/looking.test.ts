import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { pino } from 'pino';
import { removeEmbedded } from '../../../infra/postgres/embedded.js';
import { migrate } from '../../../infra/postgres/migrate.js';
import { asRole } from '../../../infra/postgres/url.js';
import { serve } from '../../../apps/standalone/serve.js';
import { configFromEnvironment } from '../../../libs/host/config.js';
import { runCommand, spawnCommand } from '../../support/command-line.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { describePostgres, OwnServer } from '../../support/postgres-server.js';
import { sql } from '../../support/sql.js';

jest.setTimeout(120_000);

/** Everything but migrate, demo, seed and the standalone server over the embedded database. */
const LOOKS: readonly (readonly string[])[] = [
  ['verify'],
  ['verify', '--deep'],
  ['replay', '--compare'],
  ['show', 'portfolio'],
  ['show', 'burn-down'],
  ['export'],
  ['projection', 'status'],
  ['key', 'list'],
  ['dlq', 'list'],
  ['doctor'],
];
const WORKS: readonly (readonly string[])[] = [
  ['projection', 'rebuild', 'all'],
  ['dlq', 'retry'],
  ['key', 'create', 'x', '--role', 'admin'],
  ['key', 'revoke', 'x'],
  ['post', 'usage', 'package.json'],
];
const SERVES: readonly (readonly string[])[] = [['serve'], ['serve', '--role', 'api']];
const running = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  args[0] === 'serve' ? spawnCommand(args, env) : runCommand(args, env);

describePostgres('looking at a database', (version) => {
  let server: OwnServer;
  let name: string;
  let databases = 0;
  beforeAll(async () => {
    server = await OwnServer.start(version);
  });
  afterAll(() => server.remove());
  beforeEach(() => {
    databases += 1;
    name = `looked${databases}`;
  });

  const objects = (database: string) =>
    server.sql(
      `SELECT n.nspname, c.relname, c.relacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
       UNION ALL SELECT nspname, '', nspacl::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_t%' ORDER BY 1, 2`,
      database,
    );

  it('makes no ledger where there is none', async () => {
    const DATABASE_URL = await server.owner(name, 'CREATEROLE');
    const [roles, before] = [await server.roles(), await objects(name)];
    for (const args of [...LOOKS, ...WORKS, ...SERVES]) {
      const { code, out, err } = await running(args, {
        DATABASE_URL,
        LEDGER_PORT: '0',
        LEDGER_LOG_LEVEL: 'silent',
      });
      expect([args, code, out + err]).toEqual([args, 4, expect.stringContaining('no-ledger')]);
    }
    const dry = await runCommand(['migrate', '--dry-run', '--json'], { DATABASE_URL });
    expect(JSON.parse(dry.out)).toMatchObject({
      dryRun: true,
      pending: expect.arrayContaining(['0001_ledger.sql', '0010_readers.sql']),
      createsLedger: true,
      makesRole: true,
    });
    expect(await objects(name)).toEqual(before);
    expect(await server.roles()).toEqual(roles);
  });

  it('does not bring a ledger of an earlier version up to date, nor read that of a newer one', async () => {
    const DATABASE_URL = await server.owner(name, 'CREATEROLE');
    const { runtimeUrl } = await migrate(DATABASE_URL);
    await sql(
      DATABASE_URL,
      "DELETE FROM public.ledger_migration WHERE name = '0007_key_person.sql'",
    );
    const env = { DATABASE_URL, LEDGER_RUNTIME_URL: runtimeUrl!, LEDGER_LOG_LEVEL: 'silent' };
    const before = await objects(name);
    for (const args of [...LOOKS, ...WORKS]) {
      const { code, out, err } = await runCommand(args, env);
      expect([args, code, out + err]).toEqual([
        args,
        1,
        expect.stringMatching(/schema-behind|0007_key_person(.|\n)*migrate/),
      ]);
    }
    for (const args of SERVES) {
      const { code, err } = await running(args, {
        LEDGER_RUNTIME_URL: runtimeUrl!,
        LEDGER_PORT: '0',
      });
      expect([args, code, err]).toEqual([
        args,
        1,
        expect.stringMatching(/schema-behind(.|\n)*migrate/),
      ]);
    }
    expect(await objects(name)).toEqual(before);
    await sql(DATABASE_URL, "INSERT INTO public.ledger_migration VALUES ('9999_later.sql', 'x')");
    for (const args of LOOKS) {
      const { code, out, err } = await runCommand(args, env);
      expect([args, code, out + err]).toEqual([args, 1, expect.stringContaining('9999_later.sql')]);
    }
  });

  it('alters no role of the server: a copy that another superuser looks at', async () => {
    const DATABASE_URL = await server.owner(name, 'CREATEROLE');
    const { runtimeUrl } = await migrate(DATABASE_URL);
    await server.sql(`CREATE DATABASE ${name}_copy TEMPLATE ${name}`);
    await server.sql(`CREATE ROLE ${name}_su SUPERUSER LOGIN PASSWORD 'other'`);
    const roles = await server.roles();
    const copy = server.url(`${name}_copy`, `${name}_su`, 'other');
    const before = await objects(`${name}_copy`);
    for (const args of LOOKS.filter(([first]) => first !== 'show' && first !== 'replay')) {
      const { code, err } = await runCommand(args, { DATABASE_URL: copy });
      expect([args, code, err]).toEqual([args, 0, expect.anything()]);
    }
    expect(await server.roles()).toEqual(roles);
    expect(await objects(`${name}_copy`)).toEqual(before);
    // Migrated, the copy has a role of its own, and the original's is as it was.
    const own = await migrate(copy);
    expect(own.withdrawn).toEqual([new URL(runtimeUrl!).username]);
    expect(own.runtime).toMatchObject({ made: true });
    expect(await server.roles()).toEqual(expect.arrayContaining(roles));
    expect((await runCommand(['verify'], { LEDGER_RUNTIME_URL: runtimeUrl! })).code).toBe(0);
    const strange = new URL(runtimeUrl!);
    strange.pathname = `/${name}_copy`;
    const other = await runCommand(['verify'], { LEDGER_RUNTIME_URL: strange.toString() });
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('not-granted')]);
  });

  it('says what is wrong with a login, and what to do', async () => {
    const DATABASE_URL = await server.owner(name, 'CREATEROLE');
    await migrate(DATABASE_URL);
    await server.role(`${name}_none`);
    const cases: readonly (readonly [string, number, RegExp])[] = [
      [
        asRole(DATABASE_URL, name, 'wrong'),
        4,
        /refuses the login: password authentication failed.*\n.*To fix it: Correct/,
      ],
      [asRole(DATABASE_URL, 'nobody_knows', 'x'), 4, /refuses the login.*\n.*To fix it: Correct/],
      [
        server.url(`${name}_missing`, name, name),
        4,
        /no such database: database ".*" does not exist\n.*To fix it: .*CREATE DATABASE/,
      ],
      [
        asRole(DATABASE_URL, `${name}_none`, `${name}_none`),
        1,
        /may not read the ledger .*not-granted.*\n.*To fix it: .*--auditor/,
      ],
      [`${DATABASE_URL}?sslmode=require`, 4, /speaks no TLS.*\n.*To fix it: .*sslmode/],
    ];
    for (const [url, exit, text] of cases)
      for (const args of [['verify'], ['show', 'portfolio']]) {
        const { code, err } = await runCommand(args, { LEDGER_AUDITOR_URL: url });
        expect([args, code, err]).toEqual([args, exit, expect.stringMatching(text)]);
      }
    const stranger = await runCommand(['migrate'], {
      DATABASE_URL: server.url(name, `${name}_none`, `${name}_none`),
    });
    expect([stranger.code, stranger.err]).toEqual([
      2,
      expect.stringMatching(/not-the-owner.*\n.*DATABASE_URL to looked/),
    ]);
    const elsewhere = await server.owner(`${name}_b`, 'CREATEROLE');
    await migrate(elsewhere);
    const mixed = await runCommand(['migrate'], {
      DATABASE_URL,
      LEDGER_RUNTIME_URL: server.url(`${name}_b`, `${name}_none`, `${name}_none`),
    });
    expect([mixed.code, mixed.err]).toEqual([2, expect.stringContaining('runtime-elsewhere')]);
  });
});

describe('a data folder without data', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-looking-'));
  });
  afterEach(async () => {
    await removeEmbedded(join(folder, 'mistyped', 'postgres'));
    await rm(folder, { recursive: true, force: true });
  });

  it('stays without, whoever looks', async () => {
    const LEDGER_DATA_DIR = join(folder, 'mistyped');
    for (const args of [...LOOKS, ...WORKS, ['serve', '--role', 'api']]) {
      const { code, out, err } = await running(args, { LEDGER_DATA_DIR, LEDGER_PORT: '0' });
      expect([args, code, out + err]).toEqual([
        args,
        4,
        expect.stringContaining('There is no ledger in'),
      ]);
    }
    const dry = await runCommand(['migrate', '--dry-run'], { LEDGER_DATA_DIR });
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('0001_ledger.sql')]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is filled by migrate, and then read without a word about roles', async () => {
    const LEDGER_DATA_DIR = join(folder, 'mistyped');
    const env = { LEDGER_DATA_DIR, LEDGER_LOG_LEVEL: 'silent' };
    const made = await runCommand(['migrate', '--json'], env);
    expect(JSON.parse(made.out)).toMatchObject({ runtime: { role: 'ledger_service', url: null } });
    expect(made.out).not.toContain('postgresql://');
    for (const args of [
      ['verify'],
      ['export'],
      ['key', 'create', 'x', '--role', 'admin'],
      ['projection', 'rebuild', 'all'],
      ['replay'],
      ['show', 'portfolio'],
      ['doctor'],
    ]) {
      const { code, err } = await runCommand(args, env);
      expect([args, code, err]).toEqual([args, 0, expect.anything()]);
    }
    const served = await serve(
      configFromEnvironment({ ...env, LEDGER_PORT: '0' }),
      pino({ level: 'silent' }),
    );
    const { rows } = await served.system.pool.query('SELECT current_user AS role');
    expect(rows).toEqual([{ role: 'ledger_service' }]);
    expect(Object.keys(served.system)).not.toContain('ownerUrl');
    await served.close();
    expect(existsSync(LEDGER_DATA_DIR)).toBe(true);
  });
});

describe('doctor', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  it('says as whom it looks, and whether what serves would be refused', async () => {
    const { ownerUrl, runtimeUrl } = database;
    const owner = await runCommand(['doctor'], { DATABASE_URL: ownerUrl });
    expect([owner.code, owner.out]).toEqual([
      0,
      expect.stringMatching(/! +Serving +would be refused: ledger_owner is a superuser/),
    ]);
    const runtime = await runCommand(['doctor'], { LEDGER_RUNTIME_URL: runtimeUrl });
    expect([runtime.code, runtime.out]).toEqual([
      0,
      expect.stringMatching(/✓ +Serving +as commitment_ledger_test/),
    ]);
    const both = await runCommand(['doctor'], {
      DATABASE_URL: ownerUrl,
      LEDGER_RUNTIME_URL: runtimeUrl,
    });
    expect(both.out).toMatch(
      /✓ +Serving +as commitment_ledger_test, where DATABASE_URL is not set/,
    );
  });

  it('knows a ledger that runs on the port from anything else', async () => {
    const LEDGER_RUNTIME_URL = database.runtimeUrl;
    const config = configFromEnvironment({ LEDGER_RUNTIME_URL, LEDGER_PORT: '0' });
    const served = await serve(config, pino({ level: 'silent' }));
    const { port } = new URL(served.url);
    const running = await runCommand(['doctor'], { LEDGER_RUNTIME_URL, LEDGER_PORT: port });
    expect(running.out).toMatch(new RegExp(`✓ +Port +${port} is in use by a ledger that runs`));
    await served.close();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const busy = String((other.address() as AddressInfo).port);
    const strange = await runCommand(['doctor'], { LEDGER_RUNTIME_URL, LEDGER_PORT: busy });
    expect(strange.out).toMatch(new RegExp(`! +Port +${busy} is in use`));
    other.close();
    const away = await runCommand(['doctor'], { LEDGER_RUNTIME_URL, LEDGER_HOST: '203.0.113.1' });
    expect(away.out).toMatch(/! +Port(.|\n)*To fix Port: Set LEDGER_HOST/);
  });
});
