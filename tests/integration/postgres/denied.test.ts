import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { migrate } from '../../../infra/postgres/migrate.js';
import { serve } from '../../../apps/standalone/serve.js';
import type { Served } from '../../../libs/host/service.js';
import { createApiKey } from '../../../libs/access/api-keys.js';
import { configFromEnvironment } from '../../../libs/host/config.js';
import { createPool } from '../../../libs/host/pool.js';
import { eventually } from '../../support/eventually.js';
import { OwnServer } from '../../support/postgres-server.js';

jest.setTimeout(120_000);

describe('a database that begins to refuse what serves', () => {
  let server: OwnServer;
  let served: Served;
  let key: string;
  let role: string;
  beforeAll(async () => {
    server = await OwnServer.start(18);
    const ownerUrl = await server.owner('denying', 'CREATEROLE');
    const { runtimeUrl } = await migrate(ownerUrl);
    role = new URL(runtimeUrl!).username;
    const owner = createPool(ownerUrl, { max: 1 });
    key = await createApiKey(owner, { tenant: 'demo', name: 'a', role: 'admin' });
    await owner.end();
    const env = { LEDGER_RUNTIME_URL: runtimeUrl!, LEDGER_PORT: '0' };
    served = await serve(configFromEnvironment(env), pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await served.close({ drainMs: 100 });
    await server.remove();
  });

  const headers = () => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
  const answerOf = async (response: Response) => {
    const { code } = (await response.json()) as { code?: string };
    return { status: response.status, code, again: response.headers.get('retry-after') };
  };
  const reads = async () =>
    answerOf(await fetch(`${served.url}/v1/ledger/events`, { headers: headers() }));
  const posts = async () =>
    answerOf(
      await fetch(`${served.url}/v1/parties`, {
        method: 'POST',
        headers: { ...headers(), 'idempotency-key': String(Math.random()) },
        body: JSON.stringify({ id: `p${Date.now()}`, name: 'P', kinds: ['vendor'] }),
      }),
    );
  const DENIED = { status: 503, code: 'database-denied', again: '30' };
  const READ_ONLY = { status: 503, code: 'database-read-only', again: '10' };
  /** All have to log in again, as after a restart. */
  const cutOff = () =>
    server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);

  it.each([
    ['events may not be read', `SELECT ON ledger.ledger_event`, reads],
    ['events may not be added', `INSERT ON ledger.ledger_event`, posts],
    ['heads may not be moved', `UPDATE ON ledger.shard_head`, posts],
  ])('says so, not that it broke: %s', async (_, right, ask) => {
    await server.sql(`REVOKE ${right} FROM ${role}`, 'denying');
    expect(await ask()).toEqual(DENIED);
    await server.sql(`GRANT ${right} TO ${role}`, 'denying');
    await eventually(async () => expect((await ask()).status).toBeLessThan(300), 30_000);
  });

  it('says so of a password that was changed, and serves again when it fits', async () => {
    const [before] = await server.sql<{ verifier: string }>(
      `SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = '${role}'`,
    );
    await server.sql(`ALTER ROLE ${role} PASSWORD 'other'`);
    await cutOff();
    await eventually(async () => expect(await reads()).toEqual(DENIED));
    await eventually(async () => expect(await posts()).toEqual(DENIED));
    await server.sql(`ALTER ROLE ${role} PASSWORD '${before!.verifier}'`);
    await eventually(async () => expect((await reads()).status).toBe(200), 30_000);
    await eventually(async () => expect((await posts()).status).toBeLessThan(300), 30_000);
  });

  it('says so of a server that only lets itself be read, as after a fail-over to a standby', async () => {
    await server.sql(`ALTER DATABASE denying SET default_transaction_read_only = on`);
    await cutOff();
    await eventually(async () => expect((await reads()).status).toBe(200), 30_000);
    await eventually(async () => expect(await posts()).toEqual(READ_ONLY));
    await server.sql(`ALTER DATABASE denying RESET default_transaction_read_only`);
    await cutOff();
    await eventually(async () => expect((await posts()).status).toBeLessThan(300), 30_000);
  });
});
