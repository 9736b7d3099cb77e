import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
let seen: string;

const usd = (amount: string) => ({ amount, currency: 'USD' });

beforeAll(async () => {
  api = await startApi({ parties: ['amazon', 'anthropic', 'google', 'lab'] });
  const other = { ...AGREEMENT, id: 'google-lab', vendorId: 'google', customerId: 'lab' };
  const quarters = {
    mode: 'sum-of-periods',
    periods: [
      { start: '2026-01-01T00:00:00Z', end: '2026-07-01T00:00:00Z', minimum: '100' },
      { start: '2026-07-01T00:00:00Z', end: '2027-01-01T00:00:00Z', minimum: '300' },
    ],
  };
  for (const [url, body] of [
    ['/v1/agreements', AGREEMENT],
    ['/v1/agreements', other],
    ['/v1/agreements/amazon-anthropic/commitments', PLEDGE],
    ['/v1/agreements/google-lab/commitments', { ...PLEDGE, total: usd('400'), schedule: quarters }],
    ['/v1/agreements/google-lab/commitments', { ...PLEDGE, id: 'spare', priority: 2 }],
  ] as const)
    expect([url, (await api.command(url, body)).status]).toEqual([url, 201]);
  for (const agreement of ['amazon-anthropic', 'google-lab']) {
    const activated = await api.command(
      `/v1/agreements/${agreement}/activation`,
      { activatedAt: AGREEMENT.startsAt },
      { ifMatch: '*' },
    );
    expect(activated.status).toBe(200);
  }
  const positions: string[] = [];
  for (const [agreement, effectiveAt, amount] of [
    ['amazon-anthropic', '2026-06-15T00:00:00Z', '300'],
    ['google-lab', '2026-02-01T00:00:00Z', '80'],
  ] as const) {
    const body = { ...USAGE, id: agreement, agreement, effectiveAt, amount };
    const { json } = await api.send({ url: '/v1/usage-events', as: 'poster', body });
    positions.push(`${json.shard}:${json.position}`);
  }
  seen = `asOf=2026-06-30&minPosition=${positions.join()}`;
}, 60_000);
afterAll(() => api.close(), 60_000);

const page = async (query = '') => (await api.get(`/v1/portfolio?${seen}${query}`)).json;
const ids = async (query = ''): Promise<string[]> =>
  (await page(query)).data.map(({ commitmentId }: { commitmentId: string }) => commitmentId);

const WORST_FIRST = ['google-lab.cloud', 'google-lab.spare', 'amazon-anthropic.cloud'];

