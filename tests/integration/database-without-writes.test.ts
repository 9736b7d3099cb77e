import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { serverAccount } from '../../infra/postgres/binaries.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { serve } from '../../apps/standalone/serve.js';
import type { Served } from '../../libs/host/service.js';
import { RecordRefusals } from '../../libs/application/record-refusals.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { createPool } from '../../libs/host/pool.js';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { checkInvariants } from '../support/invariants.js';
import { describeSmallDisk, mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { sql } from '../support/sql.js';
import { openDeal } from '../support/usage.js';

const TENANT = 'acme';

/** Closed after each test, also where it failed. */
const running: Served[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((served) => served.close({ drainMs: 0 })));
}, 60_000);

/** A process that serves, and what it says and answers. */
class Serving {
  private constructor(
    readonly served: Served,
    private readonly key: string,
    private readonly said: readonly Record<string, unknown>[],
  ) {}

  static async over(runtimeUrl: string, keysUrl: string): Promise<Serving> {
    const config = configFromEnvironment({
      LEDGER_RUNTIME_URL: runtimeUrl,
      LEDGER_TENANT: TENANT,
      LEDGER_PORT: '0',
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
    });
    const said: Record<string, unknown>[] = [];
    const write = (line: string): void => void said.push(JSON.parse(line) as never);
    const served = await serve(config, pino({ base: null }, { write }));
    const owner = createPool(keysUrl, { max: 1 });
    const key = await createApiKey(owner, { tenant: TENANT, name: 'ann', role: 'admin' });
    await owner.end();
    const serving = new Serving(served, key, said);
    running.push(served);
    await openDeal(served.system.ledger, 'alpha', '100000');
    await eventually(async () => expect((await serving.ready()).status).toBe(200));
    return serving;
  }

  async post(
    ids: readonly string[],
    padding = '',
  ): Promise<{ status: number; headers: Headers; body: Body }> {
    const events = ids.map((id) => ({
      ...{ source: 'billing', id, agreement: 'alpha', effectiveAt: '2026-03-01T00:00:00Z' },
      ...{ currency: 'USD', amount: '0.01', tags: { padding } },
    }));
    const answer = await fetch(`${this.served.url}/v1/usage-events/batch`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(this.served.url + path, { headers: this.headers });
    return { status: answer.status, text: await answer.text() };
  }

  async ready(query = ''): Promise<{ status: number; body: Body }> {
    const { status, text } = await this.get(`/health/ready${query}`);
    return { status, body: JSON.parse(text) as Body };
  }

  lines(message: string): readonly Record<string, unknown>[] {
    return this.said.filter(({ msg }) => msg === message);
  }

  private get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.key}` };
  }
}

type Body = Readonly<Record<string, unknown>>;

describeSmallDisk('a database whose disk is full', () => {
  let disk: SmallDisk;
  let admin: pg.Client;
  let url: URL;
  const name = `test_full_${process.pid}`;

  beforeAll(async () => {
    disk = await mountSmallDisk(64);
    const location = join(disk.path, 'tables');
    await mkdir(location);
    const account = serverAccount();
    if (account !== null) await chown(location, account.uid, account.gid);
    url = new URL(process.env['TEST_EMBEDDED_URL']!);
    admin = new pg.Client({ connectionString: url.toString() });
    await admin.connect();
    await admin.query(`CREATE TABLESPACE ${name} LOCATION '${location}'`);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 TABLESPACE ${name}`);
    url.pathname = `/${name}`;
  }, 60_000);
  afterAll(async () => {
    disk.makeRoom();
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`DROP TABLESPACE IF EXISTS ${name}`);
    await admin.end();
    await disk.remove();
  }, 60_000);

  it('says so, is not ready for writing, answers questions, loses nothing, and goes on by itself', async () => {
    const { runtimeUrl } = await migrate(url.toString());
    const serving = await Serving.over(runtimeUrl!, url.toString());
    const acknowledged: string[] = [];
    const batch = (n: number): string[] => Array.from({ length: 200 }, (_, at) => `${n}-${at}`);
    disk.fill(512 * 1024);
    let n = 0;
    let last = await serving.post(batch(n), 'x'.repeat(200));
    while (last.status === 200 && n < 100) {
      acknowledged.push(...batch(n));
      n += 1;
      last = await serving.post(batch(n), 'x'.repeat(200));
    }
    expect(last).toMatchObject({ status: 503, body: { code: 'database-full' } });
    expect(last.headers.get('retry-after')).toBe('10');

    expect(await serving.ready()).toMatchObject({
      status: 503,
      body: { status: 'not-ready', readable: true, writable: false, reason: 'database-full' },
    });
    expect(await serving.ready('?access=read')).toMatchObject({ status: 200 });
    expect(await serving.ready('?role=api')).toMatchObject({
      status: 503,
      body: { roles: [{ role: 'api', ready: false, reason: 'database-full' }] },
    });
    expect((await serving.get('/v1/ledger')).status).toBe(200);
    const metrics = (await serving.get('/metrics')).text;
    expect(metrics).toContain('ledger_database_up 1\n');
    expect(metrics).toContain('ledger_database_writable 0\n');
    await serving.post(batch(n), 'x'.repeat(200));
    expect(serving.lines('the database takes no writes')).toEqual([
      expect.objectContaining({
        level: 50,
        reason: 'database-full',
        fix: expect.stringMatching(/make room/),
      }),
    ]);

    disk.makeRoom();
    await eventually(async () => expect((await serving.ready()).status).toBe(200));
    expect(serving.lines('the database takes writes again')).toHaveLength(1);
    expect((await serving.post(batch(n), 'x'.repeat(200))).status).toBe(200);
    acknowledged.push(...batch(n));
    const rows = await sql<{ id: string }>(
      url.toString(),
      `SELECT entry::json->>'id' AS id FROM ledger.ledger_event WHERE type = 'DrawdownRecorded'`,
    );
    expect(rows.map(({ id }) => id).sort()).toEqual(acknowledged.sort());
    expect(await checkInvariants(url.toString())).toEqual([]);
  }, 120_000);
});

