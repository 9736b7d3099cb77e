import { topicNames, topicSpecs, type TopicNames } from '../../infra/kafka/topics.js';
import { KafkaConsumer } from '../messaging/kafka-consumer.js';
import { KafkaPublisher } from '../messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../messaging/kafka-topic-admin.js';
import type { Consumers, Publisher, TopicAdmin } from '../messaging/ports.js';
import type { Config } from './config.js';
import type { Logger } from './logger.js';

/** What one process needs of Kafka. */
export interface Messaging {
  readonly topics: TopicNames;
  readonly publisher: Publisher;
  readonly admin: TopicAdmin;
  readonly consumers: Consumers;
  /** Makes the topics that are missing, once for all roles that ask meanwhile. Throws when no broker answers, or a topic has other partitions. */
  prepare(): Promise<void>;
  close(): Promise<void>;
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
      await publisher.close();
      await admin.close();
    },
  };
};
