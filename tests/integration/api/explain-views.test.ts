import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Explanation } from '../../../libs/projections/explanation/answer.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const ANY = { ifMatch: '*' };
const DAY = 'asOf=2026-12-31';

let api: RunningApi;

const done = async (answer: Promise<{ readonly status: number; readonly text: string }>) => {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(text);
};

const deal = async (id: string, vendorId: string, changed: object = {}): Promise<void> => {
  await done(api.command('/v1/agreements', { ...AGREEMENT, id, vendorId, customerId: 'lab' }));
  const activatedAt = '2026-01-01T00:00:00Z';
  await done(api.command(`/v1/agreements/${id}/activation`, { activatedAt }));
  await done(api.command(`/v1/agreements/${id}/commitments`, { ...PLEDGE, ...changed }));
};

const used = async (agreement: string, id: string, effectiveAt: string, amount: string) => {
  const body = { ...USAGE, agreement, id, effectiveAt: `${effectiveAt}T00:00:00Z`, amount };
  await done(api.send({ url: '/v1/usage-events', body }));
};

/** Vendor one sells 1,000 and 500 to the lab and puts 60 of 100 into it; vendor two sells 200. */
beforeAll(async () => {
  api = await startApi({ parties: ['one', 'two', 'lab'] });
  await deal('first', 'one');
  await deal('second', 'one', { total: usd('500') });
  await deal('third', 'two', { total: usd('200') });
  await done(
    api.command('/v1/agreements/first/investments', {
      ...{ id: 'equity', investorId: 'one', recipientId: 'lab', instrument: 'equity' },
      ...{ total: usd('100'), contingent: usd('50') },
    }),
  );
  for (const [id, amount, contingent] of [
    ['a', '40', false],
    ['b', '60', false],
    ['c', '50', true],
  ] as const) {
    const number = id.charCodeAt(0) - 96;
    const tranche = { id, number, amount: usd(amount), contingent };
    await done(api.command('/v1/investments/first.equity/tranches', tranche, ANY));
  }
  for (const [id, amount, reference] of [
    ['a', '40', 'wire-1'],
    ['b', '20', 'wire-2'],
  ] as const) {
    const calledAt = '2026-02-01T00:00:00Z';
    await done(api.command(`/v1/tranches/first.equity.${id}/call`, { calledAt }, ANY));
    await done(
      api.command(
        `/v1/tranches/first.equity.${id}/funding`,
        { amount: usd(amount), valueAt: '2026-02-02T00:00:00Z', reference },
        ANY,
      ),
    );
  }
  await used('first', 'u1', '2026-03-01', '300');
  await used('second', 'u2', '2026-04-01', '100');
  await used('third', 'u3', '2026-04-01', '250');
  await done(
    api.command(
      '/v1/commitments/second.cloud/termination',
      { terminatedAt: '2026-10-01T00:00:00Z', obligation: 'released', reason: 'over' },
      ANY,
    ),
  );
  const { json } = await api.get('/v1/ledger');
  const { heads } = json as { heads: { shard: number; position: number }[] };
  const all = heads.map(({ shard, position }) => `${shard}:${position}`).join();
  await done(api.get(`/v1/portfolio?minPosition=${all}`));
}, 60_000);
afterAll(() => api.close(), 60_000);

const explain = async (query: string): Promise<Explanation> => {
  const { status, json, text } = await api.get(`/v1/explain?${query}&${DAY}`);
  expect({ query, status, text }).toMatchObject({ status: 200 });
  return json as Explanation;
};

const KINDS = [
  'view=portfolio&commitmentId=first.cloud',
  'view=portfolio&commitmentId=second.cloud',
  'view=burn-down&commitmentId=third.cloud',
  'view=remaining-obligation&commitmentId=first.cloud',
  'view=periods&commitmentId=first.cloud&period=0',
  'view=concentration',
  'view=concentration&vendorId=one',
  'view=concentration&vendorId=two&month=2026-04',
  'view=concentration&vendorId=one&base=remaining',
  'view=concentration&vendorId=one&base=committed&currency=USD',
  'view=tranches&investmentId=first.equity',
  'view=tranches&investmentId=first.equity&trancheId=first.equity.b',
  'view=circularity&vendorId=one&customerId=lab',
];

