import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AnyDecider, Deciders, Submission } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { cuttableProxy } from '../../support/cuttable-proxy.js';
import type { CuttableProxy } from '../../support/cuttable-proxy.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

const BATCH = 250;
const ALL = 4 * BATCH;
const AGREEMENT = stream('deal', 'agreement');

const many = (count: number, from = 0): Submission[] =>
  Array.from({ length: count }, (_, index) => say(`event-${from + index}`));

/** Four batches of 250 wait for one another: what if the first comes to nothing, or to something else? */
describe.each(databaseServers())('a batch behind one that fails, on $name', (server) => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  let ledger: PostgresLedger;
  /** How often each text was decided. */
  let decided: Map<string, number>;

  const counting = (decider: AnyDecider): AnyDecider => ({
    ...decider,
    decide: (command: { script: { texts: string[] } }, ...rest) => {
      const text = command.script.texts[0]!;
      decided.set(text, (decided.get(text) ?? 0) + 1);
      return decider.decide(command, ...rest);
    },
  });

  beforeEach(async () => {
    decided = new Map();
    database = await testDatabase({ shardCount: 1, server });
    proxy = await cuttableProxy(database.runtimeUrl);
    const commitment = counting(scriptedDeciders.commitment);
    const deciders: Deciders = { ...scriptedDeciders, commitment };
    ledger = await PostgresLedger.open({ url: proxy.url, deciders, batchMax: BATCH });
    await ledger.submit(say('before'));
    await ledger.submit(say('signed', {}, { stream: AGREEMENT }));
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
  const expectAllInOrder = async (first: readonly string[]): Promise<void> =>
    expect(await ids()).toEqual([...first, ...many(ALL).map(({ id }) => id)]);

  it('decides once when nothing fails', async () => {
    const outcomes = await submitAll(many(ALL));
    expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
    await expectAllInOrder(['before']);
    expect(new Set(decided.values())).toEqual(new Set([1]));
  });

  it.each(['request-lost', 'at-once', 'answer-lost'] as const)(
    'stands on what was found out after the connection broke at its COMMIT: %s',
    async (how) => {
      const cut = proxy.cut(how, 'UPDATE ledger.shard_head', 'COMMIT');
      const outcomes = await submitAll(many(ALL));
      await cut;
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['appended']));
      const positions = outcomes.map((each) => 'entries' in each && each.entries[0]!.position);
      expect(positions).toEqual(many(ALL).map((_, index) => index + 3));
      await expectAllInOrder(['before']);
    },
  );

  it('stands on what another writer did', async () => {
    const other = await PostgresLedger.open({
      url: database.runtimeUrl,
      deciders: scriptedDeciders,
    });
    await other.submit(say('theirs'));
    const outcomes = await submitAll(many(ALL));
    expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
    await expectAllInOrder(['before', 'theirs']);
    await other.close();
  });

  it('does not believe what the failed batch would have made true', async () => {
    // No text of PostgreSQL's can hold a NUL: the server refuses the row, and the batch with it.
    const never = say('never', { type: 'Sa\0id' }, { stream: AGREEMENT });
    const two = say('with two', { neighbours: 2 }, { alongside: AGREEMENT });
    const one = say('with one', { neighbours: 1 }, { alongside: AGREEMENT });
    const submissions = [never, ...many(BATCH - 1), two, one, ...many(BATCH, BATCH)];
    const results = await Promise.allSettled(submissions.map((each) => ledger.submit(each)));
    expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: '22021' } });
    expect(results.slice(BATCH, BATCH + 2)).toMatchObject([
      { value: { outcome: 'rejected', rejection: { name: 'NeighbourMissing' } } },
      { value: { outcome: 'appended' } },
    ]);
  });

  it('finds a repeat of what the batch before it records', async () => {
    const submissions = [...many(BATCH), ...many(BATCH)];
    const outcomes = await submitAll(submissions);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(BATCH).fill('appended'),
      ...Array<string>(BATCH).fill('already-appended'),
    ]);
    expect(await ids()).toHaveLength(1 + BATCH);
  });
});
