import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });

let api: RunningApi;
let seen: string;

const deal = async (
  id: string,
  between: { readonly vendorId: string; readonly customerId: string },
  { isActive, ...pledge }: { readonly isActive: boolean; readonly total: object },
) => {
  const done = [
    await api.command('/v1/agreements', { ...AGREEMENT, id, ...between }),
    ...(isActive
      ? [
          await api.command(`/v1/agreements/${id}/activation`, {
            activatedAt: '2026-01-01T00:00:00Z',
          }),
        ]
      : []),
    await api.command(`/v1/agreements/${id}/commitments`, { ...PLEDGE, ...pledge }),
  ];
  expect(done.every(({ status }) => status < 300)).toBe(true);
};

/** amazon has two customers; what google was promised binds nobody yet. */
beforeAll(async () => {
  api = await startApi({ parties: ['amazon', 'google', 'anthropic', 'openai'] });
  const total = usd('1000');
  await deal('one', { vendorId: 'amazon', customerId: 'anthropic' }, { isActive: true, total });
  await deal(
    'two',
    { vendorId: 'amazon', customerId: 'openai' },
    { isActive: true, total: usd('500') },
  );
  await deal(
    'three',
    { vendorId: 'google', customerId: 'openai' },
    { isActive: false, total: usd('70') },
  );
  const eur = { amount: '40', currency: 'EUR' };
  await deal('four', { vendorId: 'google', customerId: 'openai' }, { isActive: true, total: eur });
  const { json } = await api.send({
    url: '/v1/usage-events',
    body: { ...USAGE, agreement: 'one', amount: '80' },
  });
  const investment = await api.command('/v1/agreements/one/investments', {
    ...{ id: 'equity', investorId: 'amazon', recipientId: 'anthropic', instrument: 'equity' },
    total: usd('300'),
    effectiveAt: '2026-01-02T00:00:00Z',
  });
  const { shard, position } = investment.json.events[0];
  seen = `asOf=2026-06-30&minPosition=${json.shard}:${json.position},${shard}:${position}`;
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('what is still owed', () => {
  it('of each commitment, and of all that bind together, by currency and by when it falls due', async () => {
    const { status, json } = await api.get(`/v1/obligations?${seen}`);
    expect(status).toBe(200);
    expect(
      json.data.map(({ commitmentId, remaining, binding }: Record<string, object>) => ({
        ...{ commitmentId, remaining, binding },
      })),
    ).toEqual([
      { commitmentId: 'four.cloud', remaining: { amount: '40', currency: 'EUR' }, binding: true },
      { commitmentId: 'one.cloud', remaining: usd('920'), binding: true },
      { commitmentId: 'three.cloud', remaining: usd('70'), binding: false },
      { commitmentId: 'two.cloud', remaining: usd('500'), binding: true },
    ]);
    const [eur, dollars] = json.together;
    expect(eur).toMatchObject({ currency: 'EUR', commitments: 1 });
    expect(dollars).toMatchObject({
      ...{ currency: 'USD', commitments: 2, total: usd('1500'), applied: usd('80') },
      ...{ released: usd('0'), remaining: usd('1420'), dueAtEnd: usd('1420') },
    });
    // Both end on the last day of the year, within twelve months of the end of June.
    expect(dollars.byDue).toMatchObject({ pastDue: usd('0'), thereafter: usd('0') });
    expect(dollars.byDue.years.map(({ amount }: { amount: object }) => amount)).toEqual(
      ['1420', '0', '0', '0', '0'].map(usd),
    );
    const shared = await api.get(`/v1/vendors/concentration?base=remaining&${seen}`);
    const bases = shared.json.currencies.map(
      ({ baseAmount }: { baseAmount: object }) => baseAmount,
    );
    expect(json.together.map(({ remaining }: { remaining: object }) => remaining)).toEqual(bases);
  });

  it('to a vendor, and of a customer', async () => {
    const remaining = async (filter: string): Promise<unknown> => {
      const { json } = await api.get(`/v1/obligations?${filter}&${seen}`);
      return json.together.map((each: { remaining: object }) => each.remaining);
    };
    expect(await remaining('vendorId=amazon')).toEqual([usd('1420')]);
    expect(await remaining('vendorId=amazon&customerId=openai')).toEqual([usd('500')]);
    expect(await remaining('agreementId=three')).toEqual([]);
    expect(await remaining('customerId=nobody')).toEqual([]);
  });

  it('is the same together on every page', async () => {
    const first = await api.get(`/v1/obligations?limit=3&${seen}`);
    const second = await api.get(`/v1/obligations?limit=3&cursor=${first.json.next}&${seen}`);
    expect(second.json.data).toMatchObject([{ commitmentId: 'two.cloud' }]);
    expect(second.json.together).toEqual(first.json.together);
  });
});

describe('an investment', () => {
  it('is read with what it is and the version of its terms', async () => {
    const { status, json, headers } = await api.get(`/v1/investments/one.equity?${seen}`);
    expect({ status, etag: headers['etag'] }).toEqual({ status: 200, etag: '"1"' });
    expect(json).toMatchObject({
      ...{ agreementId: 'one', investmentId: 'one.equity', termsVersion: 1, instrument: 'equity' },
      investor: { partyId: 'amazon', name: 'amazon' },
      ...{ agreedAt: '2026-01-02T00:00:00.000000Z', total: usd('300'), contingent: null },
      ...{ funded: usd('0'), fundings: [], commitments: [] },
    });
  });

  it('is not there before it was agreed, nor for others', async () => {
    const codes = async (url: string, as?: 'stranger') => {
      const { status, json } = await api.get(url, as);
      return [status, json.code];
    };
    const missing = [404, 'investment-unknown'];
    expect(await codes('/v1/investments/one.equity?asOf=2026-01-01')).toEqual(missing);
    expect(await codes('/v1/investments/one.equity', 'stranger')).toEqual(missing);
    expect(await codes('/v1/investments/one.none')).toEqual(missing);
  });
});
