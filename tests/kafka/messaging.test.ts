import { expect, it, jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { describeKafka, kafkaBrokers, uniquePrefix } from '../support/kafka.js';
import { messagingContract } from './messaging-contract.js';

jest.setTimeout(60_000);

describeKafka('messaging on kafkajs', () => {
  const settings = () => ({ brokers: kafkaBrokers(), clientId: 'contract' });
  messagingContract(() => ({
    publisher: (options) => new KafkaPublisher(settings(), options),
    consumer: (options, handler) => new KafkaConsumer(settings(), options, handler),
    admin: () => new KafkaTopicAdmin(settings()),
  }));

  it('reads a tail of nothing but what somebody aborted, and what lies before that', async () => {
    const prefix = uniquePrefix();
    const topic = `${prefix}aborted`;
    const admin = new KafkaTopicAdmin(settings());
    const publisher = new KafkaPublisher(settings());
    await admin.ensureTopics([{ topic, partitions: 1 }]);
    await publisher.publish(topic, 0, [{ key: 'k', value: 'ours', headers: {} }]);
    const stranger = new kafkajs.Kafka({
      brokers: [...kafkaBrokers()],
      logLevel: kafkajs.logLevel.NOTHING,
    }).producer({
      transactionalId: `${prefix}stranger`,
      idempotent: true,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
    });
    await stranger.connect();
    const transaction = await stranger.transaction();
    const messages = Array.from({ length: 30 }, () => ({ value: 'theirs' }));
    await transaction.send({ topic, messages });
    await transaction.abort();
    await stranger.disconnect();
    const tails = await Promise.all([2, 20].map((count) => admin.readTail(topic, 0, count)));
    for (const tail of tails) expect(tail.map(({ value }) => String(value))).toEqual(['ours']);
    await publisher.publish(topic, 0, [{ key: 'k', value: 'behind it', headers: {} }]);
    const both = await admin.readTail(topic, 0, 2);
    expect(both.map(({ value }) => String(value))).toEqual(['ours', 'behind it']);
    await publisher.close();
    await admin.close();
  });
});
