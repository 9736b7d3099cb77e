import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { groupNames } from '../../infra/kafka/topics.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { sql } from '../support/sql.js';
import { violations } from './check.js';
import { frozen } from './standing.js';
import { Load, newSeed } from './load.js';
import { World } from './world.js';

jest.setTimeout(120_000);

/** Longer than LEDGER_SESSION_MS and LEDGER_LEASE_MS of the world. */
const LONG_MS = 3_500;

describeKafka('processes that are frozen, joined by others, or lose their place', () => {
  let database: TestDatabase;
  let world: World;
  let load: Load;
  const seed = newSeed();

  beforeAll(async () => {
    process.stderr.write(`faults: frozen, seed ${seed}\n`);
    database = await testDatabase();
    world = await World.open({
      ...{ ownerUrl: database.ownerUrl, brokers: kafkaBrokers(), replication: 1 },
    });
    await world.startAll();
    load = new Load(world, seed);
  });
  afterAll(async () => {
    await load.close();
    await world.close();
    await database.drop();
  });

  const eventCount = async (): Promise<number> => {
    const heads = await world.ledger.heads();
    return heads.reduce((sum, { position }) => sum + position, 0);
  };
  const recordsOf = async (topic: string): Promise<number> => {
    const ends = await world.admin.endOffsets(topic);
    return ends.reduce((sum, end) => sum + end, 0);
  };

  it.each([
    ['intake', 'intake:after-parse'],
    ['intake', 'intake:before-settle'],
    ['projector', 'projector:after-fold'],
    ['projector', 'projector:before-settle'],
  ] as const)(
    '%s frozen at %s past its session, its work taken over, wakes as a zombie',
    async (role, point) => {
      const zombie = await world.replace(role, { fault: `${point}@2=stop` });
      load.start();
      await frozen(zombie, point);
      world.start(role, { name: 'successor' });
      await sleep(LONG_MS);
      await world.ready('successor');
      await load.flows();
      world.wake(role);
      await load.flows();
      await load.stop();
      expect(zombie.child.exitCode ?? zombie.child.signalCode).toBeNull();
      await world.ready();
      expect(await violations(world, load)).toEqual([]);
      await world.stop('successor');
    },
  );

  it.each(['publisher:before-send', 'publisher:after-send'])(
    'publisher frozen at %s past its lease, its shards taken over, wakes and sends late',
    async (point) => {
      const zombie = await world.replace('publisher', { fault: `${point}@3=stop` });
      load.start();
      await frozen(zombie, point);
      const epochs = await leaseEpochs();
      world.start('publisher', { name: 'successor' });
      await eventually(async () => {
        const now = await leaseEpochs();
        expect(now.every((epoch, shard) => epoch > epochs[shard]!)).toBe(true);
      }, 30_000);
      await load.flows();
      world.wake('publisher');
      await load.flows();
      await load.stop();
      await world.ready();
      expect(await violations(world, load)).toEqual([]);
      await world.stop('successor');
    },
  );
  const leaseEpochs = async (): Promise<readonly number[]> => {
    const rows = await sql<{ epoch: number }>(
      database.ownerUrl,
      'SELECT lease_epoch::integer AS epoch FROM ledger.relay_checkpoint ORDER BY shard',
    );
    return rows.map(({ epoch }) => epoch);
  };

  it.each([
    ['intake', 'intake:before-settle'],
    ['projector', 'projector:after-upsert'],
  ] as const)('%s in mid-batch (held at %s) when a second member joins', async (role, point) => {
    const first = await world.replace(role, { fault: `${point}@2=stop` });
    load.start();
    await frozen(first, point);
    // It holds a batch; the group gathers again because of the second; both go on with it.
    world.start(role, { name: 'second' });
    await world.process('second').url;
    world.wake(role);
    await world.ready();
    await load.flows();
    await load.stop();
    expect(await violations(world, load)).toEqual([]);
    await world.stop('second');
  });

  it.each(['wiped', 'at zero again'])(
    'offsets of both groups %s: every topic comes from its beginning and adds nothing',
    async (how) => {
      load.start();
      await load.flows();
      await load.stop();
      expect(await violations(world, load)).toEqual([]);
      await world.stop('intake');
      await world.stop('projector');
      const events = await eventCount();
      const published = await recordsOf(world.topics.ledgerEvents);
      for (const [group, topic] of [
        [groupNames(world.prefix).intake, world.topics.usageIngest],
        [groupNames(world.prefix).projector, world.topics.ledgerEvents],
      ] as const) {
        const zeros = (await world.admin.endOffsets(topic)).map(() => 0);
        await world.admin.resetOffsets(group, topic, how === 'wiped' ? 'earliest' : zeros);
        const committed = await world.admin.committedOffsets(group, topic);
        expect(committed.every((offset) => (offset ?? 0) === 0)).toBe(true);
      }
      world.start('intake');
      world.start('projector');
      await world.ready();
      expect(await violations(world, load)).toEqual([]);
      expect(await eventCount()).toBe(events);
      expect(await recordsOf(world.topics.ledgerEvents)).toBe(published);
    },
  );

  it('all of usage.ingest sent once more adds nothing', async () => {
    const { admin, topics, ledger } = world;
    const events = await eventCount();
    for (let shard = 0; shard < ledger.shardCount; shard += 1) {
      const all = await admin.readTail(topics.usageIngest, shard, Number.MAX_SAFE_INTEGER);
      await load.again(topics.usageIngest, shard, all);
    }
    expect(await violations(world, load)).toEqual([]);
    expect(await eventCount()).toBe(events);
  });

  it('dead letters retried twice, under load, stay what they are and hurt nobody', async () => {
    load.start();
    await load.flows();
    const ends = await world.admin.endOffsets(world.topics.usageDeadLetters);
    const all = `${ends.findIndex((end) => end > 0)}/0`;
    const sent: number[] = [];
    for (const from of [[], ['--topic', 'usage', '--from', all]])
      sent.push((await world.cli<{ sent: number }>('dlq', 'retry', ...from)).sent);
    await load.flows();
    await load.stop();
    const [first, second] = sent as [number, number];
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(0);
    expect(await violations(world, load)).toEqual([]);
  });
});
