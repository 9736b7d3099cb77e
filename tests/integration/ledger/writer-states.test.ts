import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { BatchReport } from '../../../libs/ledger/writer/shard-writer.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { databaseServers, testDatabase, type TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

/** A queue of four and batches of two, so that a writer is seen to be idle, writing and closed. */
describe.each(databaseServers())('the writer of a shard, on $name', (server) => {
  let database: TestDatabase;
  let ledger: PostgresLedger;
  let batches: string[][];

  beforeEach(async () => {
    batches = [];
    database = await testDatabase({ shardCount: 1, server });
    const onBatch = ({ entries }: BatchReport): void =>
      void batches.push(entries.map(({ id }) => id));
    const limits = { queueMax: 4, batchMax: 2 };
    const url = database.runtimeUrl;
    ledger = await PostgresLedger.open({ url, deciders: scriptedDeciders, onBatch, ...limits });
  });
  afterEach(async () => {
    await ledger.close();
    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    await database.drop();
  });

  const submitAll = (...ids: readonly string[]) =>
    Promise.all(ids.map((id) => ledger.submit(say(id))));
  const recorded = async (): Promise<readonly string[]> =>
    (await ledger.readStream(stream('deal'))).map(({ id, position }) => `${position} ${id}`);

  it('is idle again after its last batch, and writes what comes then', async () => {
    await submitAll('a');
    expect(await ledger.submit(say('b'))).toMatchObject({ outcome: 'appended' });
    expect(batches).toEqual([['a'], ['b']]);
    expect(await recorded()).toEqual(['1 a', '2 b']);
  });

  it('while it writes lets what comes queue, and makes batches of it in that order', async () => {
    await submitAll('a', 'b', 'c');
    expect(batches).toEqual([['a', 'b'], ['c']]);
    expect(await recorded()).toEqual(['1 a', '2 b', '3 c']);
  });

  it('refuses what its queue has no room for, and takes it when it is sent again', async () => {
    const outcomes = await submitAll('a', 'b', 'c', 'd', 'e');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...['appended', 'appended', 'appended', 'appended', 'overloaded'],
    ]);
    expect(await recorded()).toEqual(['1 a', '2 b', '3 c', '4 d']);
    expect(await ledger.submit(say('e'))).toMatchObject({ outcome: 'appended' });
    expect((await recorded()).at(-1)).toBe('5 e');
  });

  it('closed while it writes, writes all that it took, in as many batches as that takes', async () => {
    const taken = submitAll('a', 'b', 'c');
    const closing = ledger.close();
    expect(await ledger.submit(say('d'))).toEqual({ outcome: 'overloaded' });
    await closing;
    expect((await taken).map(({ outcome }) => outcome)).toEqual(Array(3).fill('appended'));
    expect(batches).toEqual([['a', 'b'], ['c']]);
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, deciders: scriptedDeciders });
    expect(await recorded()).toEqual(['1 a', '2 b', '3 c']);
  });

  it('closed while it is idle, records nothing more, however often it is closed', async () => {
    await submitAll('a');
    await ledger.close();
    await ledger.close();
    expect(await submitAll('b', 'c')).toEqual([
      { outcome: 'overloaded' },
      { outcome: 'overloaded' },
    ]);
    expect(batches).toEqual([['a']]);
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, deciders: scriptedDeciders });
    expect(await recorded()).toEqual(['1 a']);
  });
});
