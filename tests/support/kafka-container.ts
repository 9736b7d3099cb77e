import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clusterNodes } from '../../libs/messaging/cluster-nodes.js';
import type { KafkaServer } from '../../infra/kafka/broker.js';
import { freePorts } from '../../infra/kafka/free-ports.js';

const run = promisify(execFile);
const IMAGE = 'apache/kafka:4.3.0';
const START_MS_MAX = 60_000;
/** The first time, the image is fetched. */
const PULL_MS_MAX = 180_000;

/** The engine that answers, or null. A client without its server does not answer. */
const engine = async (): Promise<string | null> => {
  for (const command of ['docker', 'podman']) {
    const answers = await run(command, ['info'], { timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (answers) return command;
  }
  return null;
};

/** Listens on the same port inside and outside, because Kafka tells clients where to find it. */
const containerArguments = (name: string, port: number): readonly string[] => {
  const settings: Readonly<Record<string, string | number>> = {
    KAFKA_NODE_ID: 1,
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1,
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1,
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: 1,
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: 0,
    KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: 1000,
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  };
  const environment = Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  return ['run', '-d', '--name', name, '-p', `127.0.0.1:${port}:${port}`, ...environment, IMAGE];
};

/** One broker in a container, or null when there is no engine or the container does not come up. */
export const startKafkaContainer = async (): Promise<KafkaServer | null> => {
  const command = await engine();
  if (command === null) return null;
  const name = `commitment-ledger-kafka-${randomBytes(4).toString('hex')}`;
  const [port] = await freePorts(1);
  if (port === undefined) return null;
  const broker = `127.0.0.1:${port}`;
  const remove = (): Promise<unknown> => run(command, ['rm', '-f', '-v', name]).catch(() => null);
  const ready = async (): Promise<boolean> => {
    const deadline = Date.now() + START_MS_MAX;
    while (Date.now() < deadline) {
      const nodes = await clusterNodes([broker], 2_000).catch((): string[] => []);
      if (nodes.includes(broker)) return true;
      await sleep(200);
    }
    return false;
  };
  try {
    await run(command, [...containerArguments(name, port)], { timeout: PULL_MS_MAX });
    if (!(await ready())) throw new Error('the container did not answer');
  } catch {
    await remove();
    return null;
  }
  return {
    brokers: [broker],
    logsDir: `${command} logs ${name}`,
    stop: async () => void (await remove()),
    kill: async () => void (await run(command, ['kill', name])),
    restart: async () => {
      await run(command, ['start', name]);
      if (!(await ready())) throw new Error(`${name} did not come back`);
    },
  };
};
