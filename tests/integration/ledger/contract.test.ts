import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type {
  AppendSignals,
  Ledger,
  LedgerReader,
  Looked,
  Outcome,
  RecordedEntry,
  StreamReader,
  EntryFilter,
} from '../../../libs/ledger/ledger.js';
import { hashEntry } from '../../../libs/ledger/format/entry.js';
import { MemoryLedger } from '../../../libs/ledger/memory/memory-ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { shardOf } from '../../../libs/ledger/format/shard.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

type AnyLedger = Ledger & LedgerReader & StreamReader & AppendSignals;
const ALL: EntryFilter = { after: 0, type: null, limit: 100 };
interface Implementation {
  readonly name: string;
  /** An empty ledger of 4 shards. */
  open(clock?: () => number): Promise<AnyLedger>;
  end(): Promise<void>;
}

const inMemory: Implementation = {
  name: 'memory',
  open: async (clock) => new MemoryLedger({ deciders: scriptedDeciders, ...(clock && { clock }) }),
  end: async () => undefined,
};

const inPostgres = (server: ReturnType<typeof databaseServers>[number]): Implementation => {
  const databases: TestDatabase[] = [];
  const ledgers: PostgresLedger[] = [];
  return {
    name: server.name,
    open: async (clock) => {
      const database = await testDatabase({ server });
      databases.push(database);
      const url = database.runtimeUrl;
      const ledger = await PostgresLedger.open({
        url,
        deciders: scriptedDeciders,
        ...(clock && { clock }),
      });
      ledgers.push(ledger);
      return ledger;
    },
    end: async () => {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
      for (const database of databases) {
        expect(await checkInvariants(database.ownerUrl)).toEqual([]);
        await database.drop();
      }
    },
  };
};

const entriesOf = (outcome: Outcome): readonly RecordedEntry[] => {
  if (outcome.outcome === 'appended' || outcome.outcome === 'already-appended')
    return outcome.entries;
  throw new Error(`no entries: ${JSON.stringify(outcome)}`);
};

