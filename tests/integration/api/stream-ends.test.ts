import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApi } from '../../../apps/api/create-api.js';
import { STREAM_LIMITS, type StreamLimits } from '../../../apps/api/stream/live-streams.js';
import { createApiKey, databaseKeys, revokeApiKeys } from '../../../libs/access/api-keys.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { apiOver } from '../../support/api-over.js';
import { EventStream } from '../../support/event-stream.js';
import { given } from '../../support/given.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const LIMITS: StreamLimits = {
  ...{ readers: 4, readersOfTenant: 3, waitingBytes: 600 * 1024 },
  ...{ beatMs: 300, keysMs: 200 },
};

let api: RunningApi;
/** Over the same database, but not by the same writer: it hears of nothing and must look. With small limits. */
let small: NestFastifyApplication;
let reader: PostgresLedger;
let base: string;

beforeAll(async () => {
  api = await startApi();
  for (const [url, body] of [
    ['/v1/agreements', { ...AGREEMENT, id: 'one' }],
    ['/v1/agreements/one/activation', { activatedAt: '2026-01-01T00:00:00Z' }],
    ['/v1/agreements/one/commitments', PLEDGE],
  ] as const)
    expect((await api.command(url, body)).status).toBeLessThan(300);
}, 120_000);
beforeEach(async () => {
  const { pool } = api;
  reader = await PostgresLedger.open({ pool, deciders });
  const over = apiOver({ ledger: reader, pool, keys: databaseKeys(pool) });
  const limits = given([{ provide: STREAM_LIMITS, useValue: LIMITS }]);
  small = await createApi({ module: class Small {}, imports: [limits, over] });
  await small.listen(0, '127.0.0.1');
  base = `${await small.getUrl()}/v1/stream`;
});
afterEach(async () => {
  await small.close();
  await reader.close();
}, 30_000);
afterAll(() => api.close(), 60_000);

const usage = async (id: string, count: number): Promise<void> => {
  const body = Array.from({ length: count }, (_, n) => ({
    ...{ ...USAGE, agreement: 'one', id: `${id}-${n}`, amount: '0.01' },
  }));
  const { json } = await api.send({ url: '/v1/usage-events/batch', as: 'poster', body });
  expect(json.counts.recorded).toBe(count);
};

describe('a stream', () => {
  it('is ended with a last event when the server stops, which does not wait for its readers', async () => {
    const lives = [
      await EventStream.open(base, api.keys.auditor),
      await EventStream.open(base, api.keys.stranger),
    ];
    const before = performance.now();
    await small.close();
    expect(performance.now() - before).toBeLessThan(4_000);
    for (const live of lives) {
      expect(await live.ended).toBe(true);
      const { id, event, data } = live.events.at(-1) ?? {};
      expect([event, data]).toEqual(['end', { reason: 'stopping' }]);
      expect(id).toMatch(/^0:\d+,1:\d+,2:\d+,3:\d+(;|$)/);
    }
  });

  it('of a key that is revoked ends, and others go on', async () => {
    const key = await createApiKey(api.owner, { tenant: 'acme', name: 'leaver', role: 'auditor' });
    const [leaver, stays] = [
      await EventStream.open(base, key),
      await EventStream.open(base, api.keys.auditor),
    ];
    await revokeApiKeys(api.owner, 'acme', 'leaver');
    expect(await leaver.ended).toBe(true);
    expect(leaver.events.map(({ data }) => data)).toEqual([{ reason: 'key-revoked' }]);
    await usage('after', 1);
    await stays.until(() => stays.named('entry').length === 1);
    stays.kill();
  }, 30_000);

  it('says that it lives, with the place up to which nothing is missing', async () => {
    const live = await EventStream.open(`${base}?agreementId=other`, api.keys.auditor);
    const began = live.lastId;
    await usage('elsewhere', 1);
    await live.until(() => live.comments.filter((text) => text === 'still here').length >= 2);
    const beaten = live.lastId;
    expect(live.events).toEqual([]);
    expect(beaten).not.toBe(began);
    live.kill();
  });

  it('of a reader that does not read is cut off, and others go on', async () => {
    const [stuck, reads] = [
      await EventStream.open(base, api.keys.auditor),
      await EventStream.open(base, api.keys.auditor),
    ];
    stuck.pause();
    let rounds = 0;
    const deadline = performance.now() + 60_000;
    const connections = (): Promise<number> =>
      new Promise((resolve) =>
        small.getHttpServer().getConnections((_: unknown, count: number) => resolve(count)),
      );
    const told = () => rounds * 400;
    while ((await connections()) > 1 && performance.now() < deadline) {
      await usage(`many-${(rounds += 1)}`, 400);
      await reads.until(() => reads.named('entry').length >= told());
    }
    expect(await connections()).toBe(1);
    expect(new Set(reads.named('entry').map(({ data }) => data.id)).size).toBe(told());
    stuck.resume();
    expect(await stuck.ended).toBe(false);
    // What was on the way is read; the rest is told to whoever goes on from there.
    const again = await EventStream.open(base, api.keys.auditor, { 'last-event-id': stuck.lastId });
    const all = () => [...stuck.named('entry'), ...again.named('entry')].map(({ data }) => data.id);
    await again.until(() => again.named('behind').length > 0 || all().length >= told());
    if (again.named('behind').length === 0) expect(new Set(all()).size).toBe(told());
    reads.kill();
    again.kill();
  }, 90_000);

  it('is refused where there are too many, of a tenant and in all', async () => {
    const lives: EventStream[] = [];
    for (let n = 0; n < 3; n += 1) lives.push(await EventStream.open(base, api.keys.auditor));
    const own = await EventStream.open(base, api.keys.auditor);
    expect([own.status, own.headers['retry-after'], own.headers['content-type']]).toEqual([
      ...[429, '30', 'application/problem+json'],
    ]);
    await own.ended;
    expect(JSON.parse(own.text)).toMatchObject({ code: 'too-many-streams' });
    lives.push(await EventStream.open(base, api.keys.stranger));
    const full = await EventStream.open(base, api.keys.stranger);
    expect([full.status, full.headers['retry-after']]).toEqual([503, '30']);
    await full.ended;
    expect(JSON.parse(full.text)).toMatchObject({ code: 'streams-full' });
    for (const live of lives) live.kill();
    let again = await EventStream.open(base, api.keys.stranger);
    while (again.status === 503) again = await EventStream.open(base, api.keys.stranger);
    expect(again.status).toBe(200);
    again.kill();
  });
});
