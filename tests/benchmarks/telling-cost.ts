// What it costs an api with its views to tell what it does, in processor time: usage over HTTP, one event a request and in batches of
// 1,000, with and without the line of the log and a scrape a second, in turns over one ledger; and one request told, by itself.
//   node --import ./tests/support/typescript.mjs tests/benchmarks/telling-cost.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { serve } from '../../apps/standalone/serve.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { createApiKey } from '../../libs/access/api-keys.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { createMetrics } from '../../libs/host/metrics.js';
import { tellRequest } from '../../libs/host/requests.js';
import { runtimeUrlOf } from '../support/database.js';
import { agree, TENANT } from './ours.js';
import { usageEvent } from './payload.js';
import { startServer } from './server.js';

const ROUNDS = 5;
const ROUND_MS = 3_000;
const AGREEMENTS = 32;

const server = await startServer();
const folder = mkdtempSync(join(tmpdir(), 'telling-'));
const ownerUrl = await server.emptyDatabase();
const runtimeUrl = runtimeUrlOf(ownerUrl);
await migrate(ownerUrl, { runtimeUrl, shardCount: 4 });
const owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
const key = await createApiKey(owner, { tenant: TENANT, name: 'bench', role: 'admin' });
await owner.end();
const logger = pino({ level: 'silent' }, pino.destination(join(folder, 'log')));
const config = { ...configFromEnvironment({}), databaseUrl: null, runtimeUrl, port: 0 };
const served = await serve(config, logger);
const agreementOf = (index: number): string => `bench-agreement-${index % AGREEMENTS}`;
for (let index = 0; index < AGREEMENTS; index += 1)
  await agree(served.system.ledger, agreementOf(index));

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const post = (path: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    request(served.url + path, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => {
        if ((answer.statusCode ?? 500) < 300) resolve();
        else reject(new Error(`${path}: ${answer.statusCode}`));
      });
    })
      .on('error', reject)
      .end(body);
  });

let sent = 0;
const one = async (caller: number): Promise<number> => {
  await post('/v1/usage-events', JSON.stringify(usageEvent(agreementOf(caller), `${sent++}`)));
  return 1;
};
const batch = async (): Promise<number> => {
  const events = Array.from({ length: 1_000 }, (_, n) => usageEvent(agreementOf(n), `${sent++}`));
  await post('/v1/usage-events/batch', JSON.stringify(events));
  return events.length;
};

/** Microseconds of this process an event, clients and views included, of so many callers that each wait for the answer: not of the clock. */
const cost = async (callers: number, call: typeof one): Promise<number> => {
  const since = process.cpuUsage();
  const until = performance.now() + ROUND_MS;
  let events = 0;
  const run = async (caller: number): Promise<void> => {
    while (performance.now() < until) {
      const taken = await call(caller);
      events += taken;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  const { user, system } = process.cpuUsage(since);
  return (user + system) / events;
};

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? NaN;

const scrapes: number[] = [];
const scrape = async (): Promise<void> => {
  const since = performance.now();
  await (await fetch(`${served.url}/metrics`)).text();
  scrapes.push(performance.now() - since);
};

const sides = {
  'told nothing': { level: 'silent', isScraped: false },
  'lines of the log': { level: 'info', isScraped: false },
  'lines, and a scrape a second': { level: 'info', isScraped: true },
} as const;

for (const [what, callers, call] of [
  ['one event a request, 256 callers', 256, one],
  ['1,000 events a request, 2 callers', 2, batch],
] as const) {
  await cost(callers, call);
  const costs = new Map<string, number[]>(Object.keys(sides).map((side) => [side, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [side, { level, isScraped }] of Object.entries(sides)) {
      logger.level = level;
      const timer = isScraped ? setInterval(() => void scrape(), 1_000) : undefined;
      costs.get(side)?.push(await cost(callers, call));
      clearInterval(timer);
    }
  for (const [side, found] of costs)
    process.stdout.write(`${what}; ${side}: ${median(found).toFixed(1)} us an event\n`);
}

logger.level = 'info';
const TOLD = 50_000;
const metrics = createMetrics('bench');
for (const [what, told] of [
  ['request, its line and its metrics', logger],
  ['request, its metrics alone', pino({ level: 'silent' })],
] as const) {
  const since = process.cpuUsage();
  for (let n = 0; n < TOLD; n += 1)
    tellRequest(told, metrics, {
      ...{ id: 'a5e0', method: 'POST', route: '/v1/usage-events', status: 201, durationMs: 4.25 },
      ...{ headers: {}, caller: { name: 'bench', tenant: TENANT }, address: '127.0.0.1' },
    });
  const { user, system } = process.cpuUsage(since);
  process.stdout.write(`${what}: ${((user + system) / TOLD).toFixed(1)} us\n`);
}
process.stdout.write(
  `a scrape: ${median(scrapes).toFixed(1)} ms, of ${scrapes.length}, beside all that\n`,
);
await served.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
