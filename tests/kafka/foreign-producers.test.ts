import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Producer } from 'kafkajs';
import { topicNames, topicSpecs } from '../../infra/kafka/topics.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { describeKafka, kafkaBrokers, uniquePrefix } from '../support/kafka.js';

describeKafka('what other producers may send', () => {
  const prefix = uniquePrefix();
  const { usageIngest } = topicNames(prefix);
  const GZIP = kafkajs.CompressionTypes.GZIP;
  let admin: KafkaTopicAdmin;
  let producer: Producer;

  beforeAll(async () => {
    const brokers = kafkaBrokers();
    admin = new KafkaTopicAdmin({ brokers, clientId: 'foreign' });
    await admin.ensureTopics(topicSpecs(1, { prefix }));
    const kafka = new kafkajs.Kafka({
      brokers: [...brokers],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await admin.close();
  });

  it('compressed records, which the broker unpacks', async () => {
    await producer.send({ topic: usageIngest, compression: GZIP, messages: [{ value: 'packed' }] });
    const [last] = await admin.readTail(usageIngest, 0, 1);
    expect(last!.value!.toString('utf8')).toBe('packed');
  });

  it('no bomb: a record is measured unpacked', async () => {
    const end = await admin.endOffsets(usageIngest);
    const bomb = Buffer.alloc(8 * 1024 * 1024);
    await expect(
      producer.send({ topic: usageIngest, compression: GZIP, messages: [{ value: bomb }] }),
    ).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    expect(await admin.endOffsets(usageIngest)).toEqual(end);
  });

  it('two headers of one name, which stay two', async () => {
    await producer.send({
      topic: usageIngest,
      messages: [{ value: 'x', headers: { ce_id: ['first', 'second'] } }],
    });
    const [last] = await admin.readTail(usageIngest, 0, 1);
    expect(last!.headers['ce_id']).toEqual([Buffer.from('first'), Buffer.from('second')]);
  });

  it('nothing dated more than an hour ahead', async () => {
    const ahead = String(Date.now() + 2 * 60 * 60 * 1000);
    await expect(
      producer.send({ topic: usageIngest, messages: [{ value: 'x', timestamp: ahead }] }),
    ).rejects.toMatchObject({ type: 'INVALID_TIMESTAMP' });
  });
});
