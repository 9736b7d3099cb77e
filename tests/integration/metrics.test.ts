import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { serve, type Served } from '../../apps/standalone/serve.js';
import { configFromEnvironment } from '../../libs/runtime/config.js';
import { createApiKey } from '../../libs/runtime/api-keys.js';
import { createPool } from '../../libs/runtime/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { AGREEMENT, PLEDGE, USAGE } from './api/examples.js';

describe('the metrics of a process that serves', () => {
  let database: TestDatabase;
  let served: Served;
  const scraped = async (): Promise<string> => (await fetch(`${served.url}/metrics`)).text();

  /** As an administrator of the tenant; each request under a key of its own. */
  const sender = async (): Promise<(url: string, body: object) => Promise<void>> => {
    const owner = createPool(database.ownerUrl, { max: 1 });
    const key = await createApiKey(owner, { tenant: 'acme', name: 'test', role: 'admin' });
    await owner.end();
    return async (url, body) => {
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': url,
      };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const { ok } = await fetch(served.url + url, request);
      expect({ url, ok }).toEqual({ url, ok: true });
    };
  };

  beforeAll(async () => {
    database = await testDatabase();
    const config = configFromEnvironment({
      DATABASE_URL: database.ownerUrl,
      LEDGER_TENANT: 'acme',
      LEDGER_PORT: '0',
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
    });
    served = await serve(config, pino({ level: 'silent' }));
    const send = await sender();
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
    for (const text of await Promise.all([scraped(), scraped(), scraped()])) {
      expect(text).toContain('# TYPE ledger_commitment_remaining_ratio gauge\n');
      expect(text).toContain(
        'ledger_commitment_remaining_ratio{commitment="amazon-anthropic.cloud"} 0.75\n',
      );
      expect(text).toContain('ledger_commitments_without_ratio 0\n');
    }
    expect(asked.filter((text) => text.includes('obligation_period'))).toHaveLength(1);
  });

  it('say how far the views are behind', async () => {
    expect(await scraped()).toContain(
      'ledger_projection_lag_events{projection="remaining-obligation"} 0\n',
    );
  });
});
