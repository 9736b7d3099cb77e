import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startRoleChild, type RoleChild } from '../../apps/cli/demo/role-child.js';
import { usageRecord } from '../../apps/cli/demo/send-usage.js';
import { startKafka } from '../../infra/kafka/broker.js';
import { topicNames, topicSpecs } from '../../infra/kafka/topics.js';
import { migrate } from '../../infra/postgres/migrate.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { partitionOf } from '../../libs/ledger/format/shard.js';
import { shardKey } from '../../libs/contract/messages/shard-key.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { runtimeUrlOf } from '../support/database.js';
import { contest } from './contest.js';
import { cpuMs, parentOf } from './cpu.js';
import { agree, ours, TENANT } from './ours.js';
import { usageEvent } from './payload.js';
import { median, quantile, type Figure, type Result } from './result.js';
import type { BenchServer } from './server.js';

const ROLES = ['publisher', 'projector', 'intake'] as const;
const SHARDS = 4;
const SEND = 1_000;
const LATENCY_SECONDS = 10;
const TICK_MS = 50;
/** Looking costs the server what it is measured by. */
const LOOK_MS = 100;
/** One agreement on each partition. */
const AGREEMENTS = Array.from({ length: SHARDS }, (_, shard) => {
  let index = 0;
  while (partitionOf(shardKey(TENANT, `bench-agreement-${index}`), SHARDS) !== shard) index += 1;
  return `bench-agreement-${index}`;
});

interface Bench {
  readonly root: string;
  readonly server: BenchServer;
  readonly options: { readonly rows: number; readonly rounds: number; readonly seconds: number };
}

interface Broker {
  readonly brokers: readonly string[];
  readonly pid: number | null;
  /** What it has was written to disk: it leaves that to the system, which would do it while the path is measured. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const startBroker = async (root: string): Promise<Broker> => {
  const given = process.env['KAFKA_BROKERS'];
  const nothing = (): Promise<void> => Promise.resolve();
  if (given) return { brokers: given.split(','), pid: null, flush: nothing, stop: nothing };
  const folder = join(root, '.ledger', 'kafka');
  mkdirSync(folder, { recursive: true });
  const dataDir = mkdtempSync(join(folder, 'bench-'));
  const server = await startKafka({ nodes: 1, dataDir });
  return {
    brokers: server.brokers,
    pid: Number(readFileSync(join(dataDir, 'node-1.pid'), 'utf8')),
    flush: () => flushFiles(dataDir),
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

const flushFiles = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.log')) continue;
    const file = await open(join(entry.parentPath, entry.name), 'r+');
    await file.sync();
    await file.close();
  }
};

/** Where every shard's views are, the slowest of them. */
const projected = async (db: pg.Client): Promise<readonly number[]> => {
  const { rows } = await db.query<{ shard: number; position: string }>(
    `SELECT c.shard, min(c.position) AS position
     FROM views.projection p JOIN views.projection_checkpoint c USING (name, version, generation)
     WHERE p.state = 'live' GROUP BY c.shard`,
  );
  const positions = Array.from({ length: SHARDS }, () => 0);
  for (const { shard, position } of rows) positions[shard] = Number(position);
  return positions;
};

/**
 * B10: a backlog in `usage.ingest` until its last entry is projected from `ledger.events`, by three processes, with
 * broker and database on the same cores; then, at half of that rate, how long one event takes from being sent to being
 * in every view.
 */
export const measureKafka = async (bench: Bench, say: (text: string) => void): Promise<Result> => {
  const { options } = bench;
  const bulk = await measureBulk(bench, Math.ceil(options.rounds / 2), say);
  const path = await measurePath(bench, say);
  // Half before and half after: the speed of a machine that others use too changes within minutes.
  const roundsAfter = Math.floor(options.rounds / 2);
  const after = roundsAfter > 0 ? (await measureBulk(bench, roundsAfter, say)).perSecond : [];
  const bulkRate = median([...bulk.perSecond, ...after]);
  return {
    name: 'B10',
    what: 'usage.ingest to the last view, three processes',
    payload: `backlog of ${options.rows} events, ${SHARDS} partitions`,
    goal: '>= 0.15; p95 <= 1,000 ms',
    figures: [
      {
        side: 'intake, publisher, projector over Kafka',
        perSecond: [path.rate],
        p50Ms: null,
        p99Ms: null,
        note: `CPU per event: ${path.costs}; ${path.cores.toFixed(2)} cores in use`,
      },
      {
        ...bulk,
        side: 'in process, bulk of 1,000',
        perSecond: [bulkRate],
        p50Ms: null,
        p99Ms: null,
      },
      {
        side: 'one event at half the rate',
        perSecond: [path.rate / 2],
        p50Ms: path.p50Ms,
        p99Ms: path.p99Ms,
        note: `sent to projected, p95 ${path.p95Ms.toFixed(0)} ms`,
      },
    ],
  };
};

const measureBulk = async (
  { server, options }: Bench,
  rounds: number,
  say: (text: string) => void,
): Promise<Figure> => {
  const [bulk] = await contest({
    contestants: [ours(server, 1, 1_000)],
    callers: 1,
    rounds,
    seconds: options.seconds,
  });
  say(`in process, bulk: ${bulk!.perSecond.map((rate) => Math.round(rate)).join(', ')}/s`);
  return bulk!;
};

const measurePath = async (bench: Bench, say: (text: string) => void) => {
  const { root, server, options } = bench;
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const broker = await startBroker(root);
    closing.push(() => broker.stop());
    const path = await openPath(bench, broker, closing);
    await path.produce(options.rows);
    await broker.flush();
    await server.checkpoint();
    say(`${options.rows} events wait in usage.ingest`);
    await path.start();
    const { rate, costs, cores } = await path.drain(options.rows);
    say(`${Math.round(rate)}/s; ${costs}`);
    const waits = await path.latencies(rate / 2);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => quantile(waits, part));
    say(`p95 at half the rate: ${p95!.toFixed(0)} ms`);
    return { rate, costs, cores, p50Ms: p50!, p95Ms: p95!, p99Ms: p99! };
  } finally {
    for (const close of closing.reverse()) await close();
  }
};

