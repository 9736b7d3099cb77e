import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { partitionOf } from '../../libs/ledger/format/shard.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { describeKafka, kafkaBrokers, uniquePrefix } from '../support/kafka.js';

const PARTITIONS = 7;
const KEYS = 400;

describeKafka('a producer that is not ours', () => {
  const topic = `${uniquePrefix()}keys`;
  let admin: KafkaTopicAdmin;

  beforeAll(async () => {
    admin = new KafkaTopicAdmin({ brokers: kafkaBrokers(), clientId: 'partitioner' });
    await admin.ensureTopics([{ topic, partitions: PARTITIONS }]);
  });
  afterAll(() => admin.close());

  // kafkajs' default partitioner is a port of the Java client's, independent of our murmur2.
  it('lands on the partition that is the shard of its key, by itself', async () => {
    const keys = Array.from({ length: KEYS }, (_, at) => `tenant-${at % 13}/agreement-${at}-é`);
    const kafka = new kafkajs.Kafka({
      brokers: [...kafkaBrokers()],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const producer = kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    await producer.send({ topic, messages: keys.map((key) => ({ key, value: key })) });
    await producer.disconnect();

    const landed: [string, number][] = [];
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      for (const { key } of await admin.readTail(topic, partition, KEYS))
        landed.push([key!.toString('utf8'), partition]);
    expect(new Map(landed)).toEqual(
      new Map(keys.map((key) => [key, partitionOf(key, PARTITIONS)])),
    );
    expect(landed).toHaveLength(KEYS);
  });
});
