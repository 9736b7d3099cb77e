import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Kafka, Message } from 'kafkajs';
import { topicSpecs } from '../../infra/kafka/topics.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { eventually } from '../support/eventually.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { IntakeHarness, plain, TENANT, usageBody } from './intake-harness.js';

const messageOf = (id: string): Message => plain(usageBody(id)) as unknown as Message;

/** Many times as long as a fetch waits. */
const NOTICED_MS = 3_000;

/** What the log itself can hold besides records: markers, gaps, aborted transactions, a topic that is made anew. */
describeKafka('the log under the intake', () => {
  let harness: IntakeHarness;
  let kafka: Kafka;

  beforeAll(async () => {
    harness = await IntakeHarness.open();
    kafka = new kafkajs.Kafka({
      brokers: [...kafkaBrokers()],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    await harness.start();
  }, 90_000);
  afterAll(async () => {
    expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    await harness.close();
  }, 30_000);

  it('107, 109: passes over aborted transactions and the gaps of markers', async () => {
    const { usageIngest: topic } = harness.topics;
    const partition = harness.partitionOf(`${TENANT}/alpha`);
    const producer = kafka.producer({
      transactionalId: `${harness.prefix}tx`,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    const inTransaction = async (id: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ ...messageOf(id), partition }] });
      await transaction[end]();
    };
    await inTransaction('committed', 'commit');
    await inTransaction('aborted', 'abort');
    await inTransaction('committed-too', 'commit');
    await producer.disconnect();
    await harness.produce([plain(usageBody('after-markers'))]);
    await harness.settled();
    expect([...(await harness.drawdowns()).keys()].sort()).toEqual(
      ['after-markers', 'committed', 'committed-too'].map((id) => `billing/aws ${id}`),
    );
  }, 60_000);

  it('111: does not read topics whose names only begin like ours', async () => {
    const other = `${harness.topics.usageIngest}.other`;
    await harness.admin.ensureTopics([{ topic: other, partitions: 1 }]);
    await harness.publisher.publish(other, 0, [plain(usageBody('elsewhere'))]);
    await harness.produce([plain(usageBody('here'))]);
    await harness.settled();
    expect((await harness.drawdowns()).has('billing/aws elsewhere')).toBe(false);
  }, 60_000);

  it('106: takes a topic that was made anew from its beginning: identity, not place, makes one effect', async () => {
    const { usageIngest: topic } = harness.topics;
    const before = await harness.drawdowns();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    const specs = topicSpecs(harness.partitions, { prefix: harness.prefix });
    // A client of its own: kafkajs goes on asking for what it has seen once, and fails while that is not there.
    const fresh = new KafkaTopicAdmin({ brokers: kafkaBrokers(), clientId: 'fresh' });
    await eventually(() => fresh.ensureTopics(specs));
    await fresh.close();
    // Until the intake has asked for a place that is not there any more: see "A topic that is made anew" in the README.
    await sleep(NOTICED_MS);
    // The same places: one with what was there, one with other bytes.
    const anew = Array.from({ length: 50 }, (_, n) => `anew-${n}`);
    await harness.produce(['committed', ...anew].map((id) => plain(usageBody(id))));
    await harness.settled();
    const after = await harness.drawdowns();
    expect(after.size).toBe(before.size + anew.length);
    expect(await harness.letters()).toEqual([]);
  }, 90_000);
});
