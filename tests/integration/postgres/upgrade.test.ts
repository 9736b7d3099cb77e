import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { migrate } from '../../../infra/postgres/migrate.js';
import { asRole } from '../../../infra/postgres/url.js';
import { runCommand, type Ran } from '../../support/command-line.js';
import { describePostgres, OwnServer } from '../../support/postgres-server.js';
import { sql } from '../../support/sql.js';

jest.setTimeout(180_000);

describePostgres('a ledger of a version whose role was shared', (version) => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await OwnServer.start(version);
  });
  afterAll(() => server.remove());

  /** As that version left it: one role for the server, its password derived from this owner's, owner of the views' tables. */
  const sharedUrl = (ownerUrl: string): string => {
    const secret = decodeURIComponent(new URL(ownerUrl).password);
    const password = createHmac('sha256', secret).update('commitment-ledger role ledger_runtime');
    return asRole(ownerUrl, 'ledger_runtime', password.digest('base64url'));
  };
  const asItWas = async (ownerUrl: string): Promise<void> => {
    const runtimeUrl = sharedUrl(ownerUrl);
    await migrate(ownerUrl, { runtimeUrl });
    const env = { DATABASE_URL: ownerUrl, LEDGER_RUNTIME_URL: runtimeUrl };
    expect((await runCommand(['seed', '--rows', '365'], env)).code).toBe(0);
    await server.sql('COMMENT ON ROLE ledger_runtime IS NULL');
    await sql(
      ownerUrl,
      "COMMENT ON SCHEMA ledger IS NULL; DROP VIEW ledger.migration; DELETE FROM public.ledger_migration WHERE name = '0010_readers.sql'",
    );
  };

  const ran = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> => {
    const answer = await runCommand(args, env);
    expect([args.join(' '), answer.code, answer.err]).toEqual([
      args.join(' '),
      0,
      expect.anything(),
    ]);
    return answer;
  };

  it.each([
    ['an ordinary owner', '', 'dropped, to be filled again'],
    ['a superuser as its owner', 'SUPERUSER', 'handed over'],
  ])('goes on with a role of its own, with %s', async (_, superuser, views) => {
    const name = superuser === '' ? 'plain' : 'mighty';
    const DATABASE_URL = await server.owner(name, 'CREATEROLE');
    await server.sql(`DROP ROLE IF EXISTS ledger_runtime`);
    await asItWas(DATABASE_URL);
    if (superuser !== '') await server.sql(`ALTER ROLE ${name} SUPERUSER`);
    const LEDGER_RUNTIME_URL = sharedUrl(DATABASE_URL);
    const numbers = async (env: Readonly<Record<string, string>>) =>
      (await ran(env, 'show', 'burn-down', '--format', 'csv')).out;
    const behind = await runCommand(['show', 'burn-down'], { LEDGER_RUNTIME_URL });
    expect([behind.code, behind.err]).toEqual([1, expect.stringContaining('schema-behind')]);
    const events = await sql(DATABASE_URL, 'SELECT count(*) FROM ledger.ledger_event');
    const [before] = await server.sql<{ verifier: string }>(
      "SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = 'ledger_runtime'",
    );

    const migrated = JSON.parse((await ran({ DATABASE_URL }, 'migrate', '--json')).out) as {
      runtime: { role: string; url: string };
    };
    expect(migrated).toMatchObject({
      applied: ['0010_readers.sql'],
      withdrawn: ['ledger_runtime'],
      views,
      runtime: { made: true },
    });
    const own = { LEDGER_RUNTIME_URL: migrated.runtime.url };
    if (superuser === '') await ran(own, 'projection', 'rebuild', 'all');
    expect((await ran(own, 'verify', '--deep')).out).toContain('Internally consistent');
    expect((await ran(own, 'replay', '--compare')).out).toContain('Match');
    expect(await numbers(own)).toContain('amazon-anthropic.cloud');
    await ran(own, 'projection', 'rebuild', 'all');
    expect(await sql(DATABASE_URL, 'SELECT count(*) FROM ledger.ledger_event')).toEqual(events);
    expect(JSON.parse((await ran({ DATABASE_URL }, 'migrate', '--json')).out)).toMatchObject({
      ...{ applied: [], withdrawn: [], views: 'kept' },
      runtime: { role: migrated.runtime.role, made: false },
    });
    // Here it may nothing any more; the role itself, which other ledgers may serve with, is as it was.
    for (const table of ['ledger.ledger_event', 'views.projection'])
      await expect(sql(LEDGER_RUNTIME_URL, `SELECT FROM ${table}`)).rejects.toMatchObject({
        code: '42501',
      });
    expect(
      await server.sql(
        "SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = 'ledger_runtime'",
      ),
    ).toEqual([before]);
    await server.sql(`DROP DATABASE ${name}`);
    await server.sql('DROP ROLE ledger_runtime');
  });

  it('leaves the other ledger of the server that still has that role alone', async () => {
    const first = await server.owner('first', 'CREATEROLE');
    await asItWas(first);
    const second = await server.owner('second', 'CREATEROLE');
    const shared = asRole(second, 'ledger_runtime', new URL(sharedUrl(first)).password);
    await migrate(second, { runtimeUrl: shared });
    await migrate(first);
    expect((await ran({ LEDGER_RUNTIME_URL: shared }, 'verify')).out).toContain(
      'Internally consistent',
    );
    // Named by hand since, it stays also when nobody names it.
    expect((await migrate(second)).withdrawn).toEqual([]);
    await ran({ LEDGER_RUNTIME_URL: shared }, 'projection', 'rebuild', 'all');
  });
});
