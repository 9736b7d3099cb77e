import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE } from './examples.js';
import { startApi, type ApiResponse, type RunningApi } from './running-api.js';

type Filters = Readonly<Record<string, string>>;

let api: RunningApi;
/** Between the first three agreements and the fourth. */
let known: string;

const LISTS = [
  'parties',
  'agreements',
  'commitments',
  'investments',
  'obligations',
  'tranches',
] as const;
const ID_OF = {
  parties: 'partyId',
  agreements: 'agreementId',
  commitments: 'commitmentId',
  investments: 'investmentId',
  obligations: 'commitmentId',
  tranches: 'investmentId',
} as const;

const page = (list: string, query: Filters = {}): Promise<ApiResponse> =>
  api.get(`/v1/${list}?${new URLSearchParams(query)}`);

const codeOf = async (list: string, query: Filters): Promise<[number, string]> => {
  const { status, json } = await page(list, query);
  return [status, json.code];
};

/** Every page, one after the other; `between` happens after each. */
const through = async (
  list: (typeof LISTS)[number],
  query: Filters,
  between: (turn: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly string[]> => {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (let turn = 0; turn < 50; turn += 1) {
    const asked: Filters = cursor === null ? query : { ...query, cursor };
    const { status, json } = await page(list, asked);
    expect(status).toBe(200);
    expect(json.hasMore).toBe(json.next !== null);
    const things = list === 'tranches' ? json.investments : json.data;
    ids.push(...things.map((each: Filters) => each[ID_OF[list]]));
    if (json.next === null) return ids;
    expect(things).toHaveLength(Number(query['limit']));
    cursor = json.next;
    await between(turn);
  }
  throw new Error('the pages do not end');
};

const deal = async (id: string, vendorId: string, as: 'operator' | 'stranger' = 'operator') => {
  const done: ApiResponse[] = [
    await api.command('/v1/agreements', { ...AGREEMENT, id, vendorId }, { as }),
    await api.command(`/v1/agreements/${id}/commitments`, PLEDGE, { as }),
    await api.command(
      `/v1/agreements/${id}/investments`,
      {
        ...{ id: 'equity', investorId: vendorId, recipientId: 'anthropic', instrument: 'equity' },
        total: { amount: '5', currency: 'USD' },
      },
      { as },
    ),
  ];
  expect(done.map(({ status }) => status)).toEqual([201, 201, 201]);
  const { shard, position } = done[2]!.json.events[0];
  await page('commitments', { minPosition: `${shard}:${position}` });
};

beforeAll(async () => {
  api = await startApi({ parties: ['amazon', 'google', 'anthropic'] });
  await deal('c-deal', 'amazon');
  await deal('a-deal', 'google');
  await deal('e-deal', 'amazon');
  for (const id of ['amazon', 'anthropic'])
    await api.command('/v1/parties', { id, name: id, kinds: ['vendor'] }, { as: 'stranger' });
  await deal('b-theirs', 'amazon', 'stranger');
  const entries = (await api.get('/v1/ledger/events?limit=1000')).json.data;
  known = entries
    .map(({ recordedAt }: { recordedAt: string }) => recordedAt)
    .sort()
    .at(-1);
  await deal('d-later', 'google');
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('lists of what there is', () => {
  it('have each thing once, by its id, and none of another tenant', async () => {
    expect(await through('parties', { limit: '2' })).toEqual(['amazon', 'anthropic', 'google']);
    const deals = ['a-deal', 'c-deal', 'd-later', 'e-deal'];
    expect(await through('agreements', { limit: '1' })).toEqual(deals);
    expect(await through('commitments', { limit: '3' })).toEqual(deals.map((id) => `${id}.cloud`));
    expect(await through('investments', { limit: '4' })).toEqual(deals.map((id) => `${id}.equity`));
    expect(await through('obligations', { limit: '2' })).toEqual(deals.map((id) => `${id}.cloud`));
    expect(await through('tranches', { limit: '2' })).toEqual(deals.map((id) => `${id}.equity`));
    const theirs = await api.get('/v1/agreements', 'stranger');
    expect(theirs.json.data).toMatchObject([{ agreementId: 'b-theirs' }]);
  });

  it('say of what they are, and what stands there of each', async () => {
    const { json } = await page('commitments', { limit: '1', asOf: '2026-06-30' });
    expect(json).toMatchObject({ asOf: '2026-06-30', knownAt: null, lag: 0, skipped: 0 });
    expect(json.data).toEqual([
      {
        agreementId: 'a-deal',
        commitmentId: 'a-deal.cloud',
        termsVersion: 1,
        name: 'Cloud spend',
        state: 'running',
        vendor: { partyId: 'google', name: 'google' },
        customer: { partyId: 'anthropic', name: 'anthropic' },
        total: { amount: '1000', currency: 'USD' },
        startsAt: '2026-01-01T00:00:00.000000Z',
        endsAt: '2027-01-01T00:00:00.000000Z',
        terminatedAt: null,
      },
    ]);
  });

  it('go by vendor, customer, agreement, kind, status and state', async () => {
    const ids = (list: (typeof LISTS)[number], query: Filters) =>
      through(list, { limit: '1', ...query });
    expect(await ids('agreements', { vendorId: 'amazon' })).toEqual(['c-deal', 'e-deal']);
    expect(await ids('agreements', { vendorId: 'amazon', customerId: 'google' })).toEqual([]);
    expect(await ids('agreements', { status: 'active' })).toEqual([]);
    expect(await ids('commitments', { vendorId: 'google', state: 'running' })).toEqual([
      'a-deal.cloud',
      'd-later.cloud',
    ]);
    expect(await ids('commitments', { agreementId: 'b-theirs' })).toEqual([]);
    expect(await ids('investments', { agreementId: 'e-deal' })).toEqual(['e-deal.equity']);
    expect(await ids('obligations', { vendorId: 'google' })).toEqual([
      'a-deal.cloud',
      'd-later.cloud',
    ]);
    expect(await ids('obligations', { agreementId: 'e-deal' })).toEqual(['e-deal.cloud']);
    expect(await ids('tranches', { vendorId: 'amazon' })).toEqual([
      'c-deal.equity',
      'e-deal.equity',
    ]);
    expect(await ids('parties', { kind: 'regulator' })).toEqual([]);
  });

  it('answer as things were known then', async () => {
    const then = { knownAt: known, limit: '2' };
    expect(await through('agreements', then)).toEqual(['a-deal', 'c-deal', 'e-deal']);
    expect(await through('investments', then)).not.toContain('d-later.equity');
    expect(await codeOf('agreements', { knownAt: '2199-01-01T00:00:00Z' })).toEqual([
      422,
      'known-at-in-future',
    ]);
    expect(await through('commitments', { limit: '1', asOf: '2025-12-31' })).toEqual([]);
  });

  it('give each thing once while more are added, before and behind the page', async () => {
    const added = ['0-first', 'c-between', 'z-last'];
    const ids = await through('commitments', { limit: '2' }, async (turn) => {
      if (turn === 0) for (const id of added) await deal(id, 'amazon');
    });
    expect(ids).toEqual(
      ['a-deal', 'c-deal', 'd-later', 'e-deal', 'z-last'].map((id) => `${id}.cloud`),
    );
  });
});

describe('a cursor', () => {
  it.each(LISTS)('of %s goes on with its own path and filters only', async (list) => {
    const { next } = (await page(list, { limit: '1' })).json;
    expect(await codeOf(list, { cursor: next, limit: '2' })).toEqual([200, undefined]);
    const asOf = '2026-06-30';
    expect(await codeOf(list, { cursor: next, asOf })).toEqual([400, 'cursor-of-other-list']);
    const other = list === 'parties' ? 'agreements' : 'parties';
    expect(await codeOf(other, { cursor: next })).toEqual([400, 'cursor-of-other-list']);
  });

  it.each(['', 'x', 'v1.0.1', 'l1.0123456789abcdef.', 'l1.0123456789abcdef.-', 'l1.zz.amazon'])(
    'that is none is refused: %p',
    async (cursor) => {
      const [status, code] = await codeOf('commitments', { cursor });
      expect(status).toBe(400);
      expect(['cursor-malformed', 'query-invalid']).toContain(code);
    },
  );

  it('of another tenant finds nothing of that tenant', async () => {
    const { next } = (await page('agreements', { limit: '1' })).json;
    const { json } = await api.get(`/v1/agreements?cursor=${next}`, 'stranger');
    expect(json.data).toMatchObject([{ agreementId: 'b-theirs' }]);
  });
});

describe('what a list is not asked', () => {
  it.each([
    { limit: '0' },
    { limit: '1001' },
    { limit: 'all' },
    { vendorId: 'Not A Code' },
    { status: 'gone' },
    { asOf: '2026-02-30' },
    { offset: '3' },
    { cursor: 'x'.repeat(1601) },
  ])('%j', async (query) => {
    expect(await codeOf('agreements', query as unknown as Filters)).toEqual([400, 'query-invalid']);
  });

  it('by who may only post', async () => {
    for (const list of LISTS) expect((await api.get(`/v1/${list}`, 'poster')).status).toBe(403);
  });
});
