import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays } from '../../../libs/domain/calendar.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const same = (amount: string) => ({ p10: usd(amount), expected: usd(amount), p90: usd(amount) });

let api: RunningApi;
let last: { readonly shard: number; readonly position: number };

/** 2 a day in January, February and March, of 1,000 for the year; amazon has put 100 into anthropic. */
beforeAll(async () => {
  api = await startApi();
  await api.command('/v1/agreements', AGREEMENT);
  await api.command('/v1/agreements/amazon-anthropic/activation', {
    activatedAt: '2026-01-01T00:00:00Z',
  });
  await api.command('/v1/agreements/amazon-anthropic/commitments', PLEDGE);
  const investment = await api.command('/v1/agreements/amazon-anthropic/investments', {
    id: 'equity',
    investorId: 'amazon',
    recipientId: 'anthropic',
    instrument: 'equity',
    total: usd('100'),
    effectiveAt: '2026-01-01T00:00:00Z',
  });
  expect(investment.status).toBe(201);
  const days = Array.from({ length: 90 }, (_, day) => addDays('2026-01-01', day));
  const body = days.map((day) => ({
    ...USAGE,
    id: day,
    effectiveAt: `${day}T00:00:00Z`,
    amount: '2',
  }));
  const { status, json } = await api.send({ url: '/v1/usage-events/batch', body });
  expect(status).toBe(200);
  last = json.results.at(-1);
}, 60_000);
afterAll(() => api.close(), 60_000);

const suppose = (body: object, query = 'asOf=2026-03-31') =>
  api.send({
    url: `/v1/scenarios?${query}&minPosition=${last.shard}:${last.position}`,
    as: 'auditor',
    body,
  });

describe('a scenario', () => {
  it('without any supposition is the forecast twice', async () => {
    const { status, json } = await suppose({});
    expect(status).toBe(200);
    expect(json).toMatchObject({
      asOf: '2026-03-31',
      lag: 0,
      computed: 'on-request',
      nextMonths: { from: '2026-04-01', to: '2027-03-31' },
    });
    const [commitment] = json.commitments;
    expect(commitment).toMatchObject({
      commitmentId: 'amazon-anthropic.cloud',
      vendorId: 'amazon',
      customerId: 'anthropic',
      applied: usd('180'),
      remaining: usd('820'),
      reason: null,
    });
    // 275 days of 2 are left.
    expect(commitment.baseline.end).toMatchObject({ applied: same('730'), shortfall: same('270') });
    expect(commitment.supposed).toEqual(commitment.baseline);
    expect(commitment.burnDown).toHaveLength(9);
    expect(json.concentration.baseline).toEqual(json.concentration.supposed);
  });

  it('of dearer prices costs more from that day on', async () => {
    const { json } = await suppose({
      priceChanges: [
        { vendorId: 'amazon', percent: '50', from: '2026-07-01' },
        { vendorId: 'google', percent: '900', from: '2026-04-01' },
      ],
    });
    const [commitment] = json.commitments;
    // April to June has 91 days of 2, July to December 184 days of 3.
    expect(commitment.supposed.end).toMatchObject({
      applied: same('914'),
      shortfall: same('86'),
    });
    expect(commitment.burnDown[2]).toMatchObject({
      to: '2026-06-30',
      baseline: same('362'),
      supposed: same('362'),
    });
    expect(commitment.burnDown[3]).toMatchObject({ baseline: same('424'), supposed: same('455') });
    const [today] = json.concentration.today;
    const [supposed] = json.concentration.supposed;
    expect([today.baseAmount, supposed.baseAmount]).toEqual([usd('180'), usd('734')]);
  });

  it('of an outage has days without use', async () => {
    const { json } = await suppose({
      outages: [{ vendorId: 'amazon', from: '2026-05-01', days: 10 }],
    });
    expect(json.commitments[0].supposed.end).toMatchObject({ shortfall: same('290') });
  });

  it('of growth uses it up earlier, and shows what that does to circularity', async () => {
    const { json } = await suppose({ growthPercentPerMonth: '20' });
    const [commitment] = json.commitments;
    expect(commitment.baseline.exhaustion.outcome).toBe('not-within');
    expect(commitment.supposed.exhaustion.outcome).toBe('expected');
    expect(commitment.supposed.end).toMatchObject({ applied: same('1000'), shortfall: same('0') });
    const paid = (side: string): string =>
      json.circularity[side].map((pair: { grossDrawdowns: object }) => pair.grossDrawdowns);
    expect(paid('today')).toEqual([usd('180')]);
    expect(paid('baseline')).toEqual([usd('730')]);
    expect(Number(json.circularity.supposed[0].grossDrawdowns.amount)).toBeGreaterThan(1_000);
  });

  it('records nothing', async () => {
    const places = async (): Promise<unknown> =>
      (await api.get('/v1/portfolio?asOf=2026-03-31')).json.ledgerPosition;
    const before = await places();
    await suppose({ growthPercentPerMonth: '5' });
    expect(await places()).toEqual(before);
  });

  it('is about what it names', async () => {
    expect((await suppose({ vendorId: 'google' })).json.commitments).toEqual([]);
    expect((await suppose({ customerId: 'anthropic' })).json.commitments).toHaveLength(1);
  });

  it.each([
    [{ growthPercentPerMonth: 5 }, 'not-text'],
    [{ growthPercentPerMonth: '-100' }, 'percent-malformed'],
    [{ growthPercentPerMonth: '1e3' }, 'percent-malformed'],
    [{ outages: [{ vendorId: 'amazon', from: '2026-05-01', days: 0 }] }, 'not-an-integer'],
    [{ outages: [{ vendorId: 'amazon', from: '2026-02-30', days: 1 }] }, 'day-malformed'],
    [{ growht: '5' }, 'member-unknown'],
  ])('is refused where it cannot be: %j', async (body, code) => {
    const { status, json } = await suppose(body);
    expect({ status, codes: json.errors?.map((each: { code: string }) => each.code) }).toEqual({
      status: 422,
      codes: [code],
    });
  });

  it('is nothing for whoever only posts, and has nothing of others', async () => {
    const as = (role: 'poster' | 'stranger') =>
      api.send({ url: '/v1/scenarios', as: role, body: {} });
    expect((await as('poster')).status).toBe(403);
    expect((await as('stranger')).json.commitments).toEqual([]);
  });
});
