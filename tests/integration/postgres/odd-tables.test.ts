import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { migrate } from '../../../infra/postgres/migrate.js';
import { asRole } from '../../../infra/postgres/url.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { createPool } from '../../../libs/host/pool.js';
import { runCommand } from '../../support/command-line.js';
import { describePostgres, OwnServer } from '../../support/postgres-server.js';
import { sql } from '../../support/sql.js';

jest.setTimeout(120_000);

const NAME = `agreement_v${factsProjection.version}_g1`;
const TABLE = `views.${NAME}`;
const CALLED = `CREATE FUNCTION views.called(x text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN RAISE EXCEPTION 'runs as %', current_user; END $$`;
const HARMLESS = `CREATE FUNCTION views.called(x text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN RETURN x; END $$`;
const ASIDE = `ALTER TABLE ${TABLE} RENAME TO aside; ${CALLED}`;
const LIKE = `CREATE TABLE ${TABLE} (LIKE views.aside); GRANT SELECT ON ${TABLE} TO PUBLIC`;

/** What the role that serves can put in the place of a table, and what it is called then. */
const PUT: readonly (readonly [what: string, statements: string, told: string])[] = [
  [
    'a view',
    `${ASIDE}; CREATE VIEW ${TABLE} AS SELECT * FROM views.aside WHERE views.called(tenant) IS NOT NULL;
     GRANT SELECT ON ${TABLE} TO PUBLIC`,
    'is no ordinary table',
  ],
  [
    'a policy',
    `${ASIDE}; ${LIKE}; CREATE POLICY mine ON ${TABLE} USING (views.called(tenant) IS NOT NULL);
     ALTER TABLE ${TABLE} ENABLE ROW LEVEL SECURITY`,
    'has policies, has row security',
  ],
  [
    'a column of a type that it casts itself',
    `${ASIDE}; ${LIKE}; CREATE TYPE views.mine AS (x text);
     CREATE FUNCTION views.cast_mine(m views.mine) RETURNS text LANGUAGE sql AS 'SELECT views.called(m.x)';
     CREATE CAST (views.mine AS text) WITH FUNCTION views.cast_mine(views.mine) AS IMPLICIT;
     ALTER TABLE ${TABLE} ALTER tenant TYPE views.mine USING ROW (tenant)::views.mine`,
    'has columns of types of its own',
  ],
  [
    'an index whose condition is computed when a query is planned',
    `ALTER TABLE ${TABLE} RENAME TO aside; ${LIKE}; ${HARMLESS};
     CREATE INDEX ON ${TABLE} (tenant) WHERE views.called('x') = 'x';
     ${CALLED.replace('CREATE', 'CREATE OR REPLACE')}`,
    'has indexes with expressions',
  ],
  [
    'statistics of an expression',
    `ALTER TABLE ${TABLE} RENAME TO aside; ${LIKE}; ${HARMLESS};
     CREATE STATISTICS views.mine ON (views.called('x')), tenant FROM ${TABLE};
     ${CALLED.replace('CREATE', 'CREATE OR REPLACE')}`,
    'has statistics of its own',
  ],
  ['a child', `CREATE TABLE views.child () INHERITS (${TABLE})`, 'inherits or is inherited'],
];

