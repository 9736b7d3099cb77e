import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Submission } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { cuttableProxy } from '../../support/cuttable-proxy.js';
import type { CuttableProxy } from '../../support/cuttable-proxy.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';
import { sql } from '../../support/sql.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

const CONNECT_MS_MAX = 3_000;
/** How a client says goodbye: message X of four bytes. */
const TERMINATE = 'X\0\0\0\u0004';
const POISON = { effectiveAt: 'no instant at all' };

/** The two ways to write, with what the wire shows of each. */
const PATHS = [
  { path: 'one statement', size: 5, request: 'ledger-append', answer: 'SELECT 1' },
  { path: 'COPY', size: 500, request: 'COPY ledger.ledger_event', answer: 'COMMIT' },
] as const;

const many = (count: number, from = 0): Submission[] =>
  Array.from({ length: count }, (_, index) => say(`event-${from + index}`));

describe.each(databaseServers())('the ledger when things break, on $name', (server) => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  let ledger: PostgresLedger;
  const open = (url: string): Promise<PostgresLedger> =>
    PostgresLedger.open({ url, deciders: scriptedDeciders, connectMsMax: CONNECT_MS_MAX });

  beforeEach(async () => {
    database = await testDatabase({ shardCount: 1, server });
    proxy = await cuttableProxy(database.runtimeUrl);
    ledger = await open(proxy.url);
  });

  afterEach(async () => {
    await ledger.close();
    await proxy.close();
    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    await database.drop();
  });

  const submitAll = (submissions: readonly Submission[]) =>
    Promise.all(submissions.map((submission) => ledger.submit(submission)));
  const ids = async (): Promise<string[]> =>
    (await ledger.readStream(stream('deal'))).map(({ id }) => id);

  describe.each(PATHS)('writing with $path', ({ size, request, answer }) => {
    it.each(['request-lost', 'at-once', 'answer-lost'] as const)(
      'finds out what happened when the connection breaks: %s',
      async (how) => {
        await ledger.submit(say('before'));
        const cut = proxy.cut(how, request, answer);
        const outcomes = await submitAll(many(size));
        await cut;
        expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['appended']));
        expect(await ids()).toEqual(['before', ...many(size).map(({ id }) => id)]);
        const positions = outcomes.map((each) => 'entries' in each && each.entries[0]!.position);
        expect(positions).toEqual(many(size).map((_, index) => index + 2));
      },
    );

    it('fails a poisoned command alone', async () => {
      const submissions = many(size);
      submissions[3] = { ...submissions[3]!, ...POISON };
      const outcomes = await Promise.allSettled(submissions.map((each) => ledger.submit(each)));
      expect(outcomes[3]).toMatchObject({ status: 'rejected', reason: { code: '22007' } });
      const others = outcomes.filter((_, index) => index !== 3);
      expect(others.every((each) => each.status === 'fulfilled')).toBe(true);
      expect(await ids()).toEqual(
        many(size)
          .map(({ id }) => id)
          .filter((id) => id !== 'event-3'),
      );
    });

    it('finds the repeats in a batch that were recorded earlier', async () => {
      await submitAll(many(3));
      const outcomes = await submitAll(many(size));
      expect(outcomes.filter(({ outcome }) => outcome === 'already-appended')).toHaveLength(3);
      expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(size - 3);
      expect(await ids()).toHaveLength(size);
    });

    it('follows another writer of the shard and decides again', async () => {
      const other = await open(database.runtimeUrl);
      await ledger.submit(say('ours'));
      await other.submit(say('theirs'));
      const outcomes = await submitAll(many(size));
      expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
      expect((await ids()).slice(0, 3)).toEqual(['ours', 'theirs', 'event-0']);
      await other.close();
    });
  });

  it('refuses on the present state, not on the one it remembers', async () => {
    const other = await open(database.runtimeUrl);
    const late = say('late', { neighbours: 1 }, { alongside: stream('deal', 'agreement') });
    expect(await ledger.submit(late)).toMatchObject({ outcome: 'rejected' });
    await other.submit(say('activated', {}, { stream: stream('deal', 'agreement') }));
    expect(await ledger.submit(late)).toMatchObject({ outcome: 'appended' });
    await other.close();
  });

  it('goes on after the server ended its session', async () => {
    await ledger.submit(say('before'));
    for (let round = 0; round < 5; round += 1) {
      const writing = submitAll(many(50, round * 50));
      await sql(
        database.ownerUrl,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      expect((await writing).every(({ outcome }) => outcome === 'appended')).toBe(true);
    }
    expect(await ids()).toHaveLength(251);
  });

  it('says overloaded when it cannot reach the database, and unknown when it cannot find out', async () => {
    await ledger.submit(say('before'));
    const cut = proxy.cut('answer-lost', 'ledger-append', 'SELECT 1');
    const lost = ledger.submit(say('lost'));
    await cut;
    proxy.shut();
    expect(await lost).toEqual({ outcome: 'unknown' });
    expect(await ledger.submit(say('never tried'))).toEqual({ outcome: 'overloaded' });
    proxy.reopen();
    expect(await ledger.submit(say('lost'))).toMatchObject({ outcome: 'already-appended' });
    expect(await ids()).toEqual(['before', 'lost']);
  }, 20_000);

  it('answers in time when the server falls silent after the log-in, and goes on when it is back', async () => {
    const silent = proxy.cut('frozen', 'SET SESSION CHARACTERISTICS');
    const begun = performance.now();
    const outcome = ledger.submit(say('never tried'));
    await silent;
    expect(await outcome).toEqual({ outcome: 'overloaded' });
    expect(performance.now() - begun).toBeLessThan(CONNECT_MS_MAX + 2_000);
    expect(await ledger.submit(say('later'))).toMatchObject({ outcome: 'appended' });
  }, 20_000);

  it('closes although the server does not close its side', async () => {
    await ledger.submit(say('before'));
    const silent = proxy.cut('frozen', TERMINATE);
    const closed = ledger.close();
    await silent;
    await closed;
  }, 10_000);

  it('keeps a limit that is meant for the queries of others away from its transactions', async () => {
    const pool = new pg.Pool({ connectionString: database.runtimeUrl, query_timeout: 200 });
    const limited = await PostgresLedger.open({ pool, deciders: scriptedDeciders });
    const holder = new pg.Client({ connectionString: database.ownerUrl });
    await holder.connect();
    await holder.query('BEGIN; SELECT 1 FROM ledger.shard_head FOR UPDATE');
    const outcomes = Promise.all(many(500).map((submission) => limited.submit(submission)));
    await sleep(1_500);
    await holder.end();
    expect(new Set((await outcomes).map(({ outcome }) => outcome))).toEqual(new Set(['appended']));
    // Nothing was taken for lost: that would have raised the epoch.
    expect(await limited.heads()).toMatchObject([{ position: 500, epoch: 1 }]);
    await limited.close();
    await pool.end();
  });

  it('takes a bounded number of submissions', async () => {
    const small = await PostgresLedger.open({
      url: database.runtimeUrl,
      deciders: scriptedDeciders,
      queueMax: 10,
    });
    const outcomes = await Promise.all(many(30).map((submission) => small.submit(submission)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(10).fill('appended'),
      ...Array<string>(20).fill('overloaded'),
    ]);
    await small.close();
  });

  it('decides the same without any state snapshot', async () => {
    const once = say('once', { once: true });
    await submitAll([...many(20), say('c', {}, { stream: stream('deal', 'agreement') })]);
    await sql(database.ownerUrl, 'UPDATE ledger.stream SET state = NULL, state_version = 0');
    const fresh = await open(database.runtimeUrl);
    expect(await fresh.submit(once)).toEqual({
      outcome: 'rejected',
      rejection: { name: 'HappenedAlready', facts: { events: 20 } },
    });
    expect(
      await fresh.submit(
        say('beside', { neighbours: 1 }, { alongside: stream('deal', 'agreement') }),
      ),
    ).toMatchObject({ outcome: 'appended', entries: [{ version: 21 }] });
    await fresh.close();
  });

  it.each(['repeatable read', 'serializable'])(
    'works in a database whose default isolation is %s',
    async (isolation) => {
      const name = new URL(database.ownerUrl).pathname.slice(1);
      await sql(
        database.ownerUrl,
        `ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`,
      );
      const [one, two] = [await open(database.runtimeUrl), await open(database.runtimeUrl)];
      const outcomes = await Promise.all(
        many(400).map((submission, index) => (index % 2 ? one : two).submit(submission)),
      );
      expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
      await Promise.all([one.close(), two.close()]);
    },
  );
});
