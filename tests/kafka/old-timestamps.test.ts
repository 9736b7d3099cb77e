import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import { topicSpecs } from '../../infra/kafka/topics.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { eventually } from '../support/eventually.js';
import { describeKafkaServers, startTestKafka, type TestKafka } from '../support/kafka.js';
import { IntakeHarness, plain, usageBody } from './intake-harness.js';

jest.setTimeout(120_000);

const CHECK_MS = 500;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Several rounds of the broker's check, and the second that a deleted segment may take. */
const DELETED_MS = 8 * CHECK_MS;

/** A broker that looks every half second for what is older than its topics keep. */
describeKafkaServers('records with old timestamps', () => {
  let kafka: TestKafka;
  let harness: IntakeHarness;
  const said: Record<string, unknown>[] = [];
  const log = {
    warn: (facts: object, message: string) => void said.push({ ...facts, message }),
    debug: () => undefined,
  };

  beforeAll(async () => {
    kafka = await startTestKafka(1, {
      'log.retention.check.interval.ms': CHECK_MS,
      'log.initial.task.delay.ms': 0,
      'log.segment.delete.delay.ms': 0,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': true,
    });
    harness = await IntakeHarness.open(['alpha'], kafka.brokers);
  });
  afterAll(async () => {
    await harness.close();
    await kafka.stop();
  });

  /** As a producer does that sets the record's time to when the usage happened. */
  const sendDated = async (topic: string, ids: readonly string[]): Promise<void> => {
    const client = new kafkajs.Kafka({
      brokers: [...kafka.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const producer = client.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    const timestamp = String(Date.now() - 30 * DAY_MS);
    const messages = ids.map((id) => ({ ...plain(usageBody(id)), timestamp }));
    const [sent] = await producer.send({ topic, acks: -1, messages: messages as never });
    expect(sent!.errorCode).toBe(0);
    await producer.disconnect();
  };

  it('wait in the ingest topic for an intake that is away', async () => {
    const { usageIngest, investmentIngest } = harness.topics;
    await sendDated(usageIngest, ['old-1', 'old-2']);
    await sendDated(investmentIngest, ['old-3']);
    await sleep(DELETED_MS);
    for (const topic of [usageIngest, investmentIngest])
      for (const { start } of await harness.admin.offsetRanges(topic)) expect(start).toBe(0);
    await harness.start();
    await harness.settled();
    expect([...(await harness.drawdowns()).keys()].sort()).toEqual([
      'billing/aws old-1',
      'billing/aws old-2',
    ]);
  });

  it('are deleted unread from a topic of an earlier version, until it is put right at the next start', async () => {
    const specs = topicSpecs(2, { prefix: 'earlier.' });
    const before = specs.map(({ topic, partitions, config, kind }) => ({
      ...{ topic, partitions },
      config:
        kind === 'ingest'
          ? {
              'compression.type': 'uncompressed',
              'retention.ms': config!['retention.ms']!,
              'segment.bytes': '1048576',
            }
          : config!,
    }));
    const admin = new KafkaTopicAdmin({ brokers: kafka.brokers, clientId: 'earlier', log });
    await admin.ensureTopics(before);
    const topic = 'earlier.usage.ingest';
    await sendDated(topic, ['lost-1', 'lost-2']);
    await eventually(async () => {
      const ranges = await admin.offsetRanges(topic);
      expect(ranges.map(({ start }) => start).sort()).toEqual([0, 2]);
    }, 20_000);

    await admin.ensureTopics(specs);
    const settings = await admin.topicSettings(topic);
    expect(settings).toMatchObject({
      copies: 1,
      // What somebody else set stays.
      config: {
        'message.timestamp.type': 'LogAppendTime',
        'segment.bytes': '1048576',
        'compression.type': 'uncompressed',
      },
    });
    expect(said).toEqual([
      expect.objectContaining({ topic, message: expect.stringMatching(/was put right/) }),
      expect.objectContaining({ topic: 'earlier.investment.ingest' }),
    ]);
    said.length = 0;
    await admin.ensureTopics(specs);
    expect(said).toEqual([]);
    await sendDated(topic, ['kept-1', 'kept-2']);
    await sleep(DELETED_MS);
    const ranges = await admin.offsetRanges(topic);
    expect(ranges.map(({ start, end }) => end - start).sort()).toEqual([0, 2]);
    await admin.close();
  });

  it('say with which command somebody else puts the topic right, where we may not', async () => {
    const topic = 'guarded.usage.ingest';
    const [spec] = topicSpecs(1, { prefix: 'guarded.' });
    const admin = new KafkaTopicAdmin({ brokers: kafka.brokers, clientId: 'guarded', log });
    await admin.ensureTopics([{ topic, partitions: 1 }]);
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } =
      kafkajs;
    const acl = {
      ...{ resourceType: AclResourceTypes.TOPIC, resourceName: topic },
      ...{ resourcePatternType: ResourcePatternTypes.LITERAL },
      ...{ principal: 'User:ANONYMOUS', host: '*' },
    };
    const boss = new kafkajs.Kafka({ brokers: [...kafka.brokers] }).admin();
    await boss.connect();
    await boss.createAcls({
      acl: [
        { ...acl, operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW },
        {
          ...acl,
          operation: AclOperationTypes.ALTER_CONFIGS,
          permissionType: AclPermissionTypes.DENY,
        },
      ],
    });
    await boss.disconnect();
    said.length = 0;
    await admin.ensureTopics([spec!]);
    expect(said.find((line) => line['topic'] === topic)).toMatchObject({
      cause: 'TOPIC_AUTHORIZATION_FAILED',
      fix:
        `kafka-configs.sh --bootstrap-server ${kafka.brokers[0]!} --alter --entity-type topics ` +
        `--entity-name ${topic} --add-config message.timestamp.type=LogAppendTime`,
    });
    await admin.close();
  });
});
