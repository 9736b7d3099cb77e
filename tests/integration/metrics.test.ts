import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import { serve } from '../../apps/standalone/serve.js';
import { freePorts } from '../../infra/kafka/free-ports.js';
import { createMetrics } from '../../libs/host/metrics.js';
import { measureVerified } from '../../libs/host/measures.js';
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
    await send('/v1/usage-events', { ...USAGE, id: 'waits', agreement: 'not-yet' });
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

  it('say how far the views are behind, and how they stand', async () => {
    const text = await scraped(null);
    expect(text).toContain('ledger_projection_lag_events{projection="burn-down"} 0\n');
    expect(text).toContain('ledger_projection_stopped_shards{projection="burn-down"} 0\n');
    expect(text).toContain('ledger_projection_rebuilding{projection="burn-down"} 0\n');
    expect(text).toMatch(/ledger_projection_delay_seconds_count\{projection="facts"\} [1-9]/);
  });

  it('say how the process is, its pool, and what waits', async () => {
    const text = await scraped(null);
    for (const line of [
      /^process_resident_memory_bytes [1-9]\d{6,}/m,
      /^nodejs_eventloop_lag_p99_seconds \d/m,
      /^ledger_pool_connections\{state="in-use"\} \d+$/m,
      /^ledger_pool_waiting \d+$/m,
      /^ledger_parked_usage_events 1$/m,
      /^ledger_parked_oldest_seconds \d+(\.\d+)?$/m,
      /^ledger_http_request_duration_seconds_count\{method="POST",route="\/v1\/parties",status="201"\} 2$/m,
    ])
      expect(text).toMatch(line);
    expect(text).not.toMatch(/^ledger_last_verified_timestamp_seconds /m);
  });

  it('say when the ledger was verified, as the report of that says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'verified-'));
    const report = join(folder, 'report.json');
    const measured = createMetrics('0.0.0-test');
    measured.measures.push(measureVerified(report, measured));
    expect(await measured.text()).not.toMatch(/^ledger_last_verified_sound /m);
    for (const [sound, told] of [
      [true, 1],
      [false, 0],
    ]) {
      await writeFile(report, JSON.stringify({ sound, takenAt: '2026-03-01T00:00:00.5Z' }));
      const text = await measured.text();
      expect(text).toContain('ledger_last_verified_timestamp_seconds 1772323200.5\n');
      expect(text).toContain(`ledger_last_verified_sound ${told}\n`);
    }
    await writeFile(report, 'cut of');
    expect(await measured.text()).not.toMatch(/^ledger_last_verified_sound /m);
    await rm(folder, { recursive: true });
  });

  it('name commitments without a key on a port of their own, and answer nothing else there', async () => {
    const [first, second] = await freePorts(2);
    const more = { LEDGER_METRICS_PORT: String(second) };
    const process = await serve(config(more), pino({ level: 'silent' }));
    const own = `http://127.0.0.1:${second}`;
    expect(await scraped(null, own)).toContain(RATIO);
    expect(await scraped(null, process.url)).not.toContain('amazon-anthropic');
    expect((await fetch(`${own}/v1/portfolio`)).status).toBe(404);
    const taken = serve(config({ ...more, LEDGER_PORT: String(first) }), pino({ level: 'silent' }));
    await expect(taken).rejects.toMatchObject({ code: 'port-busy' });
    await process.close();
    await expect(fetch(`${own}/metrics`)).rejects.toThrow('fetch failed');
  }, 40_000);
});