describe.each([inMemory, ...databaseServers().map(inPostgres)])(
  'the ledger in $name',
  (implementation) => {
    let ledger: AnyLedger;
    beforeEach(async () => {
      ledger = await implementation.open();
    });
    afterAll(() => implementation.end());

    it('appends events to their shard, chained from the genesis hash', async () => {
      const shard = shardOf(stream('deal'), 4);
      const [first] = entriesOf(await ledger.submit(say('a')));
      const [second] = entriesOf(await ledger.submit(say('b')));
      expect(first).toMatchObject({
        tenant: 'acme',
        shard,
        position: 1,
        version: 1,
        prev: ledger.genesisHash,
        stream: stream('deal'),
        source: 'billing',
        id: 'a',
        actor: 'alice',
        effectiveAt: '2026-03-15T00:00:00.000000Z',
        event: { type: 'AgreementNoted', body: { text: 'a' } },
      });
      expect(first!.hash).toBe(hashEntry(first!.entry));
      expect(second).toMatchObject({ position: 2, version: 2, prev: first!.hash });
      expect(await ledger.read(shard, 0, 10)).toEqual([first, second]);
      expect(await ledger.read(shard, 1, 10)).toEqual([second]);
      expect(await ledger.readStream(stream('deal'))).toEqual([first, second]);
      expect(await ledger.find('acme', 'billing', 'b')).toEqual(second);
      expect(await ledger.find('acme', 'billing', 'c')).toBeNull();
      expect((await ledger.heads())[shard]).toEqual({
        shard,
        epoch: 1,
        position: 2,
        hash: second!.hash,
        recordedAt: second!.recordedAt,
      });
    });

    it('answers a repeat with what was recorded, all events of it', async () => {
      const command = say('a', { texts: ['one', 'two', 'three'] });
      const first = await ledger.submit(command);
      expect(entriesOf(first).map(({ id }) => id)).toEqual(['a', 'a#2', 'a#3']);
      await ledger.submit(say('b'));
      const again = await ledger.submit(command);
      expect(again).toEqual({ outcome: 'already-appended', entries: entriesOf(first) });
    });

    it('answers a repeat as recorded even where the state would refuse it now', async () => {
      const command = say('a', { once: true });
      const first = await ledger.submit(command);
      expect(await ledger.submit(command)).toEqual({ ...first, outcome: 'already-appended' });
      expect(await ledger.submit({ ...command, expectedVersion: 0 })).toMatchObject({
        outcome: 'already-appended',
      });
      expect(await ledger.submit(say('b', { once: true }))).toEqual({
        outcome: 'rejected',
        rejection: { name: 'HappenedAlready', facts: { events: 1 } },
      });
    });

    it('calls the same identity with other content a conflict, also for another agreement', async () => {
      const [first] = entriesOf(await ledger.submit(say('a')));
      const where = { shard: first!.shard, position: first!.position };
      const other = say('a', { texts: ['other'] });
      expect(await ledger.submit(other)).toEqual({ outcome: 'conflict', ...where });
      const elsewhere = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].find(
        (key) => shardOf(stream(key), 4) !== first!.shard,
      )!;
      const moved = { ...other, stream: stream(elsewhere) };
      expect(await ledger.submit(moved)).toEqual({ outcome: 'conflict', ...where });
      expect(await ledger.readStream(stream(elsewhere))).toEqual([]);
    });

    it("does not let a command take the id of another command's second event", async () => {
      await ledger.submit(say('a#2'));
      const outcome = await ledger.submit(say('a', { texts: ['one', 'two'] }));
      expect(outcome).toMatchObject({ outcome: 'conflict', position: 1 });
      expect(await ledger.readStream(stream('deal'))).toHaveLength(1);
    });

    it('counts repeats that arrive together once', async () => {
      const outcomes = await Promise.all([
        ledger.submit(say('a')),
        ledger.submit(say('a')),
        ledger.submit(say('a', { texts: ['other'] })),
      ]);
      expect(outcomes.map(({ outcome }) => outcome)).toEqual([
        'appended',
        'already-appended',
        'conflict',
      ]);
      expect(entriesOf(outcomes[1]!)).toEqual(entriesOf(outcomes[0]!));
      expect(await ledger.readStream(stream('deal'))).toHaveLength(1);
    });

    it('answers nothing to do, and a version that is not the one seen', async () => {
      await ledger.submit(say('a'));
      expect(await ledger.submit(say('b', { texts: [] }))).toEqual({
        outcome: 'unchanged',
        version: 1,
      });
      expect(await ledger.submit(say('c', {}, { expectedVersion: 0 }))).toEqual({
        outcome: 'stale',
        version: 1,
      });
      expect(await ledger.submit(say('c', {}, { expectedVersion: 1 }))).toMatchObject({
        outcome: 'appended',
      });
    });

    it('takes any of several versions, or any there is', async () => {
      await ledger.submit(say('a'));
      for (const [id, expectedVersion] of [
        ['b', [7, 1]],
        ['c', 'any'],
      ] as const)
        expect(await ledger.submit(say(id, {}, { expectedVersion }))).toMatchObject({
          outcome: 'appended',
        });
      const stale = { outcome: 'stale', version: 3 };
      expect(await ledger.submit(say('d', {}, { expectedVersion: [] }))).toEqual(stale);
      expect(await ledger.submit(say('d', {}, { expectedVersion: [1, 2] }))).toEqual(stale);
    });

    it('says of what is not there that it is refused, and else that there is no version', async () => {
      const nowhere = { stream: stream('nowhere'), expectedVersion: 'any' } as const;
      expect(await ledger.submit(say('a', { refuse: 'Unknown' }, nowhere))).toMatchObject({
        rejection: { name: 'Unknown' },
      });
      expect(await ledger.submit(say('a', {}, nowhere))).toEqual({ outcome: 'stale', version: 0 });
      expect(await ledger.readStream(stream('nowhere'))).toEqual([]);
    });

    it('refuses what names something missing, unless it was recorded, or is refused anyway', async () => {
      const missing = { name: 'PartyUnknown', facts: { partyId: 'p' } };
      const refused = { outcome: 'rejected', rejection: missing };
      expect(await ledger.submit(say('a', {}, { missing }))).toEqual(refused);
      expect(await ledger.submit(say('a', { refuse: 'Other' }, { missing }))).toMatchObject({
        rejection: { name: 'Other' },
      });
      expect(await ledger.submit(say('a'))).toMatchObject({ outcome: 'appended' });
      expect(await ledger.submit(say('a', {}, { missing }))).toMatchObject({
        outcome: 'already-appended',
      });
    });

    it('is looked into by stream and by shard, after a position and by type', async () => {
      for (let n = 1; n <= 6; n += 1)
        await ledger.submit(
          say(`${n}`, { type: n % 2 === 0 ? 'DocumentAttached' : 'AgreementNoted' }),
        );
      const other = { stream: { ...stream('deal'), tenant: 'other' } };
      const neighbour = entriesOf(
        await ledger.submit(say('7', { type: 'AgreementNoted' }, other)),
      )[0]!;
      const all = await ledger.readStream(stream('deal'));
      const { shard } = all[0]!;
      const ids = ({ entries }: Looked) => entries.map(({ id }) => id);
      const from = (n: number) => all[n - 1]!.position;
      const inStream = (wanted: Partial<EntryFilter>) =>
        ledger.lookInStream(stream('deal'), { after: 0, type: null, limit: 100, ...wanted });
      expect(ids(await inStream({}))).toEqual(['1', '2', '3', '4', '5', '6']);
      expect(ids(await inStream({ after: from(4) }))).toEqual(['5', '6']);
      expect(await inStream({ after: from(6) })).toEqual({ entries: [], stoppedAt: null });
      const evens = await inStream({ type: 'DocumentAttached', after: from(1), limit: 2 });
      expect([ids(evens), evens.stoppedAt]).toEqual([['2', '4'], from(4)]);
      expect(await ledger.lookInStream(stream('none'), ALL)).toEqual({
        entries: [],
        stoppedAt: null,
      });
      const wanted = { ...ALL, tenant: 'acme', upTo: Infinity };
      expect(ids(await ledger.lookInShard(shard, wanted))).toEqual(['1', '2', '3', '4', '5', '6']);
      expect(ids(await ledger.lookInShard(shard, { ...wanted, upTo: from(3) }))).toEqual([
        ...['1', '2', '3'],
      ]);
      const odds = await ledger.lookInShard(shard, {
        ...wanted,
        type: 'AgreementNoted',
        after: from(1),
      });
      expect([ids(odds), odds.stoppedAt]).toEqual([['3', '5'], null]);
      const ofOne = { source: all[0]!.source, id: '5' };
      expect(ids(await inStream(ofOne))).toEqual(['5']);
      expect(ids(await inStream({ source: 'nobody' }))).toEqual([]);
      expect(ids(await ledger.lookInShard(shard, { ...wanted, ...ofOne }))).toEqual(['5']);
      const { effectiveAt } = all[0]!;
      const day = { effectiveFrom: effectiveAt, effectiveBefore: '9999-01-01T00:00:00.000000Z' };
      expect(ids(await inStream(day))).toContain('1');
      expect(ids(await inStream({ effectiveBefore: effectiveAt }))).toEqual([]);
      const before = { ...wanted, effectiveBefore: effectiveAt };
      expect(ids(await ledger.lookInShard(shard, before))).toEqual([]);
      const theirs = await ledger.lookInShard(neighbour.shard, { ...wanted, tenant: 'other' });
      expect(ids(theirs)).toEqual(['7']);
      expect(await ledger.stateOf(stream('deal'))).toEqual({ events: 6 });
      expect(await ledger.stateOf(stream('none'))).toEqual({ events: 0 });
    });

    it('lets a decision read a neighbouring stream, as the batch has left it', async () => {
      const beside = say('b', { neighbours: 1 }, { alongside: stream('deal', 'agreement') });
      expect(await ledger.submit(beside)).toMatchObject({
        rejection: { name: 'NeighbourMissing' },
      });
      const together = await Promise.all([
        ledger.submit(say('a', {}, { stream: stream('deal', 'agreement') })),
        ledger.submit(beside),
      ]);
      expect(together.map(({ outcome }) => outcome)).toEqual(['appended', 'appended']);
    });

    it('records a group whole or not at all', async () => {
      const whole = await ledger.submitTogether([say('a'), say('b', { texts: ['x', 'y'] })]);
      expect(whole.map(({ outcome }) => outcome)).toEqual(['appended', 'appended']);
      const broken = await ledger.submitTogether([
        say('a'),
        say('c'),
        say('d', { refuse: 'NotToday' }),
        say('e'),
      ]);
      expect(broken.map(({ outcome }) => outcome)).toEqual([
        'already-appended',
        'abandoned',
        'rejected',
        'abandoned',
      ]);
      expect((await ledger.readStream(stream('deal'))).map(({ id }) => id)).toEqual([
        'a',
        'b',
        'b#2',
      ]);
      const repeating = await ledger.submitTogether([
        say('g'),
        say('g'),
        say('h', { refuse: 'NotToday' }),
      ]);
      expect(repeating.map(({ outcome }) => outcome)).toEqual([
        'abandoned',
        'abandoned',
        'rejected',
      ]);
      const after = entriesOf(await ledger.submit(say('f')));
      expect(after[0]).toMatchObject({ position: 4, version: 4 });
    });

    it('refuses a group over several shards as a fault of the caller', async () => {
      const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const spread = keys.map((key) => say(key, {}, { stream: stream(key) }));
      await expect(ledger.submitTogether(spread)).rejects.toThrow('one shard');
    });

    it('refuses an entry of more than 32 KiB and goes on', async () => {
      const outcomes = await Promise.all([
        ledger.submit(say('a')),
        ledger.submit(say('b', { texts: ['short', 'ü'.repeat(16_384)] })),
        ledger.submit(say('c', { texts: ['x'.repeat(32_000)] })),
      ]);
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['appended', 'rejected', 'appended']);
      expect(outcomes[1]).toMatchObject({
        rejection: { name: 'EntryTooLarge', facts: { bytesMax: 32_768 } },
      });
      const texts = (await ledger.readStream(stream('deal'))).map(({ version, id }) => [
        version,
        id,
      ]);
      expect(texts).toEqual([
        [1, 'a'],
        [2, 'c'],
      ]);
    });

    it('refuses an identity that would damage the keys', async () => {
      const refused = { outcome: 'rejected', rejection: { name: 'IdentityMalformed' } };
      expect(await ledger.submit(say('a\nb'))).toMatchObject(refused);
      expect(await ledger.submit(say('a', {}, { source: 'two words' }))).toMatchObject(refused);
      expect(await ledger.submit(say('x'.repeat(513)))).toMatchObject(refused);
      expect(await ledger.submit(say('ok \\ "quoted" \u{1F4B0} ü'))).toMatchObject({
        outcome: 'appended',
      });
    });

    it('lets a fault of one command fail that command alone', async () => {
      const outcomes = await Promise.allSettled([
        ledger.submit(say('a')),
        ledger.submit(say('b', { fault: 'a bug in the domain' })),
        ledger.submit(say('c')),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      const ids = (await ledger.readStream(stream('deal'))).map(({ id }) => id);
      expect(ids).toEqual(['a', 'c']);
    });

    it('stores text of any kind verbatim', async () => {
      const text = 'tab\t line\n back\\slash "quote" \u0000 \u2028 \u{1F600} \\. \\N é';
      const [entry] = entriesOf(await ledger.submit(say('a', { texts: [text] })));
      expect(await ledger.readStream(stream('deal'))).toEqual([entry]);
      expect(entry!.event.body).toEqual({ text });
    });

    it('moves recorded_at on by a microsecond while the clock stands still or goes back', async () => {
      const second = 1_000_000;
      let now = Date.UTC(2026, 2, 15) * 1000;
      const own = await implementation.open(() => now);
      const times: string[] = [];
      for (const step of [0, 0, -3600 * second, 7200 * second]) {
        now += step;
        times.push(entriesOf(await own.submit(say(`${times.length}`)))[0]!.recordedAt);
      }
      expect(times).toEqual([
        '2026-03-15T00:00:00.000000Z',
        '2026-03-15T00:00:00.000001Z',
        '2026-03-15T00:00:00.000002Z',
        '2026-03-15T01:00:00.000000Z',
      ]);
      const { shard } = (await own.readStream(stream('deal')))[0]!;
      expect(await own.positionAt(shard, '2026-03-14T23:59:59.999999Z')).toBe(0);
      expect(await own.positionAt(shard, '2026-03-15T00:00:00.000001Z')).toBe(2);
      expect(await own.positionAt(shard, '2026-03-15T00:59:59.000000Z')).toBe(3);
      expect(await own.positionAt(shard, '2030-01-01T00:00:00.000000Z')).toBe(4);
    });

    it('tells those who listen how far a shard is, after every commit, until they stop', async () => {
      const shard = shardOf(stream('deal'), 4);
      const heard: string[] = [];
      const stop = ledger.onAppended((where, position) => heard.push(`${where}:${position}`));
      await ledger.submit(say('a'));
      await ledger.submit(say('b'));
      await ledger.submit(say('b'));
      stop();
      await ledger.submit(say('c'));
      expect(heard).toEqual([`${shard}:1`, `${shard}:2`]);
    });

    it('takes nothing more once it is closed', async () => {
      const own = await implementation.open();
      const inFlight = own.submit(say('a'));
      await own.close();
      expect(await inFlight).toMatchObject({ outcome: 'appended' });
      expect(await own.submit(say('b'))).toEqual({ outcome: 'overloaded' });
    });
  },
);
