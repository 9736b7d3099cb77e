import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type ApiResponse, type RunningApi } from './running-api.js';

type Filters = Readonly<Record<string, string>>;

interface Item {
  readonly outcome: string;
  readonly source: string;
  readonly id: string;
}

let api: RunningApi;

const page = (query: Filters): Promise<ApiResponse> =>
  api.get(`/v1/usage-events?${new URLSearchParams(query)}`);

const through = async (
  query: Filters,
  between: (turn: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let turn = 0; turn < 60; turn += 1) {
    const asked: Filters = cursor === null ? query : { ...query, cursor };
    const { status, json } = await page(asked);
    expect([status, json.stoppedEarly]).toEqual([200, false]);
    items.push(...json.data);
    if (json.next === null) return items;
    expect(json.data).toHaveLength(Number(query['limit']));
    cursor = json.next;
    await between(turn);
  }
  throw new Error('the pages do not end');
};

const ids = async (query: Filters): Promise<readonly string[]> =>
  (await through({ limit: '3', ...query })).map(({ id }) => id).sort();

const post = (id: string, changes: object = {}) =>
  api.send({ url: '/v1/usage-events', as: 'poster', body: { ...USAGE, id, ...changes } });

const reverse = async (id: string, amount?: string) => {
  const body = { source: USAGE.source, id, reason: 'billed twice', ...(amount && { amount }) };
  expect(await api.command('/v1/agreements/one/reversals', body)).toMatchObject({ status: 201 });
};

