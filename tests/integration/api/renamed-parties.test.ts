import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;

const rename = (name: string, renamedAt: string, version?: number) =>
  api.command(
    '/v1/parties/anthropic/rename',
    { name, renamedAt },
    version === undefined ? {} : { version },
  );
const partyAt = async (query: string) => (await api.get(`/v1/parties/anthropic?${query}`)).json;

beforeAll(async () => {
  api = await startApi();
  expect(await api.command('/v1/agreements', AGREEMENT)).toMatchObject({ status: 201 });
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('a party that is renamed', () => {
  let before: string;

  it('is renamed by who has seen its terms', async () => {
    expect(await rename('Anthropic PBC', '2026-03-01T00:00:00Z')).toMatchObject({
      status: 428,
      json: { code: 'version-required' },
    });
    before = (await api.get('/v1/ledger/events?limit=1')).headers['date']!;
    const renamed = await rename('Anthropic PBC', '2026-03-01T00:00:00Z', 1);
    expect(renamed).toMatchObject({
      status: 200,
      json: {
        id: 'anthropic',
        termsVersion: 2,
        events: [{ type: 'PartyRenamed', effectiveAt: '2026-03-01T00:00:00Z' }],
      },
    });
    expect(await rename('Other', '2026-04-01T00:00:00Z', 1)).toMatchObject({
      status: 412,
      json: { code: 'version-stale' },
    });
  });

  it('has the name that it had at the time that is asked about', async () => {
    const named = async (query: string) => {
      const { name, termsVersion } = await partyAt(query);
      return { name, termsVersion };
    };
    const old = (await partyAt('asOf=2026-02-28')).name;
    expect(old).not.toBe('Anthropic PBC');
    expect(await named('asOf=2026-02-28')).toEqual({ name: old, termsVersion: 2 });
    expect(await named('asOf=2026-03-01')).toEqual({ name: 'Anthropic PBC', termsVersion: 2 });
    const known = new Date(Date.parse(before) - 1_000).toISOString();
    expect(await partyAt(`asOf=2026-03-01&knownAt=${known}`)).not.toMatchObject({
      name: 'Anthropic PBC',
    });
  });

  it('is called so in its agreements', async () => {
    const customerOf = async (asOf: string) =>
      (await api.get(`/v1/agreements/${AGREEMENT.id}?asOf=${asOf}`)).json.customer;
    expect(await customerOf('2026-03-01')).toEqual({
      partyId: 'anthropic',
      name: 'Anthropic PBC',
    });
    expect((await customerOf('2026-02-28')).name).not.toBe('Anthropic PBC');
  });

  it.each([
    ['party-already-named', 'Anthropic PBC', '2026-05-01T00:00:00Z', 409],
    ['rename-before-last', 'Other', '2026-03-01T00:00:00Z', 409],
  ])('refuses what says nothing new or comes too late: %s', async (code, name, on, status) => {
    expect(await rename(name, on, 2)).toMatchObject({ status, json: { code } });
  });
});