describe('GET /v1/portfolio', () => {
  it('tells of each commitment how it stands, the worst first', async () => {
    const { data, hasMore, next, asOf } = await page();
    expect([asOf, hasMore, next]).toEqual(['2026-06-30', false, null]);
    expect(data).toMatchObject([
      {
        commitmentId: 'google-lab.cloud',
        vendor: { partyId: 'google' },
        state: 'running',
        applied: usd('80'),
        remaining: usd('320'),
        utilisation: '0.2',
        // Of 100 planned for the half year that is over.
        pace: { state: 'behind', paceRatio: '0.8' },
        pastDue: usd('20'),
        nextDue: { on: '2026-12-31', amount: usd('300') },
        projectedEnd: { on: null, outcome: 'no-recent-use' },
        risk: { level: 'high', reason: 'past-due' },
      },
      {
        commitmentId: 'google-lab.spare',
        applied: usd('0'),
        risk: { level: 'medium', reason: 'too-late' },
      },
      {
        commitmentId: 'amazon-anthropic.cloud',
        customer: { partyId: 'anthropic' },
        // 300 in thirty days, and 700 to go: seventy days.
        projectedEnd: { on: '2026-09-08', outcome: 'expected' },
        pastDue: usd('0'),
        risk: { level: 'low', reason: 'on-track' },
      },
    ]);
  });

  it('says of a commitment what its burn-down and its obligation say', async () => {
    for (const row of (await page()).data) {
      const of = `/v1/commitments/${row.commitmentId}`;
      const burn = (await api.get(`${of}/burn-down?${seen}`)).json;
      const owed = (await api.get(`${of}/remaining-obligation?${seen}`)).json;
      const { total, applied, released, remaining, utilisation, pace } = burn;
      expect(row).toMatchObject({ total, applied, released, remaining, utilisation, pace });
      expect(row.pastDue).toEqual(owed.byDue.pastDue);
    }
  });

  it('is sorted and filtered as asked', async () => {
    expect(await ids()).toEqual(WORST_FIRST);
    expect(await ids('&sort=risk&direction=asc')).toEqual(WORST_FIRST.toReversed());
    expect(await ids('&sort=remaining')).toEqual([
      'google-lab.spare',
      'amazon-anthropic.cloud',
      'google-lab.cloud',
    ]);
    expect(await ids('&vendorId=google')).toEqual(['google-lab.cloud', 'google-lab.spare']);
    expect(await ids('&customerId=anthropic')).toEqual(['amazon-anthropic.cloud']);
    expect(await ids('&vendorId=google&customerId=anthropic')).toEqual([]);
    expect(await ids('&vendorId=nobody')).toEqual([]);
  });

  it('comes in pages', async () => {
    const first = await page('&limit=2');
    expect([first.data.length, first.hasMore]).toEqual([2, true]);
    const rest = await page(`&limit=2&cursor=${first.next}`);
    expect([rest.data.length, rest.hasMore, rest.next]).toEqual([1, false, null]);
    expect([...first.data, ...rest.data].map(({ commitmentId }) => commitmentId)).toEqual(
      WORST_FIRST,
    );
  });

  it.each([
    ['sort=worst', 'query-invalid', '/sort'],
    ['sort=', 'query-invalid', '/sort'],
    ['direction=down', 'query-invalid', '/direction'],
    ['limit=0', 'query-invalid', '/limit'],
    ['limit=1001', 'query-invalid', '/limit'],
    ['limit=1e1', 'query-invalid', '/limit'],
    ['limit=-1', 'query-invalid', '/limit'],
    ['vendorId=a%20b', 'query-invalid', '/vendorId'],
    ['customerId=', 'query-invalid', '/customerId'],
    ['asOf=yesterday', 'query-invalid', '/asOf'],
    ['page=2', 'query-invalid', '/page'],
    ['sort=risk&sort=end', 'query-invalid', null],
    ['cursor=v1.0.5', 'cursor-malformed', null],
    ['cursor=bnVsbA', 'cursor-malformed', null],
    ['cursor=', 'query-invalid', '/cursor'],
  ])('refuses %s', async (query, code, pointer) => {
    const { status, json } = await api.get(`/v1/portfolio?${query}`);
    expect([status, json.code]).toEqual([400, code]);
    if (pointer !== null) expect(json.errors[0].pointer).toBe(pointer);
  });

  it('refuses a cursor that is longer than any', async () => {
    const { status, json } = await api.get(`/v1/portfolio?cursor=${'a'.repeat(2_001)}`);
    expect([status, json.errors[0].pointer]).toEqual([400, '/cursor']);
  });

  it('refuses a cursor of other filters, another order, another day, another list', async () => {
    const { next } = await page('&limit=1&vendorId=google');
    const of = 'vendorId=google&asOf=2026-06-30';
    for (const url of [
      '/v1/portfolio?asOf=2026-06-30',
      `/v1/portfolio?${of}&customerId=lab`,
      `/v1/portfolio?${of}&sort=end`,
      `/v1/portfolio?${of}&direction=asc`,
      '/v1/portfolio?vendorId=google&asOf=2026-06-29',
      `/v1/agreements?${of}`,
    ]) {
      const { status, json } = await api.get(`${url}&cursor=${next}`);
      expect([url, status, json.code]).toEqual([url, 400, 'cursor-of-other-list']);
    }
    const cut = await api.get(`/v1/portfolio?${of}&cursor=${next.replace(',usd,', ',')}`);
    expect([cut.status, cut.json.code]).toEqual([400, 'cursor-malformed']);
    // Of another tenant it is no way in.
    const foreign = await api.get(`/v1/portfolio?${of}&cursor=${next}`, 'stranger');
    expect(foreign.json.data).toEqual([]);
  });
});
