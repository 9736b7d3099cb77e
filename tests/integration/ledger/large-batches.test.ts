import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome, Submission } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { COPY_MIN } from '../../../libs/ledger/writer/shard-writer.js';
import { cuttableProxy } from '../../support/cuttable-proxy.js';
import type { CuttableProxy } from '../../support/cuttable-proxy.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';
import type { Script } from '../../support/scripted.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

const MANY = 600;
const LOCK_MS = 500;

const many = (count: number, from = 0): Submission[] =>
  Array.from({ length: count }, (_, index) => say(`event-${from + index}`));

/** Identities that come again, with the same or another content, accepted or not as the neighbour grows. */
interface Asked {
  readonly id: number;
  readonly script: Script;
  readonly beside: boolean;
}
const someAsked: fc.Arbitrary<Asked> = fc.record({
  id: fc.nat(99),
  script: fc.constantFrom<Script>({}, { texts: [] }, { neighbours: 1 }, { neighbours: 2 }),
  beside: fc.nat(30).map((n) => n === 0),
});
const toSubmission = (tenant: string, { id, script, beside }: Asked): Submission => {
  const agreement = { ...stream('deal', 'agreement'), tenant };
  return beside
    ? say(`beside-${id}`, {}, { stream: agreement })
    : say(`${id}`, script, { stream: { ...stream('deal'), tenant }, alongside: agreement });
};

