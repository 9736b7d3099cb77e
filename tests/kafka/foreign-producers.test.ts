import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Producer } from 'kafkajs';
import { fetchJars, javaCommand } from '../../infra/kafka/jars.js';
import { topicNames, topicSpecs } from '../../infra/kafka/topics.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { readUsageMessage } from '../../libs/contract/messages/usage-ingest.js';
import { partitionOf } from '../../libs/ledger/format/shard.js';
import {
  describeKafka,
  describeKafkaServers,
  kafkaBrokers,
  uniquePrefix,
} from '../support/kafka.js';

jest.setTimeout(60_000);

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

  it('any date: the broker writes its own, by which it deletes', async () => {
    const now = Date.now();
    const day = 24 * 60 * 60 * 1000;
    for (const timestamp of [0, now - 30 * day, now + 2 * day]) {
      await producer.send({
        topic: usageIngest,
        messages: [{ value: 'x', timestamp: String(timestamp) }],
      });
      const [last] = await admin.readTail(usageIngest, 0, 1);
      expect(Math.abs(last!.timestampMs - now)).toBeLessThan(day / 2);
    }
  });
});

describeKafkaServers("Kafka's own console producer", () => {
  it('sends usage that we read, on the shard of its key, even compressed as we cannot', async () => {
    const prefix = uniquePrefix();
    const { usageIngest } = topicNames(prefix);
    const partitions = 4;
    const admin = new KafkaTopicAdmin({ brokers: kafkaBrokers(), clientId: 'console' });
    await admin.ensureTopics(topicSpecs(partitions, { prefix }));
    const event = {
      source: 'billing/aws',
      id: 'inv-1',
      agreement: 'amazon-anthropic',
      effectiveAt: '2026-11-20T10:00:00Z',
      currency: 'USD',
      amount: '123.45',
    };
    const key = 'demo/amazon-anthropic';
    const jars = await fetchJars(resolve('.ledger', 'kafka'));
    const to = ['--bootstrap-server', kafkaBrokers().join(','), '--topic', usageIngest];
    const reader = ['parse.key=true', 'parse.headers=true'];
    const producer = spawn(
      javaCommand(),
      [
        ...['-cp', join(jars, '*'), 'org.apache.kafka.tools.ConsoleProducer', ...to],
        ...['--compression-codec', 'zstd'],
        ...reader.flatMap((property) => ['--reader-property', property]),
      ],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    producer.stdin.end(`content-type:application/json\t${key}\t${JSON.stringify(event)}\n`);
    expect(await once(producer, 'exit')).toEqual([0, null]);

    const partition = partitionOf(key, partitions);
    const [record] = await admin.readTail(usageIngest, partition, 1);
    expect(readUsageMessage(record!, { partition, partitions })).toEqual({ tenant: 'demo', event });
    await admin.close();
  });
});
