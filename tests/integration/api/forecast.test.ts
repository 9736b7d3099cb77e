import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from './running-api.js';
import { STEADY, steadyUse } from './steady-use.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const same = (amount: string) => ({ p10: usd(amount), expected: usd(amount), p90: usd(amount) });
const URL = `/v1/commitments/${STEADY}/forecast`;

let api: RunningApi;
let last: string;

beforeAll(async () => {
  api = await startApi();
  last = await steadyUse(api);
}, 60_000);
afterAll(() => api.close(), 60_000);

const ask = (query: string) => api.get(`${URL}?${query}&minPosition=${last}`);

describe('the forecast of a commitment', () => {
  it('says what its use comes to, of what it is made, and what it has seen', async () => {
    const { status, json } = await ask('asOf=2026-03-31');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      commitmentId: 'amazon-anthropic.cloud',
      asOf: '2026-03-31',
      knownAt: null,
      lag: 0,
      computed: 'on-request',
      method: 'weekly-pattern-damped-trend',
      history: { from: '2026-01-01', to: '2026-03-31', days: 90 },
      reason: null,
      perDay: { until: '2026-12-31', recent: usd('2'), expected: same('2') },
    });
    expect(json.forecast.series).toHaveLength(9);
    expect(json.forecast.end).toEqual({
      on: '2026-12-31',
      isEndOfTerm: true,
      applied: same('730'),
      shortfall: same('270'),
      overage: same('0'),
    });
  });

  it('has buckets of a day or a week where they are asked for', async () => {
    const { json } = await ask('asOf=2026-03-31&interval=week');
    expect(json.forecast.series[0]).toMatchObject({
      ...{ from: '2026-04-01', to: '2026-04-05' },
      use: same('10'),
    });
    const byDay = await ask('asOf=2026-03-31&interval=day');
    expect(byDay.json.forecast.series).toHaveLength(275);
  });

  it('is null, with its reason, where the history is too short', async () => {
    const { status, json } = await ask('asOf=2026-01-31');
    expect(status).toBe(200);
    expect(json).toMatchObject({ reason: 'history-too-short', forecast: null });
    expect(json.history).toEqual({ from: '2026-01-01', to: '2026-01-31', days: 31 });
  });

  it('is refused for what is unknown, malformed, or of another tenant', async () => {
    expect((await api.get('/v1/commitments/nope.cloud/forecast')).json.code).toBe(
      'commitment-unknown',
    );
    const other = await api.send({ method: 'GET', url: URL, as: 'stranger' });
    expect(other.status).toBe(404);
    const odd = await ask('interval=year');
    expect(odd.status).toBe(400);
  });
});
