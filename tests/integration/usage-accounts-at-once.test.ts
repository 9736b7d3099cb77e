import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import type { Principal } from '../../libs/access/principal.js';
import { applicationOver, type TestApplication } from '../support/application.js';
import { usageAccounts } from '../../libs/application/inbox/usage-accounts.js';
import type { UsageChannel, UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { createPool } from '../../libs/host/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { openDeal } from '../support/usage.js';

jest.setTimeout(120_000);

const POSTER: Principal = { tenant: 'acme', name: 'billing', role: 'poster' };
const OPERATOR: Principal = { tenant: 'acme', name: 'olga', role: 'operator' };
const CHANNELS: readonly UsageChannel[] = ['http', 'file', 'kafka'];

/** Forty events: recorded, waiting, and refused; the same in every round, in another order. */
const events = (round: number): UsageEvent[] =>
  Array.from({ length: 40 }, (_, n) => (n * (round % 2 === 0 ? 7 : 11) + round) % 40).map((n) => ({
    ...{ source: 'urn:crowd', id: `e${n}`, currency: 'USD', amount: '1' },
    agreement: n % 3 === 0 ? 'later' : 'alpha',
    effectiveAt: n % 3 === 1 ? '1999-01-01T00:00:00Z' : '2026-03-01T00:00:00Z',
  }));

let database: TestDatabase;
let pool: pg.Pool;
let ledger: PostgresLedger;

beforeAll(async () => {
  database = await testDatabase();
  pool = createPool(database.runtimeUrl);
  ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
  await openDeal(ledger, 'alpha', '1000');
});
afterAll(async () => {
  await ledger.close();
  await pool.end();
  await database.drop();
});

it('adds up while many processes record, park, refuse, retry and discard the same', async () => {
  const recorders = await Promise.all(
    CHANNELS.flatMap(() => [0, 1, 2]).map(() => applicationOver(ledger, pool)),
  );
  const desk = recorders[0]!;
  let came = 0;
  const post = async (recorder: TestApplication, lane: number): Promise<void> => {
    for (let round = 0; round < 5; round += 1) {
      const batch = events(round + lane);
      await recorder.record(batch, POSTER, CHANNELS[lane % 3]!);
      came += batch.length;
    }
  };
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 40; n += 1) {
      await desk.discard(OPERATOR, 'urn:crowd', `e${n}`, 'a test').catch(() => undefined);
      await desk.retry(OPERATOR, 'urn:crowd', `e${(n * 7) % 40}`).catch(() => undefined);
    }
  };
  const opened = openDeal(ledger, 'later', '1000').then(() =>
    recorders[1]!.retryParked({ tenant: 'acme', agreement: 'later' }),
  );
  await Promise.all([...recorders.map(post), settle(), opened]);
  for (const recorder of recorders) {
    await recorder.retryParked({ tenant: 'acme', agreement: 'later' });
    await recorder.countsWritten();
  }
  const accounts = await usageAccounts(pool, 'acme');
  expect(accounts).toMatchObject({ addsUp: true, total: { in: came, parked: 0 } });
  expect(accounts.total.recorded).toBeGreaterThanOrEqual(26);
});
