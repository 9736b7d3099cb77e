import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { pino } from 'pino';
import { serve } from '../../apps/standalone/serve.js';
import type { Served } from '../../libs/host/service.js';
import type { Role } from '../../libs/access/principal.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { createPool } from '../../libs/host/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { AGREEMENT, PLEDGE, USAGE } from './api/examples.js';

describe('the metrics of a process that serves', () => {
  let database: TestDatabase;
  let served: Served;
  let owner: pg.Pool;
  const keyOf = (role: Role, tenant = 'acme'): Promise<string> =>
    createApiKey(owner, { tenant, name: role, role });
  const ask = (key: string | null, url = served.url): Promise<Response> =>
    fetch(`${url}/metrics`, {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    });
  const scraped = async (key: string | null, url = served.url): Promise<string> => {
    const answer = await ask(key, url);
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const RATIO = 'ledger_commitment_remaining_ratio{commitment="amazon-anthropic.cloud"} 0.75\n';

  /** As an administrator of the tenant; each request under a key of its own. */
  const sender = async (): Promise<(url: string, body: object, key?: string) => Promise<void>> => {
    const key = await keyOf('admin');
    return async (url, body, name = url) => {
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(url === '/v1/usage-events' ? {} : { 'idempotency-key': name }),
      };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const { ok } = await fetch(served.url + url, request);
      expect({ url, ok }).toEqual({ url, ok: true });
    };
  };

  const config = (more: Readonly<Record<string, string>> = {}) =>
    configFromEnvironment({
      LEDGER_RUNTIME_URL: database.runtimeUrl,
      LEDGER_TENANT: 'acme',
      LEDGER_PORT: '0',
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
      ...more,
    });

  beforeAll(async () => {
    database = await testDatabase();
    owner = createPool(database.ownerUrl, { max: 1 });
    served = await serve(config(), pino({ level: 'silent' }));
    const send = await sender();
    for (const id of [AGREEMENT.vendorId, AGREEMENT.customerId])
      await send('/v1/parties', { id, name: id, kinds: ['vendor'] }, id);
    await send('/v1/agreements', AGREEMENT);
    await send('/v1/agreements/amazon-anthropic/activation', {
      activatedAt: '2026-01-01T00:00:00Z',
    });
    // Without an end: the test is to pass in any year.
    await send('/v1/agreements/amazon-anthropic/commitments', { ...PLEDGE, endsAt: null });
    await send('/v1/usage-events', { ...USAGE, amount: '250' });
    const heads = (await served.system.reader.heads()).map((head) => [head.shard, head.position]);
    expect(await served.waitForViews(Object.fromEntries(heads), 20_000)).toBe(true);
  }, 60_000);
  afterAll(async () => {
    await served.close();
    await owner.end();
    await database.drop();
  }, 60_000);

  it('say how much of each commitment is left, asked once for all who scrape', async () => {
    const { pool } = served.system;
    const query = pool.query.bind(pool);
    const asked: string[] = [];
    pool.query = ((...parameters: Parameters<typeof query>) => {
      asked.push(JSON.stringify(parameters));
      return query(...parameters);
    }) as typeof pool.query;
    const key = await keyOf('auditor');
    for (const text of await Promise.all([scraped(key), scraped(key), scraped(key)])) {
      expect(text).toContain('# TYPE ledger_commitment_remaining_ratio gauge\n');
      expect(text).toContain(RATIO);
      expect(text).toContain('ledger_commitments_without_ratio 0\n');
    }
    expect(asked.filter((text) => text.includes('burn_down_day'))).toHaveLength(1);
  });

  it('name no commitment to whoever may not read it, whatever the process does', async () => {
    const projector = await serve(
      config({ KAFKA_BROKERS: '127.0.0.1:1' }),
      pino({ level: 'silent' }),
      ['projector'],
    );
    const readers = [await keyOf('admin'), await keyOf('operator'), await keyOf('approver')];
    const others = [null, await keyOf('poster'), await keyOf('admin', 'other')];
    for (const url of [served.url, projector.url]) {
      for (const key of readers) expect(await scraped(key, url)).toContain(RATIO);
      for (const key of others) {
        const text = await scraped(key, url);
        expect(text).not.toContain('amazon-anthropic');
        expect(text).toContain('ledger_commitments_without_ratio 0\n');
      }
      const guessed = await ask(`cl_${'a'.repeat(43)}`, url);
      expect(guessed.status).toBe(401);
      expect(guessed.headers.get('content-type')).toBe('application/problem+json');
      expect(await guessed.json()).toMatchObject({ code: 'key-unknown' });
    }
    await projector.close();
  }, 40_000);

  it('say how far the views are behind', async () => {
    expect(await scraped(null)).toContain(
      'ledger_projection_lag_events{projection="burn-down"} 0\n',
    );
  });
});
