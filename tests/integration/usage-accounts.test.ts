import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './api/examples.js';
import { startApi, type RunningApi } from './api/running-api.js';

/** I7: in = recorded + duplicate + parked + refused, per channel, and each of them can be found in the database. */
describe('what came in is accounted for', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi();
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'known' });
    await api.command('/v1/agreements/known/activation', { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command('/v1/agreements/known/commitments', PLEDGE);
  });
  afterAll(() => api.close());

  const usage = (id: string, changes: object = {}) => ({
    ...USAGE,
    source: 'urn:accounts',
    id,
    agreement: 'known',
    ...changes,
  });

  const count = async (sql: string): Promise<number> => {
    const { rows } = await api.owner.query<{ count: number }>(sql);
    return rows[0]!.count;
  };

  it('over HTTP: every item of a mixed batch is in exactly one place', async () => {
    const items = [
      usage('a'),
      usage('b', { amount: '-5' }),
      usage('a'),
      usage('b', { amount: '7' }),
      usage('waits', { agreement: 'nobody-knows' }),
      usage('far', { effectiveAt: '1999-01-01T00:00:00Z' }),
      usage('number', { amount: 5 }),
      usage('typo', { ammount: '5' }),
      'not an event',
    ];
    const { json } = await api.send({ url: '/v1/usage-events/batch', as: 'poster', body: items });
    expect(json.counts).toEqual({ recorded: 2, duplicate: 1, parked: 1, refused: 5, retry: 0 });
    expect(
      json.results.map(
        ({ outcome, problems }: { outcome: string; problems?: { code: string }[] }) =>
          problems?.[0]?.code ?? outcome,
      ),
    ).toEqual([
      'recorded',
      'recorded',
      'duplicate',
      'identity-reused',
      'parked',
      'usage-outside-term',
      'amount-not-a-string',
      'member-unknown',
      'not-an-object',
    ]);

    const { rows } = await api.owner.query<{ reference: string | null; code: string }>(
      `SELECT reference, code FROM ledger.refused WHERE channel = 'http' AND tenant = 'acme' ORDER BY code`,
    );
    expect(rows).toEqual([
      { reference: 'number', code: 'amount-not-a-string' },
      { reference: 'b', code: 'identity-reused' },
      { reference: 'typo', code: 'member-unknown' },
      { reference: null, code: 'not-an-object' },
      { reference: 'far', code: 'usage-outside-term' },
    ]);
    expect(await count(`SELECT count(*)::int FROM ledger.parked`)).toBe(1);
    expect(
      await count(`SELECT count(*)::int FROM ledger.ledger_event WHERE source = 'urn:accounts'`),
    ).toBe(2);
  });

  it('parked usage is recorded when its agreement is pledged, and is then no longer waiting', async () => {
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'nobody-knows' });
    await api.command('/v1/agreements/nobody-knows/activation', {
      activatedAt: '2026-01-01T00:00:00Z',
    });
    await api.command('/v1/agreements/nobody-knows/commitments', PLEDGE);
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await count('SELECT count(*)::int FROM ledger.parked')) === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await count('SELECT count(*)::int FROM ledger.parked')).toBe(0);
    const again = await api.send({
      url: '/v1/usage-events',
      as: 'poster',
      body: usage('waits', { agreement: 'nobody-knows' }),
    });
    expect(again.json).toMatchObject({ outcome: 'duplicate', id: 'waits' });
  });
});
