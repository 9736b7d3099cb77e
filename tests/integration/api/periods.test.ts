import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const URL = '/v1/commitments/amazon-anthropic.cloud/periods';

interface Recorded {
  readonly shard: number;
  readonly position: number;
}

let api: RunningApi;
let january: Recorded;
let february: Recorded;

const used = async (id: string, effectiveAt: string, amount: string): Promise<Recorded> => {
  const body = { ...USAGE, id, effectiveAt, amount };
  const { status, json } = await api.send({ url: '/v1/usage-events', body });
  expect(status).toBe(201);
  return json;
};

const at = ({ shard, position }: Recorded): string => `minPosition=${shard}:${position}`;

beforeAll(async () => {
  api = await startApi();
  await api.command('/v1/agreements', AGREEMENT);
  await api.command('/v1/agreements/amazon-anthropic/activation', {
    activatedAt: '2026-01-01T00:00:00Z',
  });
  const pledged = await api.command('/v1/agreements/amazon-anthropic/commitments', {
    ...PLEDGE,
    total: usd('300'),
    schedule: {
      mode: 'sum-of-periods',
      periods: [
        { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z', minimum: '100' },
        { start: '2026-02-01T00:00:00Z', end: '2027-01-01T00:00:00Z', minimum: '200' },
      ],
    },
  });
  expect(pledged.status).toBe(201);
  january = await used('january', '2026-01-10T00:00:00Z', '130');
  february = await used('february', '2026-02-10T00:00:00Z', '50');
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('the periods of a commitment', () => {
  it('say what is used in each, what is beyond it and what is still due', async () => {
    const { status, json } = await api.get(`${URL}?asOf=2026-12-31&${at(february)}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      commitmentId: 'amazon-anthropic.cloud',
      mode: 'sum-of-periods',
      excessCarriesForward: false,
      rolloverFraction: null,
      asOf: '2026-12-31',
      knownAt: null,
      lag: 0,
    });
    expect(json.ledgerPosition[february.shard]).toBeGreaterThanOrEqual(february.position);
    expect(json.periods).toMatchObject([
      {
        index: 0,
        start: '2026-01-01T00:00:00.000000Z',
        end: '2026-02-01T00:00:00.000000Z',
        dueOn: '2026-01-31',
        state: 'ended',
        minimum: usd('100'),
        applied: usd('100'),
        overage: usd('30'),
        shortfall: usd('0'),
        due: usd('0'),
      },
      { index: 1, state: 'ended', applied: usd('50'), overage: usd('0'), due: usd('150') },
    ]);
  });

  it('are those of the remaining obligation', async () => {
    const obligation = (await api.get(`${URL.replace('periods', 'remaining-obligation')}`)).json;
    const { json } = await api.get(`${URL}?${at(february)}`);
    expect(json.periods).toMatchObject(obligation.periods);
  });

  it('are answered as of a day and as known at an instant', async () => {
    const early = await api.get(`${URL}?asOf=2026-01-31&${at(february)}`);
    expect(early.json.periods).toMatchObject([
      { state: 'ended', applied: usd('100') },
      { state: 'ahead', applied: usd('0') },
    ]);
    const first = await api.get(`/v1/ledger/events/${january.shard}/${january.position}`);
    const { recordedAt } = first.json;
    const known = await api.get(`${URL}?asOf=2026-12-31&knownAt=${recordedAt}`);
    expect(known.json).toMatchObject({
      knownAt: recordedAt,
      ledgerPosition: { [january.shard]: january.position },
      periods: [{ applied: usd('100'), overage: usd('30') }, { applied: usd('0') }],
    });
  });

  it('refuse what the other views refuse', async () => {
    const code = async (query: string, as?: 'poster' | 'stranger') => {
      const { status, json } = await api.get(`${URL}${query}`, as);
      return [status, json.code];
    };
    expect(await code('?asOf=2026-02-30')).toEqual([400, 'query-invalid']);
    expect(await code('?from=2026-02-01')).toEqual([400, 'query-invalid']);
    expect(await code('?knownAt=2199-01-01T00:00:00Z')).toEqual([422, 'known-at-in-future']);
    expect(await code('?asOf=2025-12-31')).toEqual([404, 'commitment-unknown']);
    expect(await code('', 'stranger')).toEqual([404, 'commitment-unknown']);
    expect(await code('', 'poster')).toEqual([403, 'role-not-allowed']);
    const malformed = await api.get('/v1/commitments/cloud/periods');
    expect(malformed).toMatchObject({ status: 400, json: { code: 'id-malformed' } });
  });
});
