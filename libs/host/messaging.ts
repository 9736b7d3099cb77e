import { topicNames, topicSpecs, type TopicNames } from '../../infra/kafka/topics.js';
import { KafkaConsumer } from '../messaging/kafka-consumer.js';
import { KafkaPublisher } from '../messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../messaging/kafka-topic-admin.js';
import type { Consumers, Publisher, TopicAdmin } from '../messaging/ports.js';
import { ConfigurationError, type Config } from './config.js';
import type { Logger } from './logger.js';

/** What one process needs of Kafka. */
export abstract class Messaging {
  abstract readonly topics: TopicNames;
  abstract readonly publisher: Publisher;
  abstract readonly admin: TopicAdmin;
  abstract readonly consumers: Consumers;
  /** Makes the topics that are missing, once for all roles that ask meanwhile. Throws when no broker answers, or a topic has other partitions. */
  abstract prepare(): Promise<void>;
  abstract close(): Promise<void>;
}

/** Connects to nothing yet: whoever needs a broker waits for it. */
export const openMessaging = (
  config: Config,
  brokers: readonly string[],
  shardCount: number,
  logger: Logger,
): Messaging => {
  const settings = { brokers, clientId: 'commitment-ledger', log: logger };
  const { topicPrefix: prefix, topicReplication, sessionMs } = config;
  const admin = new KafkaTopicAdmin(settings);
  const publisher = new KafkaPublisher(settings);
  const specs = topicSpecs(shardCount, {
    prefix,
    ...(topicReplication === null ? {} : { replicationFactor: topicReplication }),
  });
  let preparing: Promise<void> | null = null;
  const prepare = (): Promise<void> =>
    (preparing ??= admin.ensureTopics(specs).finally(() => (preparing = null)));
  return {
    topics: topicNames(prefix),
    publisher,
    admin,
    consumers: (options, handler) =>
      new KafkaConsumer(settings, { ...options, sessionMs }, handler),
    prepare,
    close: async () => {
      await publisher.close().finally(() => admin.close());
    },
  };
};

/** @throws ConfigurationError `kafka-missing` for roles that work over Kafka, where no brokers are named. */
export const requireBrokers = (roles: readonly string[], { kafkaBrokers }: Config): void => {
  if (roles.length > 0 && kafkaBrokers === null)
    throw new ConfigurationError(
      'kafka-missing',
      `${roles.length === 1 ? 'The role' : 'Each of the roles'} ${roles.join(', ')} needs Kafka: ` +
        'set KAFKA_BROKERS=host:port (npm run kafka starts a broker and prints it).',
    );
};
