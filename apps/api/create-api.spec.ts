import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Principal } from '../../libs/access/principal.js';
import { RecordUsage } from '../../libs/application/record-usage.js';
import type { ItemResult } from '../../libs/contract/usage/usage-event.js';
import type { Outcome } from '../../libs/ledger/ledger.js';
import { createMetrics } from '../../libs/host/metrics.js';
import { apiOver } from '../../tests/support/api-over.js';
import { createApi } from './create-api.js';

/** What the ledger says next; an Error is thrown. */
let outcome: Outcome | Error = { outcome: 'overloaded' };
let item: ItemResult | Error;
let who: Principal | Error = { tenant: 'acme', name: 'somebody', role: 'admin' };
let app: NestFastifyApplication;

const answer = async <Value>(value: Value | Error): Promise<Value> => {
  if (value instanceof Error) throw value;
  return value;
};

beforeAll(async () => {
  const reader = { shardCount: 1, heads: () => answer(new Error('no database')) };
  const metrics = createMetrics('0', 'acme');
  metrics.commitmentRemainingRatio.set({ commitment: 'a.b' }, 0.5);
  const execute = async (command: object) =>
    command instanceof RecordUsage ? [await answer(item)] : answer(outcome);
  app = await createApi(
    apiOver({ ledger: reader, keys: { find: () => answer(who) }, commands: { execute }, metrics }),
  );
}, 60_000);
afterAll(() => app.close());

const headers = {
  authorization: 'Bearer cl_0123456789abcdef',
  'content-type': 'application/json',
  'idempotency-key': 'k',
};
const command = () =>
  app.inject({
    method: 'POST',
    url: '/v1/parties',
    headers,
    payload: { id: 'p', name: 'P', kinds: ['vendor'] },
  });

describe('what the ledger says, over HTTP', () => {
  it.each<[Outcome, number, string]>([
    [{ outcome: 'overloaded' }, 503, 'overloaded'],
    [{ outcome: 'unknown' }, 503, 'outcome-unknown'],
    [{ outcome: 'stale', version: 3 }, 412, 'version-stale'],
    [{ outcome: 'conflict', shard: 0, position: 1 }, 422, 'idempotency-key-reused'],
    [
      {
        outcome: 'rejected',
        rejection: { name: 'PartyAlreadyRegistered', facts: { partyId: 'p' } },
      },
      409,
      'party-already-registered',
    ],
  ])('%j', async (said, status, code) => {
    outcome = said;
    const response = await command();
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ status, code });
    if (status === 503) expect(response.headers['retry-after']).toMatch(/^\d+$/);
  });

  it('that there was nothing to do', async () => {
    outcome = { outcome: 'unchanged', version: 4 };
    const response = await command();
    expect(response.statusCode).toBe(201);
    expect(response.headers.etag).toBeUndefined();
    expect(response.json()).toEqual({
      id: 'p',
      version: 4,
      termsVersion: null,
      shard: null,
      position: null,
      events: [],
    });
  });

  it('asks for usage to be sent again when nothing is known of it', async () => {
    item = { outcome: 'retry', source: 's', id: 'i', reason: 'overloaded' };
    const event = {
      source: 's',
      id: 'i',
      agreement: 'a',
      effectiveAt: '2026-01-01T00:00:00Z',
      currency: 'USD',
      amount: '1',
    };
    const one = await app.inject({
      method: 'POST',
      url: '/v1/usage-events',
      headers: { authorization: headers.authorization },
      payload: event,
    });
    expect(one.statusCode).toBe(503);
    const many = await app.inject({
      method: 'POST',
      url: '/v1/usage-events/batch',
      headers: { authorization: headers.authorization },
      payload: [event],
    });
    expect(many.statusCode).toBe(503);
    expect(many.headers['retry-after']).toBe('1');
    expect(many.json()).toMatchObject({ counts: { retry: 1 } });
  });
});

describe('what goes wrong inside', () => {
  it('stays inside', async () => {
    outcome = new Error('duplicate key value: SELECT * FROM ledger.api_key');
    const response = await command();
    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({
      type: 'urn:commitment-ledger:problem:internal',
      title: 'Internal',
      status: 500,
      detail: 'something went wrong here; it was logged',
      code: 'internal',
      requestId: response.headers['x-request-id'],
    });
  });

  it('stays inside a stream of usage too, which then has no last line', async () => {
    const event = {
      source: 's',
      id: 'i',
      agreement: 'a',
      effectiveAt: '2026-01-01T00:00:00Z',
      currency: 'USD',
      amount: '1',
    };
    item = new Error('duplicate key value: SELECT * FROM ledger.api_key');
    const response = await app
      .inject({
        method: 'POST',
        url: '/v1/usage-events/batch',
        headers: { ...headers, 'content-type': 'application/x-ndjson' },
        payload: `${JSON.stringify(event)}\n`,
      })
      .catch((error: Error) => ({ body: `hung up: ${error.name}`, statusCode: 0 }));
    expect(response.body).not.toMatch(/SELECT|counts|api_key/);
    expect(response.statusCode).not.toBe(200);
  });

  it('leaves the key free for another try', async () => {
    outcome = { outcome: 'unchanged', version: 1 };
    expect((await command()).statusCode).toBe(201);
  });

  it('leaves the metrics open, without the names that need a key which cannot be looked up', async () => {
    const scrape = () => app.inject({ method: 'GET', url: '/metrics', headers });
    expect((await scrape()).body).toContain('{commitment="a.b"} 0.5');
    who = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const response = await scrape();
    expect(response.statusCode).toBe(200);
    expect(response.body).toContain('ledger_build_info');
    expect(response.body).not.toContain('a.b');
  });

  it('makes the process not ready, but it stays live', async () => {
    const ready = await app.inject({ method: 'GET', url: '/health/ready' });
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toEqual({
      status: 'not-ready',
      database: 'unreachable',
      readable: false,
      writable: false,
      reason: 'database-away',
      projections: [],
      roles: [{ role: 'api', ready: false, reason: 'database-away', now: { state: 'waiting' } }],
    });
    expect((await app.inject({ method: 'GET', url: '/health/live' })).statusCode).toBe(200);
  });
});
