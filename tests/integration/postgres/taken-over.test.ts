import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import pg from 'pg';
import { migrate } from '../../../infra/postgres/migrate.js';
import { asRole } from '../../../infra/postgres/url.js';
import { serve } from '../../../apps/standalone/serve.js';
import type { Served } from '../../../libs/host/service.js';
import { configFromEnvironment } from '../../../libs/host/config.js';
import { runCommand } from '../../support/command-line.js';
import { describePostgres, OwnServer } from '../../support/postgres-server.js';
import { sql } from '../../support/sql.js';

jest.setTimeout(120_000);

const ON_EVENTS = [
  "UPDATE ledger.ledger_event SET entry = replace(entry, 'a', 'b')",
  "UPDATE ledger.ledger_event SET hash = sha256('x')",
  'DELETE FROM ledger.ledger_event',
  'TRUNCATE ledger.ledger_event',
  'DROP TABLE ledger.ledger_event',
  'ALTER TABLE ledger.ledger_event DISABLE TRIGGER ALL',
  'ALTER TABLE ledger.ledger_event DISABLE TRIGGER append_only',
  'DROP TRIGGER append_only ON ledger.ledger_event',
  'CREATE TRIGGER mine BEFORE INSERT ON ledger.ledger_event FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()',
  'CREATE RULE mine AS ON INSERT TO ledger.ledger_event DO INSTEAD NOTHING',
  'ALTER TABLE ledger.ledger_event DROP CONSTRAINT ledger_event_dedupe_key',
  'ALTER TABLE ledger.ledger_event ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE ledger.ledger_event RENAME TO other',
  'SELECT FROM ledger.ledger_event FOR UPDATE',
  'DROP INDEX ledger.ledger_event_dedupe_key',
];
const ON_THE_LEDGER = [
  'UPDATE ledger.ledger SET shard_count = 8',
  "INSERT INTO ledger.ledger (ledger_id, shard_count, format_version, genesis_hash) VALUES (gen_random_uuid(), 1, 1, sha256('x'))",
  'DELETE FROM ledger.shard_head',
  'DELETE FROM ledger.stream',
  "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
  'DROP FUNCTION ledger.refuse_change() CASCADE',
  'ALTER FUNCTION ledger.refuse_change() OWNER TO CURRENT_USER',
  'CREATE TABLE ledger.mine (n integer)',
  "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  'DROP SCHEMA ledger CASCADE',
  'DROP SCHEMA views CASCADE',
  'ALTER SCHEMA ledger RENAME TO other',
  'DELETE FROM public.ledger_migration',
  "INSERT INTO ledger.migration VALUES ('9999.sql', 'x')",
  'DROP VIEW ledger.migration',
];
const ON_KEYS = [
  "INSERT INTO ledger.api_key (key_hash, name, tenant, role, person) VALUES (sha256('x'), 'x', 'demo', 'admin', 'x')",
  "UPDATE ledger.api_key SET role = 'admin'",
  'UPDATE ledger.api_key SET revoked_at = NULL',
  'DELETE FROM ledger.api_key',
];
const ON_THE_SERVER = [
  'SET session_replication_role = replica',
  'SET ROLE {owner}',
  'SET ROLE postgres',
  'SET SESSION AUTHORIZATION {owner}',
  'GRANT {owner} TO CURRENT_USER',
  'ALTER ROLE CURRENT_USER SUPERUSER',
  'ALTER ROLE CURRENT_USER CREATEROLE',
  "ALTER ROLE {owner} PASSWORD 'x'",
  'CREATE ROLE mine',
  'DROP ROLE {owner}',
  'REASSIGN OWNED BY {owner} TO CURRENT_USER',
  'DROP OWNED BY {owner}',
  'DROP DATABASE {database}',
  'ALTER DATABASE {database} SET session_replication_role = replica',
  'ALTER SYSTEM SET fsync = off',
  "COPY (SELECT 1) TO PROGRAM 'true'",
  "SELECT pg_read_file('PG_VERSION')",
  'SELECT * FROM pg_authid',
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user',
];

