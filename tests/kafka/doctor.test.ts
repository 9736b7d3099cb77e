import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { runTypescript } from '../support/run-typescript.js';
import { IntakeHarness, plain, TENANT, usageBody } from './intake-harness.js';

interface Diagnosis {
  readonly check: string;
  readonly state: string;
  readonly found: string;
  readonly fix: string | null;
}

describeKafka('doctor, of Kafka', () => {
  let harness: IntakeHarness;
  let boss: Admin;
  /** Its findings about topics and intake, and how it ended. */
  const doctor = async (): Promise<{ readonly code: number; readonly findings: Diagnosis[] }> => {
    const child = runTypescript('apps/cli/main.ts', ['doctor', '--json'], harness.env);
    let out = '';
    child.stdout!.on('data', (part: Buffer) => (out += part.toString()));
    const [code] = (await once(child, 'close')) as [number];
    const { findings } = JSON.parse(out) as { findings: Diagnosis[] };
    return {
      code,
      findings: findings.filter(
        ({ check, state }) => /Topics|Intake/.test(check) || state === 'failed',
      ),
    };
  };

  beforeAll(async () => {
    harness = await IntakeHarness.open(['alpha']);
    const kafka = new kafkajs.Kafka({
      brokers: [...kafkaBrokers()],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    boss = kafka.admin();
    await boss.connect();
  }, 90_000);
  afterAll(async () => {
    await boss.disconnect();
    await harness.close();
  }, 30_000);

  it('finds nothing where all is as it must be', async () => {
    const { findings } = await doctor();
    expect(findings.map(({ state, found }) => `${state} ${found}`)).toEqual([
      'ok 7 topics, set as they must be',
      'ok nothing was deleted before it was read',
    ]);
  }, 60_000);

  it('names settings that lose records, records that are lost, and records that go the long way', async () => {
    const { usageIngest: topic, usageDeadLetters } = harness.topics;
    const partition = harness.partitionOf(`${TENANT}/alpha`);
    const elsewhere = (partition + 1) % harness.partitions;
    const intake = await harness.start();
    await harness.produce([plain(usageBody('a'))]);
    await harness.settled();
    await intake.close();
    await harness.produce(['b', 'c'].map((id) => plain(usageBody(id))));
    await harness.produce([plain(usageBody('d'))], topic, elsewhere);
    await boss.fetchTopicOffsets(topic);
    await boss.deleteTopicRecords({ topic, partitions: [{ partition, offset: '2' }] });
    const set = (name: string, configEntries: { name: string; value: string }[]) => ({
      ...{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries },
    });
    await boss.alterConfigs({
      validateOnly: false,
      resources: [
        set(topic, [{ name: 'cleanup.policy', value: 'compact' }]),
        set(usageDeadLetters, [{ name: 'retention.ms', value: '86400000' }]),
      ],
    });
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    const alter = (of: string, setting: string): string =>
      `kafka-configs.sh --bootstrap-server ${kafkaBrokers().join(',')} --alter --entity-type topics ` +
      `--entity-name ${of} --add-config ${setting}`;
    expect(findings.map(({ state, found }) => `${state} ${found.split(': ').join(' | ')}`)).toEqual(
      [
        expect.stringMatching(`failed ${topic} \\| message.timestamp.type is CreateTime`),
        expect.stringMatching(`failed ${topic} \\| cleanup.policy is compact`),
        expect.stringMatching(`failed ${topic} \\| compression.type is producer`),
        expect.stringMatching(`warning ${usageDeadLetters} \\| retention.ms is 86400000`),
        `failed ${topic}/${partition} | offsets 1 to 1 were deleted before they were read`,
        `warning ${topic} | 1 of its latest 2 records lie on other partitions than their keys'`,
      ],
    );
    expect(findings.slice(0, 4).map(({ fix }) => fix)).toEqual([
      alter(topic, 'message.timestamp.type=LogAppendTime'),
      alter(topic, 'cleanup.policy=delete'),
      alter(topic, 'compression.type=uncompressed'),
      alter(usageDeadLetters, 'retention.ms=-1'),
    ]);
    expect(findings.every(({ fix }) => fix !== null)).toBe(true);
  }, 60_000);
});