describe('a database that was set read-only', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  }, 60_000);
  afterEach(() => database.drop(), 60_000);

  it('says so, answers questions, and goes on by itself', async () => {
    const serving = await Serving.over(database.runtimeUrl, database.ownerUrl);
    const set = async (value: 'on' | 'off'): Promise<void> => {
      const name = new URL(database.ownerUrl).pathname.slice(1);
      // From another database: this one takes no ALTER any more.
      await sql(
        process.env['TEST_EMBEDDED_URL']!,
        `ALTER DATABASE ${name} SET default_transaction_read_only = ${value};
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
    };
    await set('on');
    await eventually(async () =>
      expect(await serving.ready()).toMatchObject({
        status: 503,
        body: { readable: true, writable: false, reason: 'database-read-only' },
      }),
    );
    expect(await serving.post(['a'])).toMatchObject({
      status: 503,
      body: { code: 'database-read-only' },
    });
    expect((await serving.get('/v1/ledger')).status).toBe(200);
    expect((await serving.ready('?role=api&access=read')).status).toBe(200);
    expect(serving.lines('the database takes no writes')).toHaveLength(1);
    await set('off');
    await eventually(async () => expect((await serving.ready()).status).toBe(200));
    await eventually(async () => expect((await serving.post(['a'])).status).toBe(200));
  }, 90_000);
});

describe('a database that is away', () => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  beforeEach(async () => {
    database = await testDatabase();
    proxy = await cuttableProxy(database.runtimeUrl);
  }, 60_000);
  afterEach(async () => {
    await proxy.close();
    await database.drop();
  }, 60_000);

  it('leaves no figure in the metrics that could be taken for one of now', async () => {
    const serving = await Serving.over(proxy.url, database.ownerUrl);
    const lag = /^ledger_projection_lag_events\{/m;
    const without = /^ledger_commitments_without_ratio \d/m;
    const before = (await serving.get('/metrics')).text;
    expect(before).toMatch(lag);
    expect(before).toMatch(without);
    expect(before).toContain('ledger_database_up 1\n');
    await proxy.close();
    await eventually(async () => {
      const text = (await serving.get('/metrics')).text;
      expect(text).toContain('ledger_database_up 0\n');
      expect(text).toContain('ledger_database_writable 0\n');
      expect(text).not.toMatch(lag);
      expect(text).not.toMatch(/^ledger_projection_lag_seconds\{/m);
      expect(text).not.toMatch(without);
      expect(text).toMatch(/^ledger_scrape_errors_total\{measure="database"\} [1-9]/m);
    });
    expect(await serving.ready()).toMatchObject({
      status: 503,
      body: { database: 'unreachable', readable: false, writable: false, reason: 'database-away' },
    });
    expect((await serving.ready('?access=read')).status).toBe(503);
  }, 90_000);
});

describe('a question about readiness', () => {
  let database: TestDatabase;
  let serving: Serving;
  beforeEach(async () => {
    database = await testDatabase();
    serving = await Serving.over(database.runtimeUrl, database.ownerUrl);
  }, 60_000);
  afterEach(() => database.drop(), 60_000);

  it('is refused when it asks for what this process is not', async () => {
    const answers = {
      '?role=publisher': [404, 'role-not-here'],
      '?role=': [404, 'role-not-here'],
      '?role=api&role=api': [404, 'role-not-here'],
      '?access=sideways': [400, 'query-invalid'],
      '?rolle=api': [400, 'query-invalid'],
    };
    for (const [query, [status, code]] of Object.entries(answers))
      expect(await serving.ready(query)).toMatchObject({ status, body: { code } });
  });

  it('counts refusals by their codes', async () => {
    const refusals = ['amount-malformed', 'amount-malformed', 'key-missing'].map((code) => ({
      ...{ tenant: TENANT, source: null, id: null, digest: null },
      problem: { code, pointer: '', message: '' },
    }));
    await serving.served.system.commands.execute(new RecordRefusals(refusals, 'http'));
    const { text } = await serving.get('/metrics');
    expect(text).toContain('ledger_refusals_total{channel="http",code="amount-malformed"} 2\n');
    expect(text).toContain('ledger_refusals_total{channel="http",code="key-missing"} 1\n');
  });
});