const openPath = async (
  { root, server }: Bench,
  broker: Broker,
  closing: (() => Promise<unknown>)[],
) => {
  const prefix = `bench-${process.pid}-${Date.now()}.`;
  const settings = { brokers: broker.brokers, clientId: 'bench' };
  const topics = topicNames(prefix);
  const admin = new KafkaTopicAdmin(settings);
  const publisher = new KafkaPublisher(settings);
  closing.push(
    () => admin.close(),
    () => publisher.close(),
  );
  await admin.ensureTopics(topicSpecs(SHARDS, { prefix }));

  const ownerUrl = await server.emptyDatabase();
  closing.push(() => server.drop(ownerUrl));
  const runtimeUrl = runtimeUrlOf(ownerUrl);
  await migrate(ownerUrl, { runtimeUrl, shardCount: SHARDS });
  const ledger = await PostgresLedger.open({ url: runtimeUrl, deciders });
  for (const agreement of AGREEMENTS) await agree(ledger, agreement);
  const base = Array.from({ length: SHARDS }, () => 0);
  for (const { shard, position } of await ledger.heads()) base[shard] = position;
  await ledger.close();
  const db = new pg.Client({ connectionString: ownerUrl });
  await db.connect();
  closing.push(() => db.end());
  const { rows: me } = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = parentOf(me[0]!.pid);

  const children: RoleChild[] = [];
  closing.push(() => Promise.all(children.map((child) => child.stop())));
  const sent = Array.from({ length: SHARDS }, () => 0);

  const send = (shard: number, count: number): Promise<number> => {
    const records = Array.from({ length: count }, () =>
      usageRecord(TENANT, usageEvent(AGREEMENTS[shard]!, `${shard}-${sent[shard]!++}`)),
    );
    return publisher.publish(topics.usageIngest, shard, records);
  };

  const parts = (): Readonly<Record<string, number>> => ({
    ...Object.fromEntries(children.map(({ role, pid }) => [role, cpuMs(pid)])),
    ...(broker.pid === null ? {} : { broker: cpuMs(broker.pid) }),
    ...(postmaster === null ? {} : { PostgreSQL: cpuMs(postmaster, true) }),
  });

  return {
    produce: async (rows: number): Promise<void> => {
      for (let left = rows; left > 0; left -= SEND * SHARDS)
        await Promise.all(
          sent.map((_, shard) => {
            const mine = Math.min(SEND, Math.ceil((left - shard) / SHARDS));
            return mine > 0 ? send(shard, mine) : Promise.resolve(0);
          }),
        );
    },

    /** The intake last: what comes after it waits for it, ready. */
    start: async (): Promise<void> => {
      const main = import.meta.url.endsWith('.ts') ? 'apps/cli/main.ts' : 'dist/apps/cli/main.js';
      const program = [...process.execArgv, join(root, main)];
      const env = {
        ...process.env,
        LEDGER_RUNTIME_URL: runtimeUrl,
        KAFKA_BROKERS: broker.brokers.join(','),
        LEDGER_TENANT: TENANT,
        LEDGER_TOPIC_PREFIX: prefix,
        LEDGER_PORT: '0',
        LEDGER_LOG_LEVEL: 'warn',
      };
      for (const role of ROLES) {
        const ended = (what: string): void => void process.stderr.write(`${what}\n`);
        const child = await startRoleChild(role, env, ended, program);
        children.push(child);
        if (role !== 'intake') await child.ready(AbortSignal.timeout(60_000));
      }
    },

    /** From the first drawdown recorded until every view has all of them. */
    drain: async (rows: number) => {
      const before = parts();
      const goal = base.map((position, shard) => position + sent[shard]!);
      for (;;) {
        const now = await projected(db);
        if (goal.every((position, shard) => now[shard]! >= position)) break;
        await sleep(LOOK_MS);
      }
      const { rows: times } = await db.query<{ seconds: number }>(
        `SELECT extract(epoch FROM clock_timestamp() - min(recorded_at))::float8 AS seconds
         FROM ledger.ledger_event WHERE type = 'DrawdownRecorded'`,
      );
      const { seconds } = times[0]!;
      const after = parts();
      const spent = Object.entries(after).map(([name, ms]) => [name, ms - before[name]!] as const);
      return {
        rate: rows / seconds,
        costs: spent
          .map(([name, ms]) => `${name} ${((ms * 1000) / rows).toFixed(0)} µs`)
          .join(', '),
        cores: spent.reduce((sum, [, ms]) => sum + ms, 0) / 1000 / seconds,
      };
    },

    /** Milliseconds from before the send until seen in every view; the n-th of a partition is its shard's n-th. */
    latencies: async (rate: number): Promise<readonly number[]> => {
      const from = base.map((position, shard) => position + sent[shard]!);
      const sentAt: number[][] = from.map(() => []);
      const perTick = Math.max(1, Math.round((rate * TICK_MS) / 1000 / SHARDS));
      const sends: Promise<unknown>[] = [];
      const producing = (async () => {
        const started = performance.now();
        for (let tick = 0; tick * TICK_MS < LATENCY_SECONDS * 1000; tick += 1) {
          await sleep(Math.max(0, started + tick * TICK_MS - performance.now()));
          for (let shard = 0; shard < SHARDS; shard += 1) {
            for (let n = 0; n < perTick; n += 1) sentAt[shard]!.push(performance.now());
            sends.push(send(shard, perTick));
          }
        }
        await Promise.all(sends);
      })();
      let produced = false;
      producing.then(
        () => (produced = true),
        () => (produced = true),
      );
      const waits: number[] = [];
      const seen = from.map(() => 0);
      while (!produced || seen.some((count, shard) => count < sentAt[shard]!.length)) {
        const positions = await projected(db);
        const now = performance.now();
        for (let shard = 0; shard < SHARDS; shard += 1) {
          const upTo = Math.min(positions[shard]! - from[shard]!, sentAt[shard]!.length);
          for (; seen[shard]! < upTo; seen[shard]! += 1)
            waits.push(now - sentAt[shard]![seen[shard]!]!);
        }
        await sleep(10);
      }
      await producing;
      return waits;
    },
  };
};