beforeAll(async () => {
  api = await startApi();
  for (const id of ['one', 'two']) {
    await api.command('/v1/agreements', { ...AGREEMENT, id });
    await api.command(`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command(`/v1/agreements/${id}/commitments`, PLEDGE);
  }
  const day = (nth: number) => `2026-03-0${nth}T23:59:59.999999Z`;
  for (const nth of [1, 2, 3, 4, 5])
    await post(`one-${nth}`, { agreement: 'one', effectiveAt: day(nth) });
  for (const nth of [1, 2]) await post(`two-${nth}`, { agreement: 'two', effectiveAt: day(nth) });
  await post('other', { agreement: 'two', source: 'billing/gcp', amount: '-5' });
  await post('waits', { agreement: 'none', effectiveAt: '2026-03-03T01:00:00+02:00' });
  await post('wrong', { agreement: 'one', amount: 5, effectiveAt: '2026-03-02T12:00:00Z' });
  await post('unsaid', { agreement: 'one', effectiveAt: 'yesterday' });
  await reverse('one-2', '30');
  await reverse('one-2');
  await reverse('one-3', '0.5');
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('the list of usage events', () => {
  it('has each once, at the desk first, and says what became of it', async () => {
    const all = await through({ limit: '2' });
    expect(all.map(({ outcome, id }) => `${outcome} ${id}`)).toEqual([
      ...['parked waits', 'refused unsaid', 'refused wrong'],
      expect.any(String),
      expect.any(String),
      ...Array.from({ length: 6 }, () => expect.any(String)),
    ]);
    expect(
      all
        .slice(3)
        .map(({ outcome, id }) => `${outcome} ${id}`)
        .sort(),
    ).toEqual([
      ...['recorded one-1', 'recorded one-4', 'recorded one-5', 'recorded other'],
      ...['recorded two-1', 'recorded two-2', 'reversed one-2', 'reversed one-3'],
    ]);
    for (const limit of ['1', '3', '4', '7', '11', '1000'])
      expect(await through({ limit })).toEqual(all);
  });

  it('shows of what is in the ledger its place, its split and what was taken back', async () => {
    const [item] = (await page({ id: 'one-3' })).json.data;
    const entry = (await api.get(`/v1/usage-events/${encodeURIComponent('billing/aws')}/one-3`))
      .json;
    expect(item).toEqual({
      ...{ outcome: 'reversed', source: 'billing/aws', id: 'one-3', agreement: 'one' },
      ...{ effectiveAt: '2026-03-03T23:59:59.999999Z', since: entry.recordedAt },
      sentBy: 'poster-of-acme',
      recorded: {
        ...{ shard: entry.shard, position: entry.position, hash: entry.hash },
        ...{ recordedAt: entry.recordedAt, currency: 'USD', reversed: '0.5' },
        ...{ gross: '80', applied: '80', overage: '0', ineligible: '0' },
      },
      ...{ refusal: null, channel: null, code: null, pointer: null, message: null },
      ...{ lastSeen: null, times: null, attempts: null, nextTry: null, digest: null },
      ...{ truncated: false, excerpt: null },
    });
  });

  it('goes by outcome, source, id and agreement', async () => {
    expect(await ids({ outcome: 'reversed' })).toEqual(['one-2', 'one-3']);
    expect(await ids({ outcome: 'recorded', agreement: 'one' })).toEqual([
      ...['one-1', 'one-4', 'one-5'],
    ]);
    expect(await ids({ outcome: 'refused' })).toEqual(['unsaid', 'wrong']);
    expect(await ids({ agreement: 'two' })).toEqual(['other', 'two-1', 'two-2']);
    expect(await ids({ source: 'billing/gcp' })).toEqual(['other']);
    expect(await ids({ source: 'billing/aws', id: 'one-4' })).toEqual(['one-4']);
    expect(await ids({ source: 'billing/aws', id: 'one-4', agreement: 'two' })).toEqual([]);
    expect(await ids({ source: 'billing/aws', id: 'wrong' })).toEqual(['wrong']);
    expect(await ids({ source: 'commands' })).toEqual([]);
    expect(await ids({ code: 'agreement-unknown' })).toEqual(['waits']);
    expect(await ids({ agreement: 'amazon' })).toEqual([]);
  });

  it('goes by the UTC day on which it happened, the last one included', async () => {
    const on = (effectiveFrom: string, effectiveTo: string) => ids({ effectiveFrom, effectiveTo });
    // 01:00 at +02:00 is still the day before.
    expect(await on('2026-03-02', '2026-03-02')).toEqual(['one-2', 'two-2', 'waits', 'wrong']);
    expect(await on('2026-03-03', '2026-03-04')).toEqual(['one-3', 'one-4']);
    expect(await ids({ effectiveFrom: '2026-03-05' })).toEqual(['one-5']);
    expect(await ids({ effectiveTo: '2026-02-28' })).toEqual([]);
    expect(await ids({ effectiveTo: '2026-03-01', outcome: 'recorded' })).toEqual([
      ...['one-1', 'other', 'two-1'],
    ]);
    expect(await ids({ effectiveFrom: '2026-03-04', source: 'billing/aws', id: 'one-3' })).toEqual(
      [],
    );
  });

  it('goes by when it came or was recorded', async () => {
    const { recorded } = (await page({ id: 'one-5' })).json.data[0];
    const after = await ids({ agreement: 'one', from: recorded.recordedAt });
    expect(after).toEqual(['one-5', 'unsaid', 'wrong']);
    expect(await ids({ agreement: 'one', to: recorded.recordedAt })).toEqual([
      ...['one-1', 'one-2', 'one-3', 'one-4'],
    ]);
  });

  it('gives each once while more are recorded', async () => {
    const seen = await through({ agreement: 'two', limit: '1' }, async (turn) => {
      if (turn === 0) await post('two-new', { agreement: 'two' });
    });
    expect(seen.map(({ id }) => id)).toEqual(['two-1', 'two-2', 'other', 'two-new']);
  });

  it('has nothing of another tenant, and takes no cursor of another list', async () => {
    expect((await api.get('/v1/usage-events', 'stranger')).json.data).toEqual([]);
    const { next } = (await page({ limit: '1' })).json;
    const theirs = await api.get(`/v1/usage-events?cursor=${next}`, 'stranger');
    expect(theirs.json.data).toEqual([]);
    const codeOf = async (query: Filters) => (await page(query)).json.code;
    expect(await codeOf({ cursor: next, agreement: 'one' })).toBe('cursor-of-other-list');
    expect(await codeOf({ cursor: `${next.slice(0, 20)}eA` })).toBe('cursor-malformed');
    expect(await codeOf({ effectiveFrom: '2026-03-02', effectiveTo: '2026-03-01' })).toBe(
      'range-invalid',
    );
    for (const query of [{ effectiveTo: '2026-02-30' }, { effectiveFrom: '2026-02-01T00:00:00Z' }])
      expect(await codeOf(query as unknown as Filters)).toBe('query-invalid');
    expect((await api.get('/v1/usage-events', 'poster')).status).toBe(403);
  });
});

describe('one usage event that was taken back', () => {
  it('says what was posted, what it moved, and each time it was taken back', async () => {
    const { json } = await api.get(`/v1/usage-events/${encodeURIComponent('billing/aws')}/one-2`);
    expect(json).toMatchObject({
      ...{ outcome: 'reversed', gross: '80', reversed: '80', basis: 'effective' },
      posted: { category: 'usage', currency: 'USD', amount: '80', costs: {}, tags: {} },
      lines: [
        {
          ...{ commitmentId: 'one.cloud', period: 0, class: '', day: '2026-03-02' },
          ...{ applied: '80', overage: '0', ineligible: '0' },
        },
      ],
      history: [
        { step: 'recorded', amount: null },
        { step: 'reversed', amount: '30', reason: 'billed twice', by: 'operator-of-acme' },
        { step: 'reversed', amount: '50', position: expect.any(Number) },
      ],
    });
  });
});
