import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { digestOf } from '../../libs/contract/json/digest.js';
import { handle } from '../../libs/application/handle.js';
import type { Principal } from '../../libs/access/principal.js';
import { RetryParked, RetryParkedHandler } from '../../libs/application/retry-parked.js';
import { applicationOver, type TestApplication } from '../support/application.js';
import type { UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { UsageInbox } from '../../libs/application/inbox/usage-inbox.js';
import { deciders } from '../../libs/domain/aggregates.js';
import type { Ledger, StreamReader } from '../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { createPool } from '../../libs/host/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { failingOnBadUsage, LEDGER_FAULTS } from '../support/failing-decider.js';
import { sql } from '../support/sql.js';
import { openDeal } from '../support/usage.js';

jest.setTimeout(60_000);

const POSTER: Principal = { tenant: 'acme', name: 'billing', role: 'poster' };

const event = (id: string, amount: string, changes: Partial<UsageEvent> = {}): UsageEvent => ({
  source: 'urn:late',
  id,
  agreement: 'late',
  effectiveAt: '2026-03-15T00:00:00Z',
  currency: 'USD',
  amount,
  ...changes,
});

/** Gives its first page only when `others` of its kind have read theirs too: nobody has settled anything by then. */
const readingTogether = (pool: pg.Pool, others: number): UsageInbox[] => {
  let reading = 0;
  let allRead = (): void => undefined;
  const together = new Promise<void>((resolve) => (allRead = resolve));
  return Array.from({ length: others }, () => {
    const inbox = new UsageInbox(pool);
    const read = inbox.parked.bind(inbox);
    inbox.parked = async (...asked) => {
      const items = await read(...asked);
      if ((reading += 1) === others) allRead();
      await together;
      return items;
    };
    return inbox;
  });
};

describe('parked usage that several hands touch at once', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let ledger: PostgresLedger;
  let inbox: UsageInbox;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.runtimeUrl);
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
    inbox = new UsageInbox(pool);
  });
  afterAll(async () => {
    await ledger.close();
    await pool.end();
    await database.drop();
  });

  it('tells who comes with other content while the first is still being parked', async () => {
    const first = new pg.Client({ connectionString: database.runtimeUrl });
    await first.connect();
    try {
      await first.query('BEGIN');
      const waiting = (id: string, amount: string) => ({
        event: event(id, amount),
        reason: 'agreement-unknown',
      });
      await new UsageInbox(first as unknown as pg.Pool).park(
        POSTER,
        [waiting('race', '5')],
        'http',
      );
      const late = waiting('race', '7');
      const second = inbox.park(POSTER, [waiting('other', '1'), late], 'http');
      await new Promise((resolve) => setTimeout(resolve, 100));
      await first.query('COMMIT');
      expect(await second).toEqual([late]);
    } finally {
      await first.end();
    }
  });

  it('goes on waiting while its agreement is pledged and not yet in force', async () => {
    const recorder = await applicationOver(ledger, pool);
    const pending = event('p', '5', { agreement: 'pending' });
    const [parked] = await recorder.record([pending], POSTER, 'http');
    expect(parked).toMatchObject({ outcome: 'parked' });
    await openDeal(ledger, 'pending', '1000', { activate: false });
    const filter = { tenant: 'acme', agreement: 'pending' };
    expect(await recorder.retryParked(filter)).toEqual({ recorded: 0, parked: 1, refused: 0 });
    await handle(ledger, {
      tenant: 'acme',
      actor: 'alice',
      source: 'test',
      id: 'activate-pending',
      digest: digestOf('activate-pending'),
      effectiveAt: '2026-01-01T00:00:00.000000Z',
      expectedVersion: null,
      command: {
        type: 'ActivateAgreement',
        agreementId: 'pending',
        activatedAt: '2026-01-01T00:00:00.000000Z',
      },
    });
    expect(await recorder.retryParked(filter)).toEqual({ recorded: 1, parked: 0, refused: 0 });
    expect(await ledger.find('acme', 'urn:late', 'p')).toMatchObject({
      event: { type: 'DrawdownRecorded', body: { split: { applied: '5' } } },
    });
  });

  it('is refused once, however many try it again', async () => {
    const tooEarly = { agreement: 'early', effectiveAt: '1999-01-01T00:00:00Z' };
    const sweeps = readingTogether(pool, 3).map((each) => new RetryParkedHandler(ledger, each, {}));
    const recorder = await applicationOver(ledger, pool);
    const [parked] = await recorder.record([event('e', '5', tooEarly)], POSTER, 'http');
    expect(parked).toMatchObject({ outcome: 'parked' });
    await openDeal(ledger, 'early', '1000');
    const filter = { tenant: 'acme', agreement: 'early' };
    const totals = await Promise.all(sweeps.map((each) => each.execute(new RetryParked(filter))));
    expect(totals.map(({ refused }) => refused).sort()).toEqual([0, 0, 1]);
    expect(
      await sql(
        database.runtimeUrl,
        "SELECT channel, parked_for, reference, code FROM ledger.refused WHERE reference = 'e'",
      ),
    ).toEqual([
      {
        channel: 'http',
        parked_for: 'agreement-unknown',
        reference: 'e',
        code: 'usage-outside-term',
      },
    ]);
    expect(await inbox.parked(filter, null, 10)).toEqual([]);
  });

  describe('and that the ledger does not take', () => {
    const agreement = 'crowded';
    const filter = { tenant: 'acme', agreement };
    const parkSome = async (recorder: TestApplication, ids: readonly string[]): Promise<void> => {
      const events = ids.map((id) => event(id, '5', { agreement }));
      const results = await recorder.record(events, POSTER, 'http');
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['parked']));
    };
    const stillParked = async (): Promise<readonly string[]> =>
      (await inbox.parked(filter, null, 10)).map(({ event: { id } }) => id);
    const makeAllDue = (): Promise<unknown> =>
      sql(database.ownerUrl, 'UPDATE ledger.parked SET next_try = clock_timestamp()');

    beforeEach(() => sql(database.ownerUrl, 'DELETE FROM ledger.parked'));

    it.each(LEDGER_FAULTS)('does not keep back what waits behind it: %s', async (fault) => {
      const deal = `${agreement}-${fault.length}`;
      const ids = ['1', '2 bad', '3'].map((id) => `${id} ${deal}`);
      const recorder = await applicationOver(ledger, pool);
      await recorder.record(
        ids.map((id) => event(id, '5', { agreement: deal })),
        POSTER,
        'http',
      );
      await openDeal(ledger, deal, '1000');
      const failing = await PostgresLedger.open({
        ...{ url: database.runtimeUrl, pool },
        deciders: failingOnBadUsage(fault),
      });
      await makeAllDue();
      const faults: string[] = [];
      const sweeping = await applicationOver(failing, pool, {
        onFault: (error, { id }) => faults.push(`${id}: ${(error as Error).name}`),
      });
      expect(await sweeping.retryParked('due')).toEqual({ recorded: 2, parked: 1, refused: 0 });
      expect(faults).toEqual([expect.stringMatching(/^2 bad .*: \S+/)]);
      // Postponed: the next sweep passes it over.
      expect(await sweeping.retryParked('due')).toEqual({ recorded: 0, parked: 0, refused: 0 });
      await failing.close();
      const all = { tenant: 'acme', agreement: deal };
      expect(await recorder.retryParked(all)).toEqual({
        ...{ recorded: 1, parked: 0, refused: 0 },
      });
    });

    it('ends the sweep when it is the database that fails', async () => {
      await parkSome(await applicationOver(ledger, pool), ['x', 'y']);
      const full = Object.assign(new Error('disk full'), { code: '53100' });
      const failing: Ledger = {
        submit: () => Promise.reject(full),
        submitTogether: () => Promise.reject(full),
        close: () => Promise.resolve(),
      };
      const sweeping = await applicationOver(failing as Ledger & StreamReader, pool);
      await expect(sweeping.retryParked(filter)).rejects.toThrow('disk full');
      expect(await stillParked()).toEqual(['x', 'y']);
    });

    it('comes again with the next sweep when the ledger had no room for it', async () => {
      const small = await PostgresLedger.open({
        ...{ url: database.runtimeUrl, pool, deciders, queueMax: 1 },
      });
      const recorder = await applicationOver(small, pool);
      const ids = ['first', 'second', 'third'];
      await parkSome(await applicationOver(ledger, pool), ids);
      // There is no agreement yet: postponed.
      await (await applicationOver(ledger, pool)).retryParked(filter);
      await openDeal(ledger, agreement, '1000');
      expect(await recorder.retryParked(filter)).toEqual({ recorded: 1, parked: 2, refused: 0 });
      expect(await recorder.retryParked('due')).toEqual({ recorded: 1, parked: 1, refused: 0 });
      expect(await recorder.retryParked('due')).toEqual({ recorded: 1, parked: 0, refused: 0 });
      await small.close();
    });
  });
});
