import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { describe } from '@jest/globals';
import { available } from '../../infra/kafka/jars.js';

/** Of every broker, besides ours: `log.retention.check.interval.ms`, say. */
export type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

/** What tests/support/kafka-server.ts is asked and answers, one JSON line each. */
export type KafkaRequest =
  | { readonly ask: 'shared' }
  | { readonly ask: 'start'; readonly nodes: 1 | 3; readonly settings: BrokerSettings }
  | { readonly ask: 'kill' | 'restart'; readonly server: number; readonly node: number }
  | { readonly ask: 'stop'; readonly server: number };

export interface KafkaAnswer {
  readonly brokers: readonly string[];
  readonly server: number;
}

const ask = (request: KafkaRequest): Promise<KafkaAnswer> =>
  new Promise((done, failed) => {
    const socket = connect(Number(process.env['TEST_KAFKA_PORT']), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (!text.includes('\n')) return;
      socket.end();
      const answer = JSON.parse(text) as KafkaAnswer | { readonly failed: string };
      if ('failed' in answer) failed(new Error(answer.failed));
      else done(answer);
    });
    socket.once('error', failed);
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
  });

type Found = { readonly brokers: readonly string[] } | { readonly missing: string };

/** In this order: KAFKA_BROKERS; a container engine; Maven and Java. Asked once per test file, before its tests. */
const find = async (): Promise<Found> => {
  const given = process.env['KAFKA_BROKERS'];
  if (given) return { brokers: given.split(',') };
  return ask({ ask: 'shared' }).catch((error: Error) => ({ missing: error.message }));
};
const canStart = async (): Promise<string | null> => {
  const check = await available(resolve('.ledger', 'kafka'));
  return check.available ? null : check.reason;
};

const found = await find();
const cannotStart = await canStart();

const required = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('kafka');
const describeWith =
  (reason: string | null) =>
  (name: string, tests: () => void): void => {
    if (reason === null) return describe(name, tests);
    if (required) throw new Error(`Kafka is required (LEDGER_TEST_REQUIRE) and missing: ${reason}`);
    process.stderr.write(`\nSKIPPED, no Kafka: ${name}. ${reason}\n`);
    describe.skip(name, tests);
  };

/** `describe`, or `describe.skip` with a loud line when this machine has no Kafka and none is required. */
export const describeKafka = describeWith('missing' in found ? found.missing : null);

/** For tests that kill brokers: they start their own, which takes Java and the jars. */
export const describeKafkaServers = describeWith(cannotStart);

/** The broker that the test files of a run share. Use topics of `uniquePrefix`. */
export const kafkaBrokers = (): readonly string[] => {
  if ('missing' in found) throw new Error(found.missing);
  return found.brokers;
};

/** Topics and groups of one test file are nobody else's: `t4f1c2d.usage.ingest`. */
export const uniquePrefix = (): string => `t${randomBytes(4).toString('hex')}.`;

export interface TestKafka {
  readonly brokers: readonly string[];
  /** SIGKILL. Nodes count from 1. */
  kill(node: number): Promise<void>;
  restart(node: number): Promise<void>;
  stop(): Promise<void>;
}

/** A cluster of one's own; stopped at the end of the run at the latest. */
export const startTestKafka = async (
  nodes: 1 | 3,
  settings: BrokerSettings = {},
): Promise<TestKafka> => {
  const { brokers, server } = await ask({ ask: 'start', nodes, settings });
  return {
    brokers,
    kill: async (node) => void (await ask({ ask: 'kill', server, node })),
    restart: async (node) => void (await ask({ ask: 'restart', server, node })),
    stop: async () => void (await ask({ ask: 'stop', server })),
  };
};
