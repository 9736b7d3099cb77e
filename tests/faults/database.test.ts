import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { HeldCommits } from './before-commit.js';
import { violations } from './check.js';
import { Load, newSeed } from './load.js';
import { OwnPostgres } from './own-postgres.js';
import { World } from './world.js';

jest.setTimeout(150_000);

describeKafka('the database, between statement and COMMIT and when it dies', () => {
  let postgres: OwnPostgres;
  let world: World;
  let load: Load;
  const seed = newSeed();

  beforeAll(async () => {
    process.stderr.write(`faults: database, seed ${seed}\n`);
    postgres = await OwnPostgres.start();
    world = await World.open({
      ...{ ownerUrl: postgres.ownerUrl, brokers: kafkaBrokers(), replication: 1 },
    });
    await world.startAll();
    load = new Load(world, seed);
  });
  afterAll(async () => {
    await load.close();
    await world.close();
    await postgres.remove();
  });

  const eventCount = async (): Promise<number> => {
    const heads = await world.ledger.heads();
    return heads.reduce((sum, { position }) => sum + position, 0);
  };

  it.each([
    ['api', 'http', 'commit'],
    ['api', 'http', 'roll back'],
    ['intake', 'kafka', 'commit'],
    ['intake', 'kafka', 'roll back'],
  ] as const)(
    '%s killed after its statement (over %s), before a COMMIT that turns out as: %s',
    async (role, channel, how) => {
      const commits = await HeldCommits.hold(postgres.ownerUrl);
      const before = await eventCount();
      load.start([channel]);
      await commits.reached();
      await world.kill(role);
      expect(await eventCount()).toBe(before);
      await commits.end(how);
      // Nobody is there to answer: recorded and not acknowledged, or neither.
      await eventually(async () => {
        const after = await eventCount();
        if (how === 'commit') expect(after).toBeGreaterThan(before);
        else expect(after).toBe(before);
      });
      world.start(role);
      await load.flows();
      await load.stop();
      await world.ready(role);
      expect(await violations(world, load)).toEqual([]);
    },
  );

  it('PostgreSQL killed and restarted under load: every process goes on by itself', async () => {
    load.start();
    await load.flows();
    const before = world.names.map((name) => world.process(name).child.pid);
    await postgres.kill();
    await sleep(500);
    await postgres.restart();
    await load.flows(50);
    await load.stop();
    await world.ready();
    expect(world.deaths).toEqual([]);
    expect(world.names.map((name) => world.process(name).child.pid)).toEqual(before);
    expect(await violations(world, load)).toEqual([]);
  });
});
