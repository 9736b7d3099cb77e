import { expect, it, jest } from '@jest/globals';
import { testDatabase } from '../support/database.js';
import { describeKafkaServers, startTestKafka, type TestKafka } from '../support/kafka.js';
import { violations } from './check.js';
import { Load, newSeed } from './load.js';
import { World } from './world.js';

jest.setTimeout(240_000);

/** A world over a cluster of its own, with load; afterwards everything is checked and ended. */
const withCluster = async (
  nodes: 1 | 3,
  harm: (kafka: TestKafka, load: Load, world: World) => Promise<void>,
): Promise<readonly string[]> => {
  const seed = newSeed();
  process.stderr.write(`faults: ${nodes} brokers, seed ${seed}\n`);
  const kafka = await startTestKafka(nodes);
  const database = await testDatabase();
  const world = await World.open({
    ...{ ownerUrl: database.ownerUrl, brokers: kafka.brokers, replication: nodes },
  });
  const load = new Load(world, seed);
  try {
    await world.startAll();
    load.start();
    await load.flows();
    const before = world.names.map((name) => world.process(name).child.pid);
    await harm(kafka, load, world);
    await load.stop();
    await world.ready();
    // Nobody had to be started again.
    expect(world.deaths).toEqual([]);
    expect(world.names.map((name) => world.process(name).child.pid)).toEqual(before);
    return await violations(world, load);
  } finally {
    await load.close();
    await world.close();
    await database.drop();
    await kafka.stop();
  }
};

describeKafkaServers('brokers that are killed under load', () => {
  it('the only one, killed and restarted: HTTP goes on meanwhile, the rest afterwards', async () => {
    const wrong = await withCluster(1, async (kafka, load) => {
      await kafka.kill(1);
      await load.flows();
      await kafka.restart(1);
      await load.flows(100);
    });
    expect(wrong).toEqual([]);
  });

  it('one of three, killed, and later another one', async () => {
    const wrong = await withCluster(3, async (kafka, load) => {
      await kafka.kill(2);
      await load.flows(200);
      await kafka.restart(2);
      await load.flows(50);
      await kafka.kill(1);
      await load.flows(200);
      await kafka.restart(1);
      await load.flows(50);
    });
    expect(wrong).toEqual([]);
  });
});
