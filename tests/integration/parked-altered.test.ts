import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { listKept } from '../../libs/application/inbox/kept-usage.js';
import type { Principal } from '../../libs/access/principal.js';
import { applicationOver, type TestApplication } from '../support/application.js';
import { usageAccounts } from '../../libs/application/inbox/usage-accounts.js';
import type { UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { createPool } from '../../libs/host/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { sql } from '../support/sql.js';
import { openDeal } from '../support/usage.js';

jest.setTimeout(60_000);

const POSTER: Principal = { tenant: 'acme', name: 'billing', role: 'poster' };

const event = (id: string, agreement: string): UsageEvent => ({
  ...{ source: 'urn:late', id, agreement, effectiveAt: '2026-03-15T00:00:00Z' },
  ...{ currency: 'USD', amount: '100' },
});

describe('parked usage that is changed in the database', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let ledger: PostgresLedger;
  let recorder: TestApplication;
  const told: { id: string; differs: readonly string[] }[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.runtimeUrl);
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
    recorder = await applicationOver(ledger, pool, {
      onAltered: ({ id, differs }) => told.push({ id, differs }),
    });
    await openDeal(ledger, 'other-deal', '1000000');
  });
  afterAll(async () => {
    await recorder.countsWritten();
    expect(await usageAccounts(pool, 'acme')).toMatchObject({ addsUp: true });
    await ledger.close();
    await pool.end();
    await database.drop();
  });

  const alter = (set: string, id: string): Promise<unknown> =>
    sql(database.ownerUrl, `UPDATE ledger.parked SET ${set} WHERE event_id = '${id}'`);

  const CHANGES: readonly (readonly [string, string, string])[] = [
    ['the amount', `payload = replace(payload, '"100"', '"999100"')`, 'payload'],
    ['the actor', `payload = replace(payload, '"billing"', '"somebody"')`, 'payload'],
    ['the text, to no JSON', `payload = 'nonsense'`, 'payload'],
    ['the agreement', `agreement = 'other-deal'`, 'agreement'],
    [
      'the agreement, also in the text',
      `agreement = 'other-deal', payload = regexp_replace(payload, 'deal-\\d+', 'other-deal')`,
      'payload',
    ],
    ['the tenant', `tenant = 'evil'`, 'tenant'],
    ['the source', `source = 'urn:other'`, 'source'],
    ['the id', `event_id = event_id || '-moved'`, 'event_id'],
    ['the digest', `digest = sha256('x')`, 'digest'],
    ['the channel', `channel = 'kafka'`, 'channel'],
    ['the seal', `seal = sha256('x')`, 'seal'],
    ['no seal', `seal = NULL`, 'seal'],
    ['no arrival', `arrival = NULL`, 'arrival'],
    ['neither seal nor arrival', `seal = NULL, arrival = NULL`, 'arrival'],
  ];

  it.each(CHANGES.map(([what, set, column], index) => ({ what, set, column, index })))(
    'is not recorded but refused, with both texts, and the true event can be: $what',
    async ({ set, column, index }) => {
      const [id, agreement] = [`changed-${index}`, `deal-${index}`];
      const original = event(id, agreement);
      const [parked] = await recorder.record([original], POSTER, 'http');
      expect(parked).toMatchObject({ outcome: 'parked' });
      await alter(set, id);
      await openDeal(ledger, agreement, '1000');
      await sql(database.ownerUrl, 'UPDATE ledger.parked SET next_try = clock_timestamp()');
      told.length = 0;
      expect(await recorder.retryParked('due')).toEqual({ recorded: 0, parked: 0, refused: 1 });
      expect(told).toEqual([{ id: expect.any(String), differs: expect.arrayContaining([column]) }]);
      expect(await sql(database.ownerUrl, 'SELECT FROM ledger.parked')).toEqual([]);
      expect(await ledger.find('acme', 'urn:late', id)).toBeNull();

      const fate = await recorder.fate('acme', 'urn:late', id);
      if (fate?.outcome !== 'refused') throw new Error(`it is ${fate?.outcome}`);
      const { code, payload, altered, sentBy } = fate.kept;
      expect({ code, sentBy }).toEqual({
        code: 'parked-altered',
        // Without its arrival nobody knows any more.
        sentBy: column === 'arrival' ? null : 'billing',
      });
      expect(JSON.parse(payload ?? 'null')).toEqual(column === 'arrival' ? null : original);
      const [found] = await sql<{ altered: string }>(
        database.ownerUrl,
        'SELECT altered FROM ledger.refused ORDER BY refusal DESC LIMIT 1',
      );
      expect(altered).toBe(found!.altered);
      expect(JSON.parse(altered!)).toHaveProperty('payload');
      expect(await listKept(pool, { tenants: ['evil'] }, null, 10)).toMatchObject({ items: [] });

      const [again] = await recorder.record([original], POSTER, 'http');
      expect(again).toMatchObject({ outcome: 'recorded', applied: '100' });
      expect(
        (await recorder.fate('acme', 'urn:late', id))?.history.map(({ step }) => step),
      ).toEqual(expect.arrayContaining(['refused', 'recorded']));
    },
  );

  it('does not keep out the truth while it waits', async () => {
    const original = event('shut-out', 'deal-shut-out');
    await recorder.record([original], POSTER, 'http');
    await alter(`payload = replace(payload, '"100"', '"5"'), digest = sha256('x')`, 'shut-out');
    const [again] = await recorder.record([original], POSTER, 'http');
    expect(again).toMatchObject({ outcome: 'parked' });
    await openDeal(ledger, 'deal-shut-out', '1000');
    const filter = { tenant: 'acme', agreement: 'deal-shut-out' };
    expect(await recorder.retryParked(filter)).toEqual({ recorded: 1, parked: 0, refused: 0 });
    expect(await ledger.find('acme', 'urn:late', 'shut-out')).toMatchObject({
      event: { body: { split: { gross: '100' } } },
    });
  });

  it('can be recorded by hand as it was parked', async () => {
    await recorder.record([event('by-hand', 'deal-by-hand')], POSTER, 'http');
    await alter(`payload = replace(payload, '"100"', '"5"')`, 'by-hand');
    await openDeal(ledger, 'deal-by-hand', '1000');
    const filter = { tenant: 'acme', agreement: 'deal-by-hand' };
    expect(await recorder.retryParked(filter)).toMatchObject({ refused: 1 });
    const operator = { tenant: 'acme', name: 'olga', role: 'operator' } as const;
    const fate = await recorder.retry(operator, 'urn:late', 'by-hand');
    expect(fate).toMatchObject({
      outcome: 'recorded',
      entry: { actor: 'billing', event: { body: { split: { gross: '100' } } } },
    });
  });

  it('as the serving role it can be neither changed nor can its history', async () => {
    await recorder.record([event('guarded', 'deal-guarded')], POSTER, 'http');
    const [refusal] = await sql<{ refusal: string }>(
      database.ownerUrl,
      'SELECT max(refusal) AS refusal FROM ledger.refused',
    );
    const own = `WHERE refusal = ${refusal!.refusal}`;
    for (const text of [
      `UPDATE ledger.parked SET payload = 'x'`,
      `UPDATE ledger.parked SET agreement = 'x'`,
      `UPDATE ledger.parked SET tenant = 'x'`,
      `UPDATE ledger.parked SET seal = NULL`,
      `UPDATE ledger.usage_history SET payload = 'x'`,
      'DELETE FROM ledger.usage_history',
      'DELETE FROM ledger.refused',
      `UPDATE ledger.refused SET payload = 'x' ${own}`,
      `UPDATE ledger.refused SET code = 'x' ${own}`,
      'DELETE FROM ledger.usage_count',
    ])
      await expect(sql(database.runtimeUrl, text)).rejects.toMatchObject({ code: '42501' });
    // Nor by the owner, without taking the net away first.
    for (const text of [
      `UPDATE ledger.usage_history SET payload = 'x'`,
      'DELETE FROM ledger.usage_history',
      `UPDATE ledger.refused SET payload = 'x' ${own}`,
      `UPDATE ledger.refused SET times = 0 ${own}`,
      `UPDATE ledger.refused SET settled_as = NULL WHERE settled_as IS NOT NULL`,
    ])
      await expect(sql(database.ownerUrl, text)).rejects.toMatchObject({ code: '23001' });
  });
});
