import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import type { Submission } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { shardOf } from '../../../libs/ledger/format/shard.js';
import { cuttableProxy } from '../../support/cuttable-proxy.js';
import type { CuttableProxy } from '../../support/cuttable-proxy.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';

// Slow machines and busy disks are no failures; a writer that waits for ever is one.
jest.setTimeout(20_000);

const LOCK_MS = 500;
const FLOWING = 600;
const SHARDS = 2;

/** A stream of the shard. */
const inShard = (shard: number) => {
  for (let n = 0; ; n += 1) {
    const name = stream(`deal-${n}`);
    if (shardOf(name, SHARDS) === shard) return name;
  }
};
const [HERE, THERE] = [inShard(0), inShard(1)];
const here = (id: string): Submission => say(id, {}, { stream: HERE });

describe.each(databaseServers())('what somebody else holds, on $name', (server) => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  let ledger: PostgresLedger;
  let holder: pg.Client;
  const open = (url: string): Promise<PostgresLedger> =>
    PostgresLedger.open({ url, deciders: scriptedDeciders, lockMsMax: LOCK_MS });

  beforeEach(async () => {
    database = await testDatabase({ shardCount: SHARDS, server });
    proxy = await cuttableProxy(database.runtimeUrl);
    ledger = await open(proxy.url);
    await ledger.submit(here('early'));
    // Of the same role, with a name of its own: nobody's to end.
    holder = new pg.Client({ connectionString: database.runtimeUrl });
    await holder.connect();
  });

  afterEach(async () => {
    await holder.end();
    await ledger.close();
    await proxy.close();
    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    await database.drop();
  });

  const hold = async (): Promise<void> => {
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM ledger.shard_head WHERE shard = 0 FOR UPDATE');
  };
  const ids = async (): Promise<string[]> => (await ledger.readStream(HERE)).map(({ id }) => id);

  it.each([1, FLOWING])('a head: %d submissions are answered, and left no trace', async (count) => {
    await hold();
    const kept = Array.from({ length: count }, (_, n) => here(`kept-${n}`));
    const outcomes = await Promise.all(kept.map((each) => ledger.submit(each)));
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['overloaded']));
    // What is refused waits for no lock, and says nothing of who holds it.
    const refused = say('refused', { refuse: 'NotNow' }, { stream: HERE });
    expect(await ledger.submit(refused)).toMatchObject({ outcome: 'rejected' });
    // Whoever comes while it is still held is not kept waiting as long again.
    const asked = performance.now();
    expect(await ledger.submit(here('still'))).toEqual({ outcome: 'overloaded' });
    expect(performance.now() - asked).toBeLessThan(2.5 * LOCK_MS);

    await holder.query('ROLLBACK');
    expect(await ledger.submit(here('after'))).toMatchObject({ outcome: 'appended' });
    expect(await ids()).toEqual(['early', 'after']);
  });

  it('a head for a while: the writer goes on', async () => {
    await hold();
    const waiting = ledger.submit(here('waiting'));
    await new Promise((resolve) => setTimeout(resolve, 1.5 * LOCK_MS));
    await holder.query('ROLLBACK');
    expect(await waiting).toMatchObject({ outcome: 'appended' });
  });

  it('a head, when an answer was lost: what may stand is unknown', async () => {
    const cut = proxy.cut('answer-lost', 'ledger-append', 'SELECT 1');
    const lost = ledger.submit(here('lost'));
    await cut;
    proxy.shut();
    await hold();
    proxy.reopen();
    expect(await lost).toEqual({ outcome: 'unknown' });
    await holder.query('ROLLBACK');
    expect(await ledger.submit(here('lost'))).toMatchObject({ outcome: 'already-appended' });
  });

  it('an identity, by a writer of another shard that froze: it is ended', async () => {
    const frozen = proxy.cut('frozen', 'event-400');
    const theirs = Array.from({ length: FLOWING }, (_, n) =>
      ledger.submit(say(`event-${n}`, {}, { stream: THERE })),
    );
    await frozen;
    const other = await open(database.runtimeUrl);
    expect(await other.submit(here('event-0'))).toMatchObject({ outcome: 'appended' });
    proxy.thaw();
    const outcomes = (await Promise.all(theirs)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['already-appended', ...Array<string>(FLOWING - 1).fill('appended')]);
    await other.close();
  });
});