describe('the explanation of every view', () => {
  it.each(KINDS)('adds up to each figure of %s, and so does all that it leads to', async (kind) => {
    const { json } = await api.get(`/v1/explain?${kind}&figure=no-such&${DAY}`);
    const { detail } = json as { detail: string };
    const known = detail.slice(detail.indexOf('it has ') + 7).split(', ');
    expect(known.length).toBeGreaterThan(1);
    const open = new Set(known.map((figure) => `/v1/explain?${kind}&figure=${figure}&${DAY}`));
    for (const path of open) {
      const answer = (await api.get(path)).json as Explanation;
      const { addsUp, absent } = answer;
      expect({ path, addsUp }).toEqual({ path, addsUp: absent === null ? true : null });
      for (const { explainedBy } of answer.lines) if (explainedBy !== null) open.add(explainedBy);
    }
  });

  it('has the entries of all agreements of a vendor', async () => {
    const { value, lines } = await explain('view=concentration&figure=amount&vendorId=one');
    expect(value).toEqual(usd('400'));
    expect(lines.map(({ amount, entry }) => [amount!.amount, entry!.id])).toEqual([
      ['300', 'u1'],
      ['100', 'u2'],
    ]);
    const share = await explain('view=concentration&figure=share&vendorId=one');
    expect([share.ratio, share.lines.map(({ amount }) => amount!.amount)]).toEqual([
      '0.615385',
      ['400', '650'],
    ]);
  });

  it('says of what is committed which commitments, and what was let go', async () => {
    const { value, lines } = await explain(
      'view=circularity&figure=committed&vendorId=one&customerId=lab',
    );
    expect(value).toEqual(usd('1100'));
    expect(lines.map(({ name, amount }) => [name, amount!.amount])).toEqual([
      ['total', '1000'],
      ['released', '0'],
      ['total', '500'],
      ['released', '-400'],
    ]);
  });

  it('names the payments of an investment', async () => {
    const funded = await explain('view=circularity&figure=funded&vendorId=one&customerId=lab');
    expect(
      funded.lines.map(({ amount, because, entry }) => [amount!.amount, because, entry!.type]),
    ).toEqual([
      ['40', 'paid', 'TrancheFunded'],
      ['20', 'paid', 'TrancheFunded'],
    ]);
    const called = await explain('view=tranches&figure=firm.called&investmentId=first.equity');
    expect([called.value, called.lines.map(({ name, amount }) => [name, amount!.amount])]).toEqual([
      usd('40'),
      [['unfunded', '40']],
    ]);
  });

  it('comes in pages over several agreements', async () => {
    const of = 'view=concentration&figure=amount&vendorId=one&limit=1';
    const first = await explain(of);
    const second = await explain(`${of}&cursor=${first.next}`);
    expect([first.subtotal, second.before, second.subtotal, second.total]).toEqual(
      ['300', '300', '100', '400'].map(usd),
    );
    expect([first.hasMore, second.hasMore, second.addsUp]).toEqual([true, false, true]);
  });

  it.each([
    ['view=concentration&figure=amount&vendorId=nobody', 404, 'vendor-unknown'],
    ['view=concentration&figure=amount&vendorId=one&currency=EUR', 404, 'vendor-unknown'],
    ['view=concentration&figure=amount&vendorId=one&month=2026-13', 400, 'query-invalid'],
    ['view=concentration&figure=amount&vendorId=one&window=0', 400, 'query-invalid'],
    ['view=concentration&figure=remaining&vendorId=one', 422, 'figure-unknown'],
    ['view=concentration&figure=amount&commitmentId=first.cloud', 422, 'figure-of-what'],
    ['view=circularity&figure=funded&vendorId=one', 422, 'figure-of-what'],
    ['view=circularity&figure=funded&vendorId=two&customerId=lab', 404, 'pair-unknown'],
    ['view=tranches&figure=funded', 422, 'figure-of-what'],
    ['view=tranches&figure=funded&investmentId=first.debt', 404, 'investment-unknown'],
  ])('refuses %s: %d %s', async (query, status, code) => {
    const answer = await api.get(`/v1/explain?${query}&${DAY}`);
    expect([answer.status, (answer.json as { code: string }).code]).toEqual([status, code]);
  });
});
