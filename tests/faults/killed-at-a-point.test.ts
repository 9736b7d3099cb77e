import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ServiceRole } from '../../libs/host/roles.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { violations } from './check.js';
import { Load, newSeed } from './load.js';
import { World } from './world.js';

jest.setTimeout(120_000);

/** Where the process ends by its own SIGKILL; the number after @ says the how manieth time that it comes there. */
const POINTS: readonly (readonly [ServiceRole, string])[] = [
  ['api', 'ledger:after-decide@9'],
  ['api', 'ledger:after-commit@5'],
  ['intake', 'ledger:after-decide@9'],
  ['intake', 'ledger:after-commit@3'],
  ['intake', 'intake:after-parse@3'],
  ['intake', 'intake:before-dlq@3'],
  ['intake', 'intake:before-settle@3'],
  ['publisher', 'publisher:before-send@5'],
  ['publisher', 'publisher:after-send@5'],
  ['publisher', 'publisher:after-checkpoint@5'],
  ['projector', 'projector:after-fold@9'],
  ['projector', 'projector:after-checkpoint@9'],
  ['projector', 'projector:after-upsert@9'],
  ['projector', 'projector:after-commit@9'],
  ['projector', 'projector:before-settle@3'],
];

describeKafka('a process that is killed at a named point, under load', () => {
  let database: TestDatabase;
  let world: World;
  let load: Load;
  const seed = newSeed();

  beforeAll(async () => {
    process.stderr.write(`faults: killed at a point, seed ${seed}\n`);
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

  it.each(POINTS)('%s at %s: nothing is lost, nothing is there twice', async (role, point) => {
    const victim = await world.replace(role, { fault: point });
    load.start();
    expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(victim.said()).toContain(`LEDGER_FAULT reached ${point.replace(/@.*/, '')}\n`);
    world.start(role);
    await load.flows();
    await load.stop();
    await world.ready(role);
    expect(await violations(world, load)).toEqual([]);
  });
});
