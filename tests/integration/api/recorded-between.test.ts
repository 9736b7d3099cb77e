import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type ApiResponse, type RunningApi } from './running-api.js';

interface Entry {
  readonly shard: number;
  readonly position: number;
  readonly type: string;
  readonly recordedAt: string;
}

let api: RunningApi;
/** Everything of the tenant, and the instants at which it was recorded, in order. */
let all: readonly Entry[];
let instants: readonly string[];

const events = (query: Readonly<Record<string, string>>): Promise<ApiResponse> =>
  api.get(`/v1/ledger/events?${new URLSearchParams(query)}`);

const read = async (query: Readonly<Record<string, string>>): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  for (let cursor: string | null = null, page = 0; page < 100; page++) {
    const { status, json } = await events({ ...query, ...(cursor === null ? {} : { cursor }) });
    expect(status).toBe(200);
    entries.push(...json.data);
    if (!json.hasMore) return entries;
    cursor = json.next;
  }
  throw new Error('the pages do not end');
};

beforeAll(async () => {
  api = await startApi();
  // Several agreements, so that several shards are read one after the other; and a neighbour among them.
  for (const id of [AGREEMENT.vendorId, AGREEMENT.customerId])
    await api.command('/v1/parties', { id, name: id, kinds: ['vendor'] }, { as: 'stranger' });
  for (const id of ['a', 'b', 'c', 'd']) {
    await api.command('/v1/agreements', { ...AGREEMENT, id }, { as: 'stranger' });
    await api.command('/v1/agreements', { ...AGREEMENT, id });
    await api.command(`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command(`/v1/agreements/${id}/commitments`, PLEDGE);
    await api.send({ url: '/v1/usage-events', body: { ...USAGE, id, agreement: id } });
  }
  all = await read({});
  instants = all.map(({ recordedAt }) => recordedAt).sort();
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('entries recorded between two instants', () => {
  it('include the first instant and leave out the last', async () => {
    expect(all).toHaveLength(18);
    expect(new Set(all.map(({ shard }) => shard)).size).toBeGreaterThan(1);
    for (const from of instants.filter((_, at) => at % 3 === 0))
      for (const to of instants.filter((later) => later > from))
        expect(await read({ from, to })).toEqual(
          all.filter(({ recordedAt }) => from <= recordedAt && recordedAt < to),
        );
  });

  it('need only one of the two', async () => {
    const middle = instants[8]!;
    const later = all.filter(({ recordedAt }) => recordedAt >= middle);
    expect(await read({ from: middle })).toEqual(later);
    expect(await read({ to: middle })).toEqual(all.filter((entry) => !later.includes(entry)));
    expect(await read({ from: '1970-01-01T00:00:00Z', to: '2200-12-31T00:00:00Z' })).toEqual(all);
    expect(await read({ to: '1970-01-01T00:00:00Z' })).toEqual([]);
    expect(await read({ from: '2200-12-31T00:00:00Z' })).toEqual([]);
  });

  it('come in pages, with the other filters, and from any offset', async () => {
    const [from, to] = [instants[2]!, instants[13]!];
    const between = all.filter(({ recordedAt }) => from <= recordedAt && recordedAt < to);
    for (const limit of ['1', '2', '5']) expect(await read({ from, to, limit })).toEqual(between);
    const type = 'DrawdownRecorded';
    expect(await read({ from, to, type, limit: '1' })).toEqual(
      between.filter((entry) => entry.type === type),
    );
    const elsewhere = new Date(Date.parse(from) + 2 * 3_600_000).toISOString().slice(0, 19);
    const offset = `${elsewhere}.${from.slice(20, 26)}+02:00`;
    expect(await read({ from: offset, to })).toEqual(between);
  });

  it('are not given for instants that are none, nor backwards', async () => {
    const refused = async (query: Readonly<Record<string, string>>) => {
      const { status, json } = await events(query);
      return [status, json.code, ...json.errors.map((each: object) => Object.values(each))];
    };
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
    const problem = (code: string, pointer: string) => [
      400,
      'query-invalid',
      expect.arrayContaining([code, pointer]),
    ];
    for (const text of [
      '',
      'yesterday',
      '2026-01-01',
      '2026-02-29T00:00:00Z',
      '2026-01-01T00:00:00',
    ])
      for (const name of ['from', 'to'])
        expect(await refused({ [name]: text })).toEqual(problem('instant-malformed', `/${name}`));
    expect(await refused({ from: late, to: early })).toEqual(problem('end-not-after-start', '/to'));
    expect(await refused({ from: early, to: early })).toEqual(
      problem('end-not-after-start', '/to'),
    );
    const twice = await api.get(`/v1/ledger/events?from=${early}&from=${late}`);
    expect(twice).toMatchObject({ status: 400, json: { code: 'query-invalid' } });
  });
});
