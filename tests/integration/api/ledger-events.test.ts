import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pageOf } from '../../../apps/api/audit/page-of-entries.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

interface Entry {
  readonly shard: number;
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly recordedAt: string;
}
interface Page {
  readonly data: readonly Entry[];
  readonly hasMore: boolean;
  readonly next: string | null;
  readonly stoppedEarly: boolean;
}

let api: RunningApi;

const page = async (query: string): Promise<Page> => {
  const { status, text, json } = await api.get(`/v1/ledger/events?${query}`);
  expect({ query, status, text }).toMatchObject({ status: 200 });
  return json as Page;
};

/** All pages, each of which must be full or the last. */
const everyPage = async (query: string, limit: number): Promise<readonly Entry[]> => {
  const all: Entry[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more = cursor === '' ? '' : `&cursor=${cursor}`;
    const { data, hasMore, next, stoppedEarly } = await page(`${query}&limit=${limit}${more}`);
    expect({ query, stoppedEarly }).toEqual({ query, stoppedEarly: false });
    expect(hasMore).toBe(next !== null);
    expect({ query, full: data.length === limit }).toEqual({
      query,
      full: hasMore || data.length === limit,
    });
    all.push(...data);
    cursor = next;
  }
  return all;
};

const LAST = { data: [], hasMore: false, next: null, stoppedEarly: false };

beforeAll(async () => {
  api = await startApi();
  for (const id of ['one', 'two', 'three']) {
    for (const [url, body] of [
      ['/v1/agreements', { ...AGREEMENT, id }],
      [`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' }],
      [`/v1/agreements/${id}/commitments`, PLEDGE],
    ] as const)
      await api.command(url, body);
    const usage = Array.from({ length: 700 }, (_, n) => ({
      ...{ ...USAGE, agreement: id, id: `${id}-${n}`, amount: '0.01' },
    }));
    const { json } = await api.send({ url: '/v1/usage-events/batch', as: 'poster', body: usage });
    expect(json.counts.recorded).toBe(700);
  }
  // More of somebody else's than was looked through for one page.
  for (const id of ['amazon', 'anthropic'])
    await api.command('/v1/parties', { id, name: id, kinds: ['vendor'] }, { as: 'stranger' });
  await api.command('/v1/agreements', { ...AGREEMENT, id: 'one' }, { as: 'stranger' });
  await api.command(
    '/v1/agreements/one/activation',
    { activatedAt: '2026-01-01T00:00:00Z' },
    { as: 'stranger' },
  );
  await api.command('/v1/agreements/one/commitments', PLEDGE, { as: 'stranger' });
  const theirs = Array.from({ length: 6_000 }, (_, n) => ({
    ...{ ...USAGE, agreement: 'one', id: `theirs-${n}`, amount: '0.01' },
  }));
  await api.send({ url: '/v1/usage-events/batch', as: 'stranger', body: theirs });
  await api.command('/v1/agreements/one/notes', { id: 'last', text: 'Last', source: 'us' });
}, 120_000);
afterAll(() => api.close(), 60_000);

describe('pages of entries', () => {
  it.each([
    'stream=agreement:nothing',
    'stream=agreement:',
    'stream=agreement',
    'stream=nonsense:one',
    'stream=one',
    'stream=:',
    'type=NoSuchEvent',
    'type=constructor',
    'type=AgreementProposed&stream=commitment:one',
    'type=DrawdownRecorded&stream=agreement:one',
    'type=InvestmentAgreed',
    'stream=agreement:one&type=AgreementTerminated',
    'from=2200-01-01T00:00:00Z',
    'to=1970-01-02T00:00:00Z',
    'stream=commitment:one&to=1970-01-02T00:00:00Z',
    'stream=commitment:one&from=2200-01-01T00:00:00Z',
  ])('of what is not there are one, which is the last: %s', async (query) => {
    for (const limit of ['', '&limit=1', '&limit=1000'])
      expect(await page(query + limit)).toEqual(LAST);
  });

  it('are full or the last, by type and by stream', async () => {
    expect(await everyPage('type=DrawdownRecorded', 400)).toHaveLength(2_100);
    expect(await everyPage('stream=commitment:two', 350)).toHaveLength(701);
    expect(await everyPage('stream=commitment:two&type=DrawdownRecorded', 350)).toHaveLength(700);
    const notes = await everyPage('type=AgreementNoted', 1);
    expect(notes).toMatchObject([{ stream: 'agreement:one', type: 'AgreementNoted' }]);
    const proposed = await everyPage('type=AgreementProposed', 2);
    expect(proposed.map(({ stream }) => stream).sort()).toEqual([
      'agreement:one',
      'agreement:three',
      'agreement:two',
    ]);
  });

  it('of a stream are those of the whole ledger, also within a window', async () => {
    const all = (await everyPage('', 1000)).filter(({ stream }) => stream === 'agreement:one');
    expect(all.length).toBe(3);
    expect(await everyPage('stream=agreement:one', 2)).toEqual(all);
    const [first, second, third] = all.map(({ recordedAt }) => encodeURIComponent(recordedAt));
    const within = (from: string, to: string) =>
      everyPage(`stream=agreement:one&from=${from}&to=${to}`, 1);
    expect(await within(first!, second!)).toEqual(all.slice(0, 1));
    expect(await within(second!, third!)).toEqual(all.slice(1, 2));
    expect(await everyPage(`stream=agreement:one&from=${second!}`, 1)).toEqual(all.slice(1));
  });

  it("of another tenant's stream are empty", async () => {
    expect(
      (await api.get('/v1/ledger/events?stream=party:amazon', 'stranger')).json.data,
    ).toHaveLength(1);
    expect((await api.get('/v1/ledger/events?stream=commitment:two', 'stranger')).json).toEqual(
      LAST,
    );
  });

  it('say where looking was stopped', async () => {
    const reader = {
      ...{ shardCount: 2, lookInStream: async () => ({ entries: [], stoppedAt: 100_000 }) },
      lookInShard: async (_: number, { after }: { after: number }) => ({
        ...{ entries: [], stoppedAt: after < 250_000 ? 250_000 : null },
      }),
    } as never;
    const wanted = { tenant: 'acme', start: { shard: 0, position: 0 }, limit: 10 };
    const first = await pageOf(reader, { ...wanted, type: 'PartyRegistered' });
    expect(first).toEqual({ entries: [], next: { shard: 0, position: 250_000 }, isStopped: true });
    expect(await pageOf(reader, { ...wanted, start: first.next! })).toMatchObject({
      next: { shard: 1, position: 250_000 },
    });
    const stream = { ...wanted, stream: 'commitment:one', type: 'CommitmentAmended' };
    expect(await pageOf(reader, stream)).toMatchObject({ next: { position: 100_000 } });
  });
});
