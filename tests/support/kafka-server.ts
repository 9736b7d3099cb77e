// Kafka for one test run, on demand: nothing is started before a test file asks. Listens on a loopback port that it
// prints, answers one JSON line per request, and ends with its stdin, which also happens when the runner is killed.
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { KafkaServer } from '../../infra/kafka/broker.js';
import type { BrokerSettings, KafkaAnswer, KafkaRequest } from './kafka.js';

// Beside the data of `npm run kafka`, so that the jars are fetched once per clone.
const folder = resolve('.ledger', 'kafka');
const servers: KafkaServer[] = [];
const folders: string[] = [];

const start = async (nodes: 1 | 3, settings: BrokerSettings = {}): Promise<number> => {
  const { startKafka } = await import('../../infra/kafka/broker.js');
  await mkdir(folder, { recursive: true });
  const dataDir = await mkdtemp(join(folder, 'test-'));
  folders.push(dataDir);
  return servers.push(await startKafka({ nodes, dataDir, settings })) - 1;
};

/** One broker for all files that only read and write, however many ask at once. */
const inContainer = async (): Promise<readonly string[] | null> => {
  const { startKafkaContainer } = await import('./kafka-container.js');
  const server = await startKafkaContainer();
  if (server !== null) servers.push(server);
  return server?.brokers ?? null;
};
let shared: Promise<readonly string[]> | null = null;

const answer = async (request: KafkaRequest): Promise<KafkaAnswer> => {
  switch (request.ask) {
    case 'shared':
      shared ??= inContainer().then((brokers) =>
        brokers !== null ? brokers : start(1).then((index) => servers[index]!.brokers),
      );
      return { brokers: await shared, server: -1 };
    case 'start': {
      const server = await start(request.nodes, request.settings);
      return { brokers: servers[server]!.brokers, server };
    }
    case 'kill':
      await servers[request.server]!.kill(request.node);
      return { brokers: [], server: request.server };
    case 'restart':
      await servers[request.server]!.restart(request.node);
      return { brokers: [], server: request.server };
    case 'stop':
      await servers[request.server]!.stop();
      return { brokers: [], server: request.server };
  }
};

const listener = createServer((socket) => {
  socket.on('error', () => undefined);
  createInterface({ input: socket }).on('line', (line) => {
    answer(JSON.parse(line) as KafkaRequest).then(
      (result) => socket.write(`${JSON.stringify(result)}\n`),
      (error: Error) => socket.write(`${JSON.stringify({ failed: error.message })}\n`),
    );
  });
});
listener.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(listener.address() as AddressInfo).port}\n`);
});

process.stdin.resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
await new Promise((end) => process.stdin.once('end', end).once('close', end));
await Promise.all(servers.map((server) => server.stop()));
await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
process.exit(0);
