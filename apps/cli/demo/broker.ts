import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runningBroker, startKafka } from '../../../infra/kafka/broker.js';
import { KafkaServerError } from '../../../infra/kafka/errors.js';
import { available } from '../../../infra/kafka/jars.js';
import { clusterNodes } from '../../../libs/messaging/cluster-nodes.js';
import type { Config } from '../../../libs/host/config.js';
import { CliFailure, EXIT } from '../failure.js';

export interface Broker {
  readonly brokers: readonly string[];
  readonly words: string;
  /** Ends it if we started it. */
  stop(): Promise<void>;
}

const ANSWER_MS_MAX = 10_000;
const notOurs = (): Promise<void> => Promise.resolve();

/** The same folder as `npm run kafka`: whichever runs first, the other finds its topics. */
const folders = ({ dataDir }: Config) => {
  const jars = join(dataDir, 'kafka');
  return { jars, data: join(jars, 'data') };
};

/** KAFKA_BROKERS; a broker of `npm run kafka` that runs; or one of our own. Throws one sentence when there is none. */
export const demoBroker = async (config: Config, say: (text: string) => void): Promise<Broker> => {
  const { jars, data } = folders(config);
  if (config.kafkaBrokers !== null) {
    const brokers = config.kafkaBrokers;
    await clusterNodes(brokers, ANSWER_MS_MAX).catch((error: Error) => {
      throw new CliFailure(
        EXIT.failed,
        `No Kafka broker answers at ${brokers.join(',')} (KAFKA_BROKERS): ${error.message}`,
        'Start it, or unset KAFKA_BROKERS: with Java 17 and Maven the demo starts one of its own.',
      );
    });
    return { brokers, words: 'KAFKA_BROKERS', stop: notOurs };
  }
  const running = await runningBroker(data);
  if (running !== null) return { brokers: [running], words: 'npm run kafka', stop: notOurs };
  const check = await available(jars);
  if (!check.available)
    throw new CliFailure(EXIT.failed, `The demo over Kafka cannot run here: ${check.reason}`);
  say('Starting Apache Kafka (the first time, Maven fetches 54 MB) …');
  const server = await startKafka({ nodes: 1, dataDir: data, firstPort: 9092 }).catch(
    (error: unknown) => {
      if (error instanceof KafkaServerError) throw new CliFailure(EXIT.failed, error.message);
      throw error;
    },
  );
  return { brokers: server.brokers, words: 'started here, KRaft', stop: () => server.stop() };
};

/**
 * What was published belongs to one ledger: a publisher refuses a topic that holds another's. So a ledger is thrown
 * away with its topics.
 */
export const forgetBroker = async (config: Config): Promise<void> => {
  const { data } = folders(config);
  if ((await runningBroker(data)) !== null)
    throw new CliFailure(
      EXIT.failed,
      `Kafka runs over ${data} and holds what the ledger to be thrown away has published.`,
      'Stop npm run kafka (or the demo) with Ctrl-C, then run the same command again.',
    );
  await rm(data, { recursive: true, force: true });
};
