// `npm run faults -- --cycles 500 [--seed N]`: random kills of every process, of PostgreSQL and of brokers under load,
// over servers of its own. One summary line; exit code 1 when anything was lost, doubled or changed.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SERVICE_ROLES } from '../../libs/host/roles.js';
import { startKafka, type KafkaServer } from '../../infra/kafka/broker.js';
import { violations } from './check.js';
import { Load, newSeed, randomOf } from './load.js';
import { OwnPostgres } from './own-postgres.js';
import { killAtRandom } from './random-kills.js';
import { World } from './world.js';

/** Processes are killed in rounds; between rounds a server is, and after each everything is checked. */
const KILLS_PER_ROUND = 25;

const { values } = parseArgs({
  options: { cycles: { type: 'string', default: '50' }, seed: { type: 'string' } },
});
const cycles = Number(values.cycles);
if (!Number.isSafeInteger(cycles) || cycles < 1) {
  process.stderr.write(`--cycles ${values.cycles} must be a whole number from 1.\n`);
  process.exit(2);
}
const seed = values.seed === undefined ? newSeed() : Number(values.seed);
const random = randomOf(seed);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const killServer = async (
  postgres: OwnPostgres,
  kafka: KafkaServer,
  load: Load,
): Promise<string> => {
  if (random() < 0.5) {
    await postgres.kill();
    await sleep(300);
    await postgres.restart();
    await load.flows();
    return 'PostgreSQL';
  }
  await kafka.kill(1);
  await sleep(1_000);
  await kafka.restart(1);
  await load.flows();
  return 'broker';
};

const run = async (): Promise<readonly string[]> => {
  const folder = resolve('.ledger', 'kafka');
  await mkdir(folder, { recursive: true });
  const dataDir = await mkdtemp(join(folder, 'faults-'));
  const kafka = await startKafka({ nodes: 1, dataDir });
  const postgres = await OwnPostgres.start();
  const world = await World.open({
    ...{ ownerUrl: postgres.ownerUrl, brokers: kafka.brokers, replication: 1 },
  });
  const load = new Load(world, seed);
  const startedAt = Date.now();
  const hits: Record<string, number> = {};
  const hit = (what: string, count = 1): void => void (hits[what] = (hits[what] ?? 0) + count);
  let wrong: readonly string[] = [];
  try {
    for (const role of SERVICE_ROLES)
      for (const copy of [1, 2]) world.start(role, { name: `${role}${copy}` });
    await world.ready();
    for (let kills = 0; kills < cycles && wrong.length === 0;) {
      const round = Math.min(KILLS_PER_ROUND, cycles - kills);
      load.start();
      const killed = await killAtRandom(world, load, round, random);
      for (const [name, count] of Object.entries(killed)) hit(name, count);
      hit(await killServer(postgres, kafka, load));
      await load.stop();
      await world.ready();
      wrong = await violations(world, load);
      kills += round;
      say(`${kills} of ${cycles} kills, ${load.sent.size} events sent, ${wrong.length} violations`);
    }
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const all = Object.entries(hits).map(([what, count]) => `${what} ${count}`);
    say(
      `faults: ${all.join(', ')}; ${load.sent.size} events sent, ${load.acknowledgements} acknowledged, ` +
        `${load.retries} retries, ${seconds} s, seed ${seed}: ${wrong.length} violations`,
    );
  } finally {
    await load.close();
    await world.close();
    await postgres.remove();
    await kafka.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  return wrong;
};

say(`faults: ${cycles} random kills, seed ${seed}`);
const wrong = await run().catch((error: unknown) => [
  `the run broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
]);
for (const line of wrong) say(`VIOLATION ${line}`);
process.exit(wrong.length === 0 ? 0 : 1);
