import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from './running-api.js';
import { steadyUse } from './steady-use.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const same = (amount: string) => ({ p10: usd(amount), expected: usd(amount), p90: usd(amount) });

let api: RunningApi;
let last: string;

/** Steady use, and amazon has put 100 into anthropic. */
beforeAll(async () => {
  api = await startApi();
  last = await steadyUse(api);
  const investment = await api.command('/v1/agreements/amazon-anthropic/investments', {
    id: 'equity',
    investorId: 'amazon',
    recipientId: 'anthropic',
    instrument: 'equity',
    total: usd('100'),
    effectiveAt: '2026-01-01T00:00:00Z',
  });
  expect(investment.status).toBe(201);
}, 60_000);
afterAll(() => api.close(), 60_000);

const suppose = (body: object, query = 'asOf=2026-03-31') =>
  api.send({
    url: `/v1/scenarios?${query}&minPosition=${last}`,
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

  it('of another total is used up earlier, and what is used beyond it is overage', async () => {
    const { json } = await suppose({
      amendedCommitments: [{ commitmentId: 'amazon-anthropic.cloud', total: usd('600') }],
    });
    const [commitment] = json.commitments;
    expect(commitment).toMatchObject({ change: 'amended', total: usd('1000') });
    expect(commitment.baseline.total).toEqual(usd('1000'));
    // 420 of 2 a day are left: 210 days, and 65 days of the year after them.
    expect(commitment.supposed).toMatchObject({
      total: usd('600'),
      end: { applied: same('600'), shortfall: same('0'), overage: same('130') },
      exhaustion: { outcome: 'expected', on: '2026-10-27' },
    });
    const { committed } = json.concentration;
    expect([committed.today[0].baseAmount, committed.supposed[0].baseAmount]).toEqual([
      usd('1000'),
      usd('600'),
    ]);
    expect(json.circularity.supposed[0].committed).toEqual(usd('600'));
    expect(json.circularity.baseline[0].committed).toEqual(usd('1000'));
  });

  it('of a later end has more months, and the forecast ends before them', async () => {
    const { json } = await suppose({
      amendedCommitments: [
        { commitmentId: 'amazon-anthropic.cloud', endsAt: '2027-07-01T00:00:00Z' },
      ],
    });
    const [commitment] = json.commitments;
    // 275 days to the end of 2026 and 181 in 2027, 912 of which 820 are taken: by day 410.
    expect(commitment.supposed).toMatchObject({
      end: { on: '2027-06-30', shortfall: same('0'), overage: same('92') },
      exhaustion: { on: '2027-05-15' },
    });
    expect(commitment.burnDown).toHaveLength(15);
    expect(commitment.burnDown[9]).toEqual({
      from: '2027-01-01',
      to: '2027-01-31',
      baseline: null,
      supposed: same('792'),
    });
    // A year of 2 a day, where the forecast of today's terms ends in December.
    const spend = (side: string): unknown => json.concentration[side][0].baseAmount;
    expect([spend('baseline'), spend('supposed')]).toEqual([usd('550'), usd('730')]);
  });

  it('of periods asks the contract what each of them misses', async () => {
    const { json } = await suppose({
      amendedCommitments: [
        {
          commitmentId: 'amazon-anthropic.cloud',
          schedule: {
            mode: 'sum-of-periods',
            periods: [
              { start: '2026-01-01T00:00:00Z', end: '2026-04-01T00:00:00Z', minimum: '200' },
              { start: '2026-04-01T00:00:00Z', end: '2026-07-01T00:00:00Z', minimum: '150' },
              { start: '2026-07-01T00:00:00Z', end: '2027-01-01T00:00:00Z', minimum: '650' },
            ],
          },
        },
      ],
    });
    const [{ supposed }] = json.commitments;
    // 91 days of 2 are 182: 150 are taken and 32 are overage; 184 days of 2 are 368 of 650.
    expect(supposed.periods).toMatchObject([
      { index: 1, applied: same('150'), shortfall: same('0'), overage: same('32') },
      { index: 2, applied: same('368'), shortfall: same('282'), overage: same('0') },
    ]);
    // 180 + 150 + 368 of 1,000.
    expect(supposed.end).toMatchObject({ shortfall: same('302'), overage: same('32') });
  });

  it.each([
    ['released', '0', '546'],
    ['survives', '454', '1000'],
  ])(
    'of an end takes nothing after it, and what is owed is %s',
    async (obligation, owed, bound) => {
      const { json } = await suppose({
        endedCommitments: [
          {
            commitmentId: 'amazon-anthropic.cloud',
            terminatedAt: '2026-10-01T00:00:00Z',
            obligation,
          },
        ],
      });
      const [commitment] = json.commitments;
      // 183 days of 2 to the end of September.
      expect(commitment).toMatchObject({
        change: 'ended',
        supposed: { end: { on: '2026-09-30', applied: same('546'), shortfall: same(owed) } },
      });
      expect(commitment.burnDown.at(-1)).toMatchObject({ baseline: same('730'), supposed: null });
      expect(json.concentration.committed.supposed[0].baseAmount).toEqual(usd(bound));
      expect(json.circularity.supposed[0].committed).toEqual(usd(bound));
      // It is used all the same, under no commitment.
      expect(json.concentration.supposed[0].baseAmount).toEqual(usd('550'));
    },
  );

  it('of one more commitment stands beside the others, with the use that is said', async () => {
    const added = {
      ...{ agreementId: 'amazon-anthropic', id: 'more', total: usd('300'), usePerDay: '1' },
      ...{ startsAt: '2026-07-01T00:00:00Z', endsAt: '2027-01-01T00:00:00Z' },
    };
    const { json } = await suppose({ addedCommitments: [added] });
    const [cloud, more] = json.commitments;
    expect(cloud.supposed).toEqual(cloud.baseline);
    // 184 days of 1.
    expect(more).toMatchObject({
      ...{ commitmentId: 'amazon-anthropic.more', change: 'added', reason: null, baseline: null },
      ...{ total: usd('300'), applied: usd('0'), remaining: usd('300') },
      supposed: { end: { applied: same('184'), shortfall: same('116') } },
    });
    expect(more.burnDown.map(({ supposed }: { supposed: object }) => supposed)).toMatchObject(
      ['0', '0', '0', '31', '62', '92', '123', '153', '184'].map(same),
    );
    const { baseline, supposed, committed } = json.concentration;
    expect([baseline[0].baseAmount, supposed[0].baseAmount]).toEqual([usd('550'), usd('734')]);
    expect(committed.supposed[0].baseAmount).toEqual(usd('1300'));
    // As many a day under a dearer price.
    const dearer = [{ vendorId: 'amazon', percent: '100', from: '2026-12-01' }];
    const both = await suppose({ addedCommitments: [added], priceChanges: dearer });
    expect(both.json.commitments[1].supposed.end).toMatchObject({ shortfall: same('85') });
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

  const cloud = { commitmentId: 'amazon-anthropic.cloud' };
  const more = {
    ...{ agreementId: 'amazon-anthropic', id: 'more', total: usd('300') },
    ...{ startsAt: '2026-07-01T00:00:00Z', endsAt: '2027-01-01T00:00:00Z' },
  };
  const ended = { ...cloud, terminatedAt: '2026-10-01T00:00:00Z', obligation: 'released' };
  it.each([
    [{ amendedCommitments: [{ ...cloud, total: usd('100') }] }, 409, 'amendment-below-applied'],
    [
      { amendedCommitments: [{ ...cloud, endsAt: '2026-03-01T00:00:00Z' }] },
      409,
      'amendment-moves-past-boundary',
    ],
    [
      { amendedCommitments: [{ ...cloud, total: { amount: '900', currency: 'EUR' } }] },
      409,
      'commitment-currency-conflict',
    ],
    [
      { amendedCommitments: [{ commitmentId: 'amazon-anthropic.no', total: usd('5') }] },
      422,
      'commitment-unknown',
    ],
    [{ amendedCommitments: [cloud, cloud] }, 422, 'scenario-repeats'],
    [{ amendedCommitments: [cloud], endedCommitments: [ended] }, 422, 'scenario-repeats'],
    [{ endedCommitments: [{ ...ended, commitmentId: 'no.no' }] }, 422, 'scenario-out-of-scope'],
    [{ endedCommitments: [ended], vendorId: 'google' }, 422, 'scenario-out-of-scope'],
    [
      { endedCommitments: [{ ...ended, terminatedAt: '2026-04-01T00:00:00Z' }] },
      422,
      'scenario-not-ahead',
    ],
    [
      { endedCommitments: [{ ...ended, terminatedAt: '2028-01-01T00:00:00Z' }] },
      422,
      'termination-outside-term',
    ],
    [{ addedCommitments: [{ ...more, id: 'cloud' }] }, 409, 'commitment-already-pledged'],
    [
      { addedCommitments: [{ ...more, startsAt: '2026-03-31T00:00:00Z' }] },
      422,
      'scenario-not-ahead',
    ],
    [
      { addedCommitments: [{ ...more, schedule: { mode: 'sum-of-periods' } }] },
      422,
      'schedule-invalid',
    ],
    [
      {
        addedCommitments: [
          {
            ...more,
            schedule: {
              mode: 'sum-of-periods',
              ramp: { kind: 'custom', every: 'month', minimums: ['300'] },
            },
          },
        ],
      },
      422,
      'ramp-does-not-fit',
    ],
    [{ addedCommitments: Array<object>(6).fill(more) }, 422, 'list-too-long'],
    [{ addedCommitments: [{ ...more, usePerDay: '-1' }] }, 422, 'amount-negative'],
  ])('is refused as the contract would refuse it: %j', async (body, expected, code) => {
    const { status, json } = await suppose(body);
    expect({ status, code: json.errors?.[0]?.code ?? json.code }).toEqual({
      status: expected,
      code,
    });
  });

  it('is nothing for whoever only posts, and has nothing of others', async () => {
    const as = (role: 'poster' | 'stranger') =>
      api.send({ url: '/v1/scenarios', as: role, body: {} });
    expect((await as('poster')).status).toBe(403);
    expect((await as('stranger')).json.commitments).toEqual([]);
  });
});