describePostgres('whoever takes over what serves', (version) => {
  let server: OwnServer;
  let ownerUrl: string;
  let served: Served;
  let other: { readonly owner: string; readonly runtime: string };
  beforeAll(async () => {
    server = await OwnServer.start(version);
    ownerUrl = await server.owner('one', 'CREATEROLE');
    const { runtimeUrl } = await migrate(ownerUrl);
    const second = await server.owner('two', 'CREATEROLE');
    other = { owner: second, runtime: (await migrate(second)).runtimeUrl! };
    const env = { LEDGER_RUNTIME_URL: runtimeUrl!, LEDGER_PORT: '0' };
    const seeded = await runCommand(['seed', '--rows', '365'], { ...env, DATABASE_URL: ownerUrl });
    expect([seeded.code, seeded.err]).toEqual([0, expect.anything()]);
    served = await serve(configFromEnvironment(env), pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await served.close();
    await server.remove();
  });

  const named = (text: string): string =>
    text.replaceAll('{owner}', 'one').replaceAll('{database}', 'one');

  it.each([...ON_EVENTS, ...ON_THE_LEDGER, ...ON_KEYS, ...ON_THE_SERVER])(
    'may not: %s',
    async (text) => {
      const client = await served.system.pool.connect();
      try {
        await client.query('BEGIN');
        // Denied, or (ALTER and DROP of what is another's) not its owner: 42501 for all of them.
        await expect(client.query(named(text))).rejects.toMatchObject({
          code: expect.stringMatching(/^(42501|25001)$/),
        });
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    },
  );

  it('gains nothing by granting to itself', async () => {
    const { pool } = served.system;
    // Answered with a warning, and without effect.
    await pool.query('GRANT ALL ON ledger.ledger_event, ledger.api_key TO CURRENT_USER');
    const may = `has_table_privilege('ledger.ledger_event', 'UPDATE, DELETE, TRUNCATE, TRIGGER')
      OR has_table_privilege('ledger.api_key', 'INSERT, UPDATE, DELETE')`;
    expect((await pool.query(`SELECT ${may} AS may`)).rows).toEqual([{ may: false }]);
  });

  it('drops no database, in no transaction either', async () => {
    for (const name of ['one', 'two', 'postgres'])
      await expect(served.system.pool.query(`DROP DATABASE ${name}`)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|55006)$/),
      });
    await expect(served.system.pool.query('ALTER SYSTEM SET fsync = off')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('cannot read, write or stop another ledger of the server', async () => {
    const { pool } = served.system;
    const [mine] = (await pool.query<{ role: string }>('SELECT current_user AS role')).rows;
    const inOther = new URL(pool.options.connectionString!);
    inOther.pathname = '/two';
    const client = new pg.Client({ connectionString: inOther.toString() });
    await client.connect();
    for (const text of [
      'SELECT * FROM ledger.ledger',
      'SELECT * FROM views.projection',
      'SELECT * FROM public.ledger_migration',
      'CREATE TABLE views.x (n int)',
      'CREATE TABLE public.x (n int)',
    ])
      await expect(client.query(text)).rejects.toMatchObject({ code: '42501' });
    await client.end();
    const rows = await sql<{ may: boolean }>(
      other.owner,
      `SELECT has_schema_privilege($1, 'ledger', 'USAGE') AS may`,
      [mine!.role],
    );
    expect(rows).toEqual([{ may: false }]);
  });

  it('finds no credentials of the owner in what serves', () => {
    const { config, pool } = served.system;
    expect(config.databaseUrl).toBeNull();
    expect(JSON.stringify([config, pool.options])).not.toContain('one:one');
    expect(Object.keys(served.system)).not.toContain('ownerUrl');
  });

  it('is not let in as the owner, nor as what could become it, nor beside it', async () => {
    const started = async (env: Record<string, string>) =>
      serve(configFromEnvironment({ LEDGER_PORT: '0', ...env }), pino({ level: 'silent' })).then(
        async (running) => {
          await running.close();
          return 'served';
        },
        (error: { code: string; message: string; fix: string }) =>
          `${error.code}: ${error.message} ${error.fix}`,
      );
    const LEDGER_RUNTIME_URL = served.system.config.runtimeUrl!;
    const role = new URL(LEDGER_RUNTIME_URL).username;
    expect(await started({ LEDGER_RUNTIME_URL })).toBe('served');
    expect(await started({ LEDGER_RUNTIME_URL, DATABASE_URL: LEDGER_RUNTIME_URL })).toBe('served');
    expect(await started({ LEDGER_RUNTIME_URL, DATABASE_URL: ownerUrl })).toMatch(
      /^owner-credentials-held: .*unset DATABASE_URL/,
    );
    for (const env of [
      { DATABASE_URL: ownerUrl },
      { LEDGER_RUNTIME_URL: ownerUrl },
      { LEDGER_RUNTIME_URL: server.url('one') },
    ])
      expect(await started(env)).toMatch(/^serving-as-owner: .*LEDGER_RUNTIME_URL .*migrate/);

    const changes: readonly (readonly [change: string, back: string, reason: RegExp])[] = [
      ['GRANT one TO {role}', 'REVOKE one FROM {role}', /can become the owner/],
      [
        'GRANT pg_write_all_data TO {role}',
        'REVOKE pg_write_all_data FROM {role}',
        /pg_write_all_data/,
      ],
      [
        'GRANT pg_execute_server_program TO {role}',
        'REVOKE pg_execute_server_program FROM {role}',
        /pg_execute_server_program/,
      ],
      ['ALTER ROLE {role} REPLICATION', 'ALTER ROLE {role} NOREPLICATION', /REPLICATION/],
      ['ALTER ROLE {role} SUPERUSER', 'ALTER ROLE {role} NOSUPERUSER', /superuser/],
      [
        'GRANT UPDATE ON ledger.ledger_event TO {role}',
        'REVOKE UPDATE ON ledger.ledger_event FROM {role}',
        /may update ledger\.ledger_event/,
      ],
      [
        'GRANT UPDATE (entry) ON ledger.ledger_event TO {role}',
        'REVOKE UPDATE (entry) ON ledger.ledger_event FROM {role}',
        /may update ledger\.ledger_event/,
      ],
      [
        'GRANT INSERT ON ledger.api_key TO {role}',
        'REVOKE INSERT ON ledger.api_key FROM {role}',
        /may insert ledger\.api_key/,
      ],
      [
        'GRANT TRIGGER ON ledger.stream TO {role}',
        'REVOKE TRIGGER ON ledger.stream FROM {role}',
        /may trigger ledger\.stream/,
      ],
      [
        'GRANT CREATE ON SCHEMA ledger TO {role}',
        'REVOKE CREATE ON SCHEMA ledger FROM {role}',
        /may create in the schema ledger/,
      ],
      [
        'ALTER DATABASE one OWNER TO {role}',
        'ALTER DATABASE one OWNER TO one',
        /owns the database/,
      ],
    ];
    for (const [change, back, reason] of changes) {
      // From 16 on whoever made a role is a member of it, and the other way round as well is refused.
      if (version !== 15 && change.startsWith('GRANT one')) continue;
      await server.sql(change.replaceAll('{role}', role), 'one');
      expect(await started({ LEDGER_RUNTIME_URL })).toMatch(reason);
      await server.sql(back.replaceAll('{role}', role), 'one');
    }
    await server.sql(`ALTER ROLE ${role} CREATEROLE`);
    // From 16 on CREATEROLE gives no membership in what others made.
    expect(await started({ LEDGER_RUNTIME_URL })).toMatch(
      version === 15 ? /CREATEROLE/ : /^served/,
    );
    await server.sql(`ALTER ROLE ${role} NOCREATEROLE`);
    expect(await started({ LEDGER_RUNTIME_URL })).toBe('served');
    // What was granted by hand beyond what serving takes is taken away by the next migrate.
    await server.sql(`GRANT ALL ON ALL TABLES IN SCHEMA ledger TO ${role}`, 'one');
    await migrate(ownerUrl);
    expect(await started({ LEDGER_RUNTIME_URL })).toBe('served');
  });

  const roles = `SELECT grantee::text, privilege_type::text AS privilege FROM information_schema.role_table_grants
    WHERE table_schema = 'ledger' ORDER BY table_name, grantee, privilege_type`;

  it('goes on serving where another role is named with a wrong password', async () => {
    await server.sql(`CREATE ROLE mistaken LOGIN PASSWORD 'right'`);
    const before = await sql(ownerUrl, roles);
    const url = new URL(ownerUrl);
    url.username = 'mistaken';
    url.password = 'wrong';
    await expect(migrate(ownerUrl, { runtimeUrl: url.toString() })).rejects.toMatchObject({
      code: 'cannot-log-in',
    });
    expect(await sql(ownerUrl, roles)).toEqual(before);
    expect((await fetch(`${served.url}/health/ready`)).status).toBe(200);
    await server.sql('DROP ROLE mistaken');
  });

  it('goes on serving where the URL of another ledger is given by mistake', async () => {
    const before = await sql(ownerUrl, roles);
    await expect(migrate(ownerUrl, { runtimeUrl: other.runtime })).rejects.toMatchObject({
      code: 'runtime-elsewhere',
      message: expect.stringContaining('leads to another ledger'),
    });
    expect(await sql(ownerUrl, roles)).toEqual(before);
    expect((await fetch(`${served.url}/health/ready`)).status).toBe(200);
  });

  it('has two ledgers beside each other, and changing the owner’s password disturbs neither', async () => {
    const before = await served.system.pool.query('SELECT count(*) FROM ledger.ledger_event');
    const env = { LEDGER_RUNTIME_URL: other.runtime, LEDGER_PORT: '0' };
    const second = await serve(configFromEnvironment(env), pino({ level: 'silent' }));
    await server.sql("ALTER ROLE one PASSWORD 'rotated'");
    await migrate(other.owner);
    await migrate(asRole(ownerUrl, 'one', 'rotated'));
    // As after a restart or a fail-over: all have to log in again.
    await server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('one', 'two') AND pid <> pg_backend_pid()",
    );
    for (const { url } of [served, second]) {
      let status = 0;
      for (let tries = 0; tries < 50 && status !== 200; tries += 1) {
        status = (await fetch(`${url}/health/ready`)).status;
        if (status !== 200) await new Promise((done) => setTimeout(done, 100));
      }
      expect(status).toBe(200);
    }
    expect(
      (await served.system.pool.query('SELECT count(*) FROM ledger.ledger_event')).rows,
    ).toEqual(before.rows);
    await second.close();
    await server.sql("ALTER ROLE one PASSWORD 'one'");
  });
});
