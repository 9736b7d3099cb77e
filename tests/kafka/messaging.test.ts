import { jest } from '@jest/globals';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { messagingContract } from './messaging-contract.js';

jest.setTimeout(60_000);

describeKafka('messaging on kafkajs', () => {
  const settings = () => ({ brokers: kafkaBrokers(), clientId: 'contract' });
  messagingContract(() => ({
    publisher: (options) => new KafkaPublisher(settings(), options),
    consumer: (options, handler) => new KafkaConsumer(settings(), options, handler),
    admin: () => new KafkaTopicAdmin(settings()),
  }));
});
