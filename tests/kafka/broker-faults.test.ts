import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { IncomingRecord } from '../../libs/contract/messages/records.js';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { eventually } from '../support/eventually.js';
import { describeKafkaServers, startTestKafka } from '../support/kafka.js';
import type { TestKafka } from '../support/kafka.js';
import { record, records } from './messaging-contract.js';

jest.setTimeout(120_000);

const text = ({ value }: IncomingRecord): string => value!.toString('utf8');

/** First occurrences, in order of arrival: what is left when repeats are dropped. */
const firsts = (values: readonly string[]): readonly string[] => [...new Set(values)];

describeKafkaServers('a broker that is killed and comes back', () => {
  let kafka: TestKafka;
  let admin: KafkaTopicAdmin;
  const settings = () => ({ brokers: kafka.brokers, clientId: 'faults' });

  beforeAll(async () => {
    kafka = await startTestKafka(1);
    admin = new KafkaTopicAdmin(settings());
  });
  afterAll(async () => {
    await admin.close();
    await kafka.stop();
  });

  it('loses nothing that was acknowledged, keeps the order, and consumers go on by themselves', async () => {
    const topic = 'killed';
    await admin.ensureTopics([{ topic, partitions: 1 }]);
    const publisher = new KafkaPublisher(settings());
    const seen: string[] = [];
    const warnings: string[] = [];
    const log = {
      warn: (_facts: object, message: string) => void warnings.push(message),
      debug: () => undefined,
    };
    const consumer = new KafkaConsumer(
      { ...settings(), log },
      { group: 'killed', topics: [topic] },
      (batch) => {
        seen.push(...batch.records.map(text));
        return Promise.resolve();
      },
    );
    await consumer.start();

    const acknowledged: string[] = [];
    let sending = true;
    const load = (async () => {
      for (let at = 0; sending; at += 1) {
        await publisher.publish(topic, 0, records(5, `${at}-`));
        for (let each = 0; each < 5; each += 1) acknowledged.push(`${at}-${each}`);
      }
    })();
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(50));
    await eventually(() => expect(seen.length).toBeGreaterThan(0));
    // A broker that has just started is no news to a user, one that went away is.
    expect(warnings).toEqual([]);
    await kafka.kill(1);
    const beforeRestart = acknowledged.length;
    await kafka.restart(1);
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(beforeRestart + 50), 60_000);
    sending = false;
    await load;
    await publisher.close();

    const kept = await admin.readTail(topic, 0, 1_000_000);
    expect(firsts(kept.map(text))).toEqual(acknowledged);
    await eventually(() => expect(firsts(seen)).toEqual(acknowledged), 60_000);
    await consumer.close();
  });

  it('is a clear error when it stays away past the deadline, and nothing is sent afterwards', async () => {
    const topic = 'deadline';
    await admin.ensureTopics([{ topic, partitions: 1 }]);
    const publisher = new KafkaPublisher(settings(), { deliveryMsMax: 2_000 });
    await publisher.publish(topic, 0, [record('before')]);
    await kafka.kill(1);
    const startedAt = Date.now();
    await expect(publisher.publish(topic, 0, [record('too late')])).rejects.toMatchObject({
      code: 'delivery-deadline',
      message: expect.stringMatching(/deadline\/0: 1 records were not acknowledged within 2000 ms/),
    });
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    await kafka.restart(1);
    const later = new KafkaPublisher(settings());
    expect(await later.publish(topic, 0, [record('after')])).toBe(1);
    await Promise.all([later.close(), publisher.close()]);
    expect((await admin.readTail(topic, 0, 10)).map(text)).toEqual(['before', 'after']);
  });
});

describeKafkaServers('one of three brokers that is killed', () => {
  it('costs no acknowledged record, no order and no repeat that differs', async () => {
    const kafka = await startTestKafka(3);
    const settings = { brokers: kafka.brokers, clientId: 'faults' };
    const admin = new KafkaTopicAdmin(settings);
    const topic = 'three';
    const partitions = [0, 1, 2];
    await admin.ensureTopics([
      { topic, partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': '2' } },
    ]);
    const publisher = new KafkaPublisher(settings);
    const acknowledged: string[][] = [[], [], []];
    let sending = true;
    const loads = partitions.map(async (partition) => {
      for (let at = 0; sending; at += 1) {
        await publisher.publish(topic, partition, records(5, `${at}-`));
        for (let each = 0; each < 5; each += 1) acknowledged[partition]!.push(`${at}-${each}`);
      }
    });
    const counts = (): number[] => acknowledged.map(({ length }) => length);
    await eventually(() => expect(Math.min(...counts())).toBeGreaterThan(50));
    await kafka.kill(2);
    const before = counts();
    await eventually(
      () => expect(counts().every((count, at) => count > before[at]! + 50)).toBe(true),
      60_000,
    );
    sending = false;
    await Promise.all(loads);
    await publisher.close();
    for (const partition of partitions) {
      const kept = (await admin.readTail(topic, partition, 1_000_000)).map(text);
      expect(firsts(kept)).toEqual(acknowledged[partition]);
    }
    await admin.close();
    await kafka.stop();
  });
});