describePostgres('what the role that serves puts in place of a table', (version) => {
  let server: OwnServer;
  let ownerUrl: string;
  let runtimeUrl: string;
  let auditorUrl: string;
  beforeAll(async () => {
    server = await OwnServer.start(version);
    ownerUrl = await server.owner('one', 'CREATEROLE');
    auditorUrl = server.url('one', 'auditor', 'auditor');
    runtimeUrl = (await migrate(ownerUrl, { auditors: [auditorUrl] })).runtimeUrl!;
    const seeded = await runCommand(['seed', '--rows', '365'], { LEDGER_RUNTIME_URL: runtimeUrl });
    expect([seeded.code, seeded.err]).toEqual([0, expect.anything()]);
  });
  afterAll(() => server.remove());

  const isAside = async (): Promise<boolean> =>
    (await sql(runtimeUrl, `SELECT FROM pg_class WHERE relname = 'aside'`)).length === 1;
  afterEach(async () => {
    if (await isAside()) {
      await sql(runtimeUrl, 'DROP FUNCTION IF EXISTS views.called CASCADE');
      const views = await sql(runtimeUrl, `SELECT FROM pg_views WHERE viewname = '${NAME}'`);
      if (views.length > 0) await sql(runtimeUrl, `DROP VIEW ${TABLE}`);
      else await sql(runtimeUrl, `DROP TABLE IF EXISTS ${TABLE}`);
      await sql(runtimeUrl, `ALTER TABLE views.aside RENAME TO ${NAME}`);
      await sql(runtimeUrl, 'DROP TYPE IF EXISTS views.mine CASCADE');
    }
    await sql(runtimeUrl, 'DROP TABLE IF EXISTS views.child');
  });

  it.each(PUT)('is read by nobody else, and verify tells of it: %s', async (_, put, told) => {
    const readers = [{ DATABASE_URL: ownerUrl }, { LEDGER_AUDITOR_URL: auditorUrl }];
    for (const env of readers)
      expect((await runCommand(['show', 'portfolio'], env)).err).not.toContain('Failed');
    await sql(runtimeUrl, put);
    for (const env of readers) {
      for (const args of [
        ['show', 'portfolio'],
        ['replay', '--compare'],
      ]) {
        const ran = await runCommand(args, env);
        expect([ran.code, ran.err]).toEqual([3, expect.stringContaining(`${TABLE} is not as`)]);
        expect(ran.err).toContain(told);
        expect(ran.err).toContain('[views-altered]');
        expect(ran.err).not.toContain('runs as');
      }
      const verified = await runCommand(['verify', '--json'], env);
      expect(verified.code).toBe(3);
      const { findings } = JSON.parse(verified.out) as { findings: readonly object[] };
      expect(findings).toEqual([
        expect.objectContaining({
          finding: 'catalogue-mismatch',
          detail: expect.stringContaining(told),
        }),
      ]);
    }
  });

  it('does not come to work for the role that serves next', async () => {
    const superuser = server.url('two');
    await server.sql('CREATE DATABASE two');
    const first = await migrate(superuser);
    const env = { LEDGER_RUNTIME_URL: first.runtimeUrl! };
    expect((await runCommand(['seed', '--rows', '365'], env)).code).toBe(0);
    await sql(
      first.runtimeUrl!,
      `CREATE FUNCTION views.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER mine BEFORE INSERT ON ${TABLE} FOR EACH ROW EXECUTE FUNCTION views.fired()`,
    );
    const next = asRole(superuser, 'next', 'next');
    expect(await migrate(superuser, { runtimeUrl: next })).toMatchObject({
      views: 'dropped, to be filled again',
      withdrawn: [first.runtime.role],
    });
    // And plain tables are handed over.
    expect(
      (await runCommand(['projection', 'rebuild', 'all'], { LEDGER_RUNTIME_URL: next })).code,
    ).toBe(0);
    const third = asRole(superuser, 'third', 'third');
    expect(await migrate(superuser, { runtimeUrl: third })).toMatchObject({ views: 'handed over' });
  });

  it('is not a role whose name a text makes another one of', async () => {
    const three = await server.owner('three', 'CREATEROLE');
    await server.role('"a$b"');
    const odd = `a$$b`;
    const other = `A "b" 'c' $& %`;
    for (const name of [odd, other]) {
      const { runtime } = await migrate(three, { runtimeUrl: asRole(three, name, 'p%40 @:/?#') });
      expect(runtime.role).toBe(name);
      const rows = await server.sql<{ role: string }>(
        `SELECT rolname AS role FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_' AND rolname <> 'three'
           AND has_table_privilege(rolname, 'ledger.ledger_event', 'INSERT')`,
        'three',
      );
      expect(rows).toEqual([{ role: name }]);
    }
  });

  it('nor is any function of a schema that others may create in taken for the server’s own', async () => {
    const four = await server.owner('four', 'CREATEROLE');
    await server.sql(
      `GRANT CREATE ON SCHEMA public TO PUBLIC;
       CREATE FUNCTION public.format(text, name, name) RETURNS text LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'runs as %', current_user; END $$`,
      'four',
    );
    expect((await migrate(four)).applied).not.toEqual([]);
    expect((await migrate(four)).applied).toEqual([]);
    // Also with options in the URL, which take the place of those that are given beside it.
    const url = `${four}?options=-c%20search_path%3Dpublic%20-c%20application_name%3Dmine`;
    const pool = createPool(url, { readOnly: true });
    const { rows } = await pool.query(
      `SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone,
              current_setting('default_transaction_read_only') AS "readOnly"`,
    );
    await pool.end();
    expect(rows).toEqual([{ path: 'pg_catalog', zone: 'UTC', readOnly: 'on' }]);
  });
});
