import { expect, it, jest } from '@jest/globals';
import { SERVICE_ROLES } from '../../libs/host/roles.js';
import { testDatabase } from '../support/database.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { violations } from './check.js';
import { Load, newSeed, randomOf } from './load.js';
import { killAtRandom } from './random-kills.js';
import { World } from './world.js';

jest.setTimeout(420_000);

const KILLS = 50;

describeKafka('kills at random', () => {
  it(`${KILLS} of processes that serve, under load: nothing is lost, nothing is there twice`, async () => {
    const seed = newSeed();
    process.stderr.write(`faults: random kills, seed ${seed}\n`);
    const database = await testDatabase();
    const world = await World.open({
      ...{ ownerUrl: database.ownerUrl, brokers: kafkaBrokers(), replication: 1 },
    });
    const load = new Load(world, seed);
    try {
      for (const role of SERVICE_ROLES)
        for (const copy of [1, 2]) world.start(role, { name: `${role}${copy}` });
      await world.ready();
      load.start();
      const hits = await killAtRandom(world, load, KILLS, randomOf(seed));
      await load.stop();
      await world.ready();
      expect(Object.values(hits).reduce((sum, each) => sum + each, 0)).toBe(KILLS);
      for (const role of SERVICE_ROLES) expect(Object.keys(hits).join()).toContain(role);
      expect(await violations(world, load)).toEqual([]);
    } finally {
      await load.close();
      await world.close();
      await database.drop();
    }
  });
});
