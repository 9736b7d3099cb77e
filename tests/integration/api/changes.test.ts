import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE } from './examples.js';
import { startApi, type ApiResponse, type RunningApi } from './running-api.js';

const ANY = { ifMatch: '*' };
const usd = (amount: string) => ({ amount, currency: 'USD' });

let api: RunningApi;
/** Before the tranche was called and paid in part. */
let since: string;

const done = async (answer: Promise<ApiResponse>): Promise<ApiResponse> => {
  const { status, json, ...rest } = await answer;
  expect({ status, problem: status < 300 ? null : json }).toEqual({
    status: expect.any(Number),
    problem: null,
  });
  return { status, json, ...rest };
};

const heads = async (): Promise<string> => {
  const { json } = await api.get('/v1/ledger');
  const of = json.heads as readonly { shard: number; position: number }[];
  return of.map(({ shard, position }) => `${shard}:${position}`).join();
};

/** 100 are agreed in one slice of 70; then the slice is called, and 20 of it are paid. */
beforeAll(async () => {
  api = await startApi({ parties: ['amazon', 'anthropic'] });
  await done(api.command('/v1/agreements', AGREEMENT));
  await done(api.command('/v1/agreements/amazon-anthropic/commitments', PLEDGE));
  await done(
    api.command('/v1/agreements/amazon-anthropic/investments', {
      ...{ id: 'equity', investorId: 'amazon', recipientId: 'anthropic', instrument: 'equity' },
      ...{ total: usd('100'), effectiveAt: '2026-01-01T00:00:00Z' },
    }),
  );
  const tranche = { id: 'a', number: 1, amount: usd('70'), effectiveAt: '2026-01-01T00:00:00Z' };
  await done(api.command('/v1/investments/amazon-anthropic.equity/tranches', tranche, ANY));
  since = await heads();
  const slice = '/v1/tranches/amazon-anthropic.equity.a';
  await done(api.command(`${slice}/call`, { calledAt: '2026-02-01T00:00:00Z' }, ANY));
  const payment = { amount: usd('20'), valueAt: '2026-02-02T00:00:00Z', reference: 'wire-1' };
  await done(api.command(`${slice}/funding`, payment, ANY));
  await done(api.command('/v1/parties', { id: 'google', name: 'Google', kinds: ['vendor'] }));
  await done(api.get(`/v1/portfolio?minPosition=${await heads()}`));
}, 60_000);
afterAll(() => api.close(), 60_000);

const changes = (query = '') =>
  done(api.get(`/v1/changes?asOf=2026-06-30&since=${since}${query}`)).then(({ json }) => json);

describe('what moved of capital', () => {
  it('is each figure of an investment that differs, with what made it', async () => {
    const { data, investments } = await changes();
    expect(data).toEqual([]);
    expect(investments).toMatchObject([
      {
        ...{ agreementId: 'amazon-anthropic', investmentId: 'amazon-anthropic.equity' },
        why: [
          { type: 'TrancheCalled', entries: 1 },
          { type: 'TrancheFunded', entries: 1 },
        ],
        whyComplete: true,
      },
    ]);
    const moved = investments[0].figures.map((each: Record<string, { amount: string } | null>) => [
      ...[each['figure'], each['before']?.amount, each['after']?.amount, each['by']?.amount],
    ]);
    // 50 of the 70 are called and not paid.
    expect(moved).toEqual([
      ['firm.funded', '0', '20', '20'],
      ['firm.called', '0', '50', '50'],
      ['firm.eligible', '70', '0', '-70'],
    ]);
    for (const { by, explainedBy } of investments[0].figures) {
      const { json } = await done(api.get(explainedBy));
      expect([json.value, json.addsUp]).toEqual([by, true]);
    }
  });

  it('stands beside all that was recorded, also what moved nothing', async () => {
    expect(await changes()).toMatchObject({
      recorded: [
        { type: 'PartyRegistered', entries: 1 },
        { type: 'TrancheCalled', entries: 1 },
        { type: 'TrancheFunded', entries: 1 },
      ],
      recordedComplete: true,
    });
    expect(await changes('&agreementId=amazon-anthropic')).toMatchObject({
      investments: [{ investmentId: 'amazon-anthropic.equity' }],
      recorded: [{ type: 'TrancheCalled' }, { type: 'TrancheFunded' }],
    });
    const none = await changes('&agreementId=google');
    expect(none).toMatchObject({ investments: [], recorded: [{ type: 'PartyRegistered' }] });
  });

  it('is nothing that one commitment is asked about, nor of others', async () => {
    const one = await changes('&commitmentId=amazon-anthropic.cloud');
    expect([one.data, one.investments]).toEqual([[], []]);
    const { json } = await api.get(`/v1/changes?since=${since}`, 'stranger');
    expect([json.data, json.investments, json.recorded]).toEqual([[], [], []]);
  });

  it('goes page by page, commitments and investments in one order', async () => {
    const all = 'since=2020-01-01T00:00:00Z&asOf=2026-06-30&limit=1';
    const first = (await done(api.get(`/v1/changes?${all}`))).json;
    expect(first).toMatchObject({
      data: [{ commitmentId: 'amazon-anthropic.cloud' }],
      investments: [],
      hasMore: true,
    });
    const second = (await done(api.get(`/v1/changes?${all}&cursor=${first.next}`))).json;
    expect(second).toMatchObject({
      data: [],
      investments: [{ investmentId: 'amazon-anthropic.equity' }],
      recorded: [],
      next: null,
    });
  });
});