/** Rows of a large batch are with the server before the last of it is decided: what if that one is special? */
describe.each(databaseServers())(
  'rows that are sent before all are decided, on $name',
  (server) => {
    let database: TestDatabase;
    let proxy: CuttableProxy;
    let ledger: PostgresLedger;
    /** Entries, to whoever counts them. */
    let reported: number;

    beforeEach(async () => {
      database = await testDatabase({ shardCount: 1, server });
      proxy = await cuttableProxy(database.runtimeUrl);
      const encode = (): string => {
        throw new Error('no state to keep');
      };
      const deciders = { ...scriptedDeciders, party: { ...scriptedDeciders.party, encode } };
      ledger = await PostgresLedger.open({
        ...{ url: proxy.url, deciders, lockMsMax: LOCK_MS },
        onBatch: ({ entries }) => (reported += entries.length),
      });
      reported = 0;
      await ledger.submit(say('early'));
    });

    afterEach(async () => {
      await ledger.close();
      await proxy.close();
      expect(await checkInvariants(database.ownerUrl)).toEqual([]);
      await database.drop();
    });

    const submitAll = (submissions: readonly Submission[]): Promise<Outcome[]> =>
      Promise.all(submissions.map((submission) => ledger.submit(submission)));
    const ids = async (): Promise<string[]> =>
      (await ledger.readStream(stream('deal'))).map(({ id }) => id);
    /** The batch, with `special` in the middle of it. */
    const around = (special: readonly Submission[]): Submission[] => [
      ...many(MANY / 2),
      ...special,
      ...many(MANY / 2, MANY / 2),
    ];
    const names = (count: number): string[] => many(count).map(({ id }) => id);

    it('leave out what is refused, and its neighbours stand in their order', async () => {
      const outcomes = await submitAll(around([say('never', { refuse: 'Never' })]));
      expect(outcomes[MANY / 2]).toEqual({
        outcome: 'rejected',
        rejection: { name: 'Never', facts: { events: 1 + MANY / 2 } },
      });
      expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(MANY);
      expect(await ids()).toEqual(['early', ...names(MANY)]);
    });

    it('answer a repeat as such although it would be refused now', async () => {
      // Recorded when it was new; by now the stream has events, and it may happen once.
      const once = say('first', { once: true }, { stream: stream('another') });
      await ledger.submit(once);
      const outcomes = await submitAll(around([once, { ...once, digest: '0'.repeat(64) }]));
      expect(outcomes.slice(MANY / 2, MANY / 2 + 2)).toMatchObject([
        { outcome: 'already-appended', entries: [{ id: 'first', position: 2 }] },
        { outcome: 'conflict', position: 2 },
      ]);
      expect(await ids()).toEqual(['early', ...names(MANY)]);
    });

    it('are no earlier record of what was refused before it was accepted', async () => {
      const agreement = stream('deal', 'agreement');
      const due = say('due', { neighbours: 1 }, { alongside: agreement });
      const signed = say('signed', {}, { stream: agreement });
      const outcomes = await submitAll(around([due, signed, due, due]));
      expect(outcomes.slice(MANY / 2, MANY / 2 + 4)).toMatchObject([
        { outcome: 'rejected', rejection: { name: 'NeighbourMissing' } },
        { outcome: 'appended', entries: [{ id: 'signed' }] },
        { outcome: 'appended', entries: [{ id: 'due' }] },
        { outcome: 'already-appended', entries: [{ id: 'due' }] },
      ]);
    });

    it('get the answers that small batches give', async () => {
      const small = await PostgresLedger.open({
        ...{ url: database.runtimeUrl, deciders: scriptedDeciders, batchMax: COPY_MIN / 2 },
      });
      let tenants = 0;
      const answers = async (through: PostgresLedger, asked: readonly Asked[]) => {
        const all = await Promise.all(
          asked.map((each) => through.submit(toSubmission(`tenant-${tenants}`, each))),
        );
        tenants += 1;
        return all.map((each) => [
          each.outcome,
          'entries' in each ? each.entries.map(({ version }) => version) : null,
          each.outcome === 'rejected' ? each.rejection : null,
        ]);
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(someAsked, { minLength: COPY_MIN, maxLength: 2 * COPY_MIN, size: 'max' }),
          async (asked) =>
            expect(await answers(ledger, asked)).toEqual(await answers(small, asked)),
        ),
        { numRuns: 15, endOnFailure: true },
      );
      await small.close();
    });

    it.each(['request-lost', 'answer-lost'] as const)(
      'are written again when the look before their COMMIT fails: %s',
      async (how) => {
        const never = say('never', { refuse: 'Never' });
        await ledger.submit(never);
        // This batch looks once, before COMMIT.
        const cut = proxy.cut(how, 'ledger-find-keys', 'SELECT');
        const outcomes = await submitAll(around([never]));
        await cut;
        expect(outcomes[MANY / 2]).toMatchObject({ outcome: 'rejected' });
        expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(MANY);
        expect(await ids()).toEqual(['early', ...names(MANY)]);
        expect(reported).toBe(1 + MANY);
      },
    );

    it('wait for nobody when a state cannot be stored', async () => {
      const submissions = around([say('broken', {}, { stream: stream('vendor', 'party') })]);
      const results = await Promise.allSettled(submissions.map((each) => ledger.submit(each)));
      expect(results[MANY / 2]).toMatchObject({ reason: { message: 'no state to keep' } });
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(MANY);
      expect(await ids()).toEqual(['early', ...names(MANY)]);
    });

    it('wait for nobody when a decision fails', async () => {
      const submissions = around([say('broken', { fault: 'a bug' })]);
      const results = await Promise.allSettled(submissions.map((each) => ledger.submit(each)));
      expect(results[MANY / 2]).toMatchObject({ status: 'rejected', reason: { message: 'a bug' } });
      expect(await ids()).toEqual(['early', ...names(MANY)]);
    });

    it('are taken back for a group of which part appends and part, recorded earlier, does not', async () => {
      const nothing = say('early', { texts: [] }, { digest: say('early').digest });
      const [, together] = await Promise.all([
        submitAll(many(MANY)),
        ledger.submitTogether([say('new'), nothing]),
      ]);
      expect(together).toMatchObject([
        { outcome: 'appended', entries: [{ id: 'new' }] },
        { outcome: 'already-appended', entries: [{ id: 'early', position: 1 }] },
      ]);
      expect(await ids()).toEqual(['early', ...names(MANY), 'new']);
    });

    it.each(['COPY ledger.ledger_event', 'event-400', 'UPDATE ledger.shard_head'])(
      'do not stop the others when their writer freezes at %s',
      async (where) => {
        const other = await PostgresLedger.open({
          url: database.runtimeUrl,
          deciders: scriptedDeciders,
          lockMsMax: LOCK_MS,
        });
        const frozen = proxy.cut('frozen', where);
        const outcomes = submitAll(many(MANY));
        await frozen;
        const theirs = await other.submit(say('theirs'));
        expect(theirs).toMatchObject({ outcome: 'appended', entries: [{ position: 2 }] });
        expect(await ids()).toEqual(['early', 'theirs']);

        proxy.thaw();
        expect(new Set((await outcomes).map(({ outcome }) => outcome))).toEqual(
          new Set(['appended']),
        );
        expect(await ids()).toEqual(['early', 'theirs', ...names(MANY)]);
        await other.close();
      },
    );
  },
);
