import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { describeKafkaServers, startTestKafka, type TestKafka } from '../support/kafka.js';

jest.setTimeout(120_000);

const ROUNDS = 40;

/** Brokers hear of a new topic one after the other, and kafkajs asks another one each time. */
describeKafkaServers('topics of a cluster', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startTestKafka(3);
  });
  afterAll(async () => {
    await kafka.stop();
  });

  it('are there, and led, when whoever made sure of them comes back, also when two do at once', async () => {
    const admins = [1, 2].map(
      (n) => new KafkaTopicAdmin({ brokers: kafka.brokers, clientId: `topics-${n}` }),
    );
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const topics = ['usage', 'investment', 'events'].map((name) => ({
          topic: `${name}.${round}`,
          partitions: 4,
          replicationFactor: 3,
        }));
        const made = Promise.all(admins.map((admin) => admin.ensureTopics(topics)));
        await expect(made).resolves.toEqual([undefined, undefined]);
        for (const { topic } of topics)
          expect(await admins[0]!.endOffsets(topic)).toEqual([0, 0, 0, 0]);
      }
    } finally {
      await Promise.all(admins.map((admin) => admin.close()));
    }
  });
});
