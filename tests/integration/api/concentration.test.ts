import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

type Filters = Readonly<Record<string, string>>;

let api: RunningApi;
const VENDORS = ['v1', 'v2', 'v3', 'v4', 'v5'];
let sent = 0;

const ask = async (query: Filters) =>
  (await api.get(`/v1/vendors/concentration?${new URLSearchParams(query)}`)).json;

const spend = async (agreement: string, amount: string) => {
  const body = { ...USAGE, id: `s-${(sent += 1)}`, agreement, amount };
  const { json } = await api.send({ url: '/v1/usage-events', as: 'poster', body });
  await ask({ minPosition: `${json.shard}:${json.position}` });
};

const NOW = { asOf: '2026-03-31' };
const shares = (answer: Awaited<ReturnType<typeof ask>>) =>
  answer.currencies[0].vendors.map(
    ({ vendorId, amount, share }: { vendorId: string; amount: Filters; share: string }) =>
      `${vendorId} ${amount['amount']} ${share}`,
  );

beforeAll(async () => {
  api = await startApi({ parties: [...VENDORS, 'lab', 'other-lab'] });
  for (const [at, vendorId] of VENDORS.entries()) {
    const customerId = vendorId === 'v5' ? 'other-lab' : 'lab';
    const id = `deal-${vendorId}`;
    await api.command('/v1/agreements', { ...AGREEMENT, id, vendorId, customerId });
    await api.command(`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command(`/v1/agreements/${id}/commitments`, PLEDGE);
    await spend(id, String(10 * (at + 1)));
  }
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('vendor concentration', () => {
  it('lists vendors from the largest, in pages of one moment, and totals are of all', async () => {
    const first = await ask({ ...NOW, limit: '2' });
    expect(shares(first)).toEqual([
      expect.stringMatching(/^v5 50 0\.333/),
      expect.stringMatching(/^v4 40 0\.266/),
    ]);
    const [{ baseAmount, vendorCount, months }] = first.currencies;
    expect([baseAmount.amount, vendorCount, first.hasMore]).toEqual(['150', 5, true]);
    expect(months[0].vendors.map(({ vendorId }: { vendorId: string }) => vendorId)).toEqual([
      ...['v5', 'v4'],
    ]);
    // The smallest becomes the largest between two pages.
    await spend('deal-v1', '1000');
    const second = await ask({ ...NOW, limit: '2', cursor: first.next });
    const third = await ask({ ...NOW, limit: '2', cursor: second.next });
    expect([...shares(second), ...shares(third)].map((text) => text.slice(0, 5))).toEqual([
      ...['v3 30', 'v2 20', 'v1 10'],
    ]);
    expect([second.currencies[0].hhi, third.currencies[0].hhi]).toEqual([
      ...[first.currencies[0].hhi, first.currencies[0].hhi],
    ]);
    expect([third.hasMore, third.next]).toEqual([false, null]);
    expect(shares(await ask(NOW))[0]).toMatch(/^v1 1010 /);
  });

  it('goes by customer, whose spend the shares are of, and lists one vendor', async () => {
    const lab = await ask({ ...NOW, customerId: 'lab' });
    expect(lab.currencies[0]).toMatchObject({ baseAmount: { amount: '1100' }, vendorCount: 4 });
    const one = await ask({ ...NOW, vendorId: 'v5' });
    expect(one.currencies[0]).toMatchObject({ baseAmount: { amount: '1150' }, vendorCount: 1 });
    expect(shares(one)).toEqual([expect.stringMatching(/^v5 50 0\.0434/)]);
    const owed = await ask({ ...NOW, customerId: 'other-lab', base: 'remaining' });
    expect(owed.currencies[0]).toMatchObject({ baseAmount: { amount: '950' }, hhi: '10000' });
    expect((await ask({ ...NOW, customerId: 'nobody' })).currencies).toEqual([]);
  });

  it('takes no cursor of other filters, nor one that is none, and no other limits', async () => {
    const { next } = await ask({ ...NOW, limit: '1' });
    for (const [query, code] of [
      [{ ...NOW, cursor: next, customerId: 'lab' }, 'cursor-of-other-list'],
      [{ ...NOW, cursor: `${next.slice(0, 20)}1.2026-02-30.0:1` }, 'cursor-malformed'],
      [{ ...NOW, cursor: 'x' }, 'cursor-malformed'],
      [{ limit: '0' }, 'query-invalid'],
      [{ limit: '1001' }, 'query-invalid'],
    ] as const)
      expect({ query, code: (await ask(query)).code }).toEqual({ query, code });
  });
});
