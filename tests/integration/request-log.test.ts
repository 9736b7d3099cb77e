import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { serve } from '../../apps/standalone/serve.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { createPool } from '../../libs/host/pool.js';
import type { Served } from '../../libs/host/service.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

type Line = Readonly<Record<string, unknown>>;

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const MADE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/;

describe('the log of a process that answers HTTP', () => {
  let database: TestDatabase;
  let served: Served;
  let key: string;
  let postersKey: string;
  let lines: Line[] = [];
  const kept = new Writable({
    write: (text: Buffer, _, done) => {
      lines.push(JSON.parse(text.toString()) as Line);
      done();
    },
  });
  const of = (id: string | null): readonly Line[] =>
    lines.filter(({ requestId }) => requestId === id);
  const one = async (id: string | null): Promise<Line> => {
    await eventually(() => expect(of(id)).toHaveLength(1));
    return of(id)[0] ?? {};
  };

  beforeAll(async () => {
    database = await testDatabase();
    const owner = createPool(database.ownerUrl, { max: 1 });
    key = await createApiKey(owner, { tenant: 'acme', name: 'reader', role: 'auditor' });
    postersKey = await createApiKey(owner, { tenant: 'acme', name: 'feed', role: 'poster' });
    await owner.end();
    const config = configFromEnvironment({
      LEDGER_RUNTIME_URL: database.runtimeUrl,
      LEDGER_PORT: '0',
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
    });
    served = await serve(config, pino({ level: 'info' }, kept));
  }, 60_000);
  afterEach(() => {
    lines = [];
  });
  afterAll(async () => {
    await served.close();
    await database.drop();
  }, 60_000);

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(served.url + path, { headers: { authorization: `Bearer ${key}`, ...headers } });

  it('has one line for a request, by the name that the sender gave, and never the address', async () => {
    const given = 'batch-7/ann@example.com';
    const answer = await get('/v1/agreements/my-secret?asOf=2026-01-01', {
      'x-request-id': given,
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-request-id')).toBe(given);
    expect(await answer.json()).toMatchObject({ code: 'agreement-unknown', requestId: given });
    expect(await one(given)).toEqual({
      level: 30,
      ...{ time: expect.any(Number), pid: expect.any(Number), hostname: expect.any(String) },
      ...{ msg: 'request', requestId: given, traceId: TRACE },
      ...{ method: 'GET', route: '/v1/agreements/:id', status: 404, code: 'agreement-unknown' },
      durationMs: expect.any(Number),
      ...{ tenant: 'acme', actor: 'reader' },
    });
    expect(JSON.stringify(lines)).not.toContain('my-secret');
  });

  it.each(['', 'two words', 'x'.repeat(129), 'ä', '"quoted"'])(
    'makes a name where what is given is none: %j',
    async (given) => {
      const answer = await get('/v1/portfolio', { 'x-request-id': given }).catch(() => null);
      if (answer === null) return;
      const id = answer.headers.get('x-request-id');
      expect(id).toMatch(MADE);
      expect(await one(id)).toMatchObject({ route: '/v1/portfolio', status: 200 });
    },
  );

  it('says who could not sign in from where, and not with what', async () => {
    const wrong = `cl_${'a'.repeat(43)}`;
    const answer = await get('/v1/portfolio', { authorization: `Bearer ${wrong}` });
    const id = answer.headers.get('x-request-id');
    expect(await one(id)).toMatchObject({
      ...{ level: 40, msg: 'sign-in failed', status: 401, code: 'key-unknown' },
      address: '127.0.0.1',
    });
    expect(JSON.stringify(lines)).not.toContain(wrong);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('ledger_sign_in_failures_total{code="key-unknown"} 1\n');
    expect(metrics).toContain(
      'ledger_http_request_duration_seconds_count{method="GET",route="/v1/portfolio",status="401"} 1\n',
    );
  });

  it('says whose key it was that may not do this', async () => {
    const answer = await fetch(`${served.url}/v1/parties`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await one(answer.headers.get('x-request-id'))).toMatchObject({
      ...{ status: 403, code: 'role-not-allowed', actor: 'reader', route: '/v1/parties' },
    });
  });

  it('has no address of what is no route, or cannot be one', async () => {
    for (const path of ['/v1/hush', '/v1/%zz', `/v1/agreements/${'x'.repeat(2_000)}`]) {
      const answer = await get(path);
      const { status } = answer;
      const { code, requestId } = (await answer.json()) as { code: string; requestId: string };
      expect(answer.headers.get('x-request-id')).toBe(requestId);
      expect(await one(requestId)).toMatchObject({ status, code });
    }
    expect(JSON.stringify(lines)).not.toMatch(/hush|zz|xxx/);
  });

  it('has probes only when they are not answered as they wish', async () => {
    await get('/health/live');
    await get('/metrics');
    const refused = await get('/health/ready?role=intake');
    await one(refused.headers.get('x-request-id'));
    expect(lines.map(({ route }) => route)).toEqual(['/health/ready']);
  });

  it('has a line for a request whose sender went away', async () => {
    const { port } = new URL(served.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /v1/usage-events HTTP/1.1\r\nhost: x\r\nx-request-id: gone\r\ncontent-type: application/json\r\n' +
        `authorization: Bearer ${postersKey}\r\ncontent-length: 100\r\n\r\n{`,
    );
    await sleep(200);
    socket.destroy();
    expect(await one('gone')).toMatchObject({
      ...{ route: '/v1/usage-events', status: null, actor: 'feed' },
    });
  });
});
