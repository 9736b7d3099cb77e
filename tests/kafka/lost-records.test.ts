import { afterEach, beforeEach, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { pino } from 'pino';
import type { Intake } from '../../apps/intake/intake.js';
import { groupNames } from '../../infra/kafka/topics.js';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { IntakeHarness, plain, TENANT, usageBody } from './intake-harness.js';

describeKafka('an intake whose next records the broker has deleted', () => {
  let harness: IntakeHarness;
  let said: Record<string, unknown>[];
  let topic: string;
  let partition: number;

  beforeEach(async () => {
    harness = await IntakeHarness.open(['alpha']);
    said = [];
    topic = harness.topics.usageIngest;
    partition = harness.partitionOf(`${TENANT}/alpha`);
  }, 60_000);
  afterEach(() => harness.close(), 30_000);

  const start = (): Promise<Intake> => {
    const write = (line: string): void => void said.push(JSON.parse(line) as never);
    return harness.start({ logger: pino({ base: null }, { write }), lookMs: 200 });
  };
  const usage = (...ids: string[]): Promise<void> =>
    harness.produce(ids.map((id) => plain(usageBody(id))));
  /** As retention does, or an administrator. */
  const deleteBefore = async (offset: number): Promise<void> => {
    const kafka = new kafkajs.Kafka({
      brokers: [...kafkaBrokers()],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic); // it deletes only from topics that it has asked about
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    await admin.disconnect();
  };
  const losses = () =>
    said
      .filter(({ level, reason }) => level === 50 && reason !== undefined)
      .map(({ topic: of, partition: at, reason, from, through, offsets }) => ({
        place: `${String(of)}/${String(at)}`,
        ...{ reason, from, through, offsets },
      }));
  const counted = (reason: string): Promise<number | undefined> =>
    harness.metrics.intakeRecordsLost
      .get()
      .then(({ values }) => values.find(({ labels }) => labels['reason'] === reason)?.value);
  const committed = async (): Promise<number | null> =>
    (await harness.admin.committedOffsets(groupNames(harness.prefix).intake, topic))[partition]!;

  it('says which, counts them, and goes on with what is there', async () => {
    const first = await start();
    await usage('a', 'b');
    await harness.settled();
    await first.close();
    await usage('c', 'd', 'e', 'f');
    await deleteBefore(5);
    const second = await start();
    await harness.settled();
    const place = `${topic}/${partition}`;
    expect([...(await harness.drawdowns()).keys()].sort()).toEqual(
      ['a', 'b', 'f'].map((id) => `billing/aws ${id}`),
    );
    expect(losses()).toEqual([{ place, reason: 'deleted', from: 2, through: 4, offsets: 3 }]);
    expect(await counted('deleted')).toBe(3);
    expect(second.status().lost).toEqual({ [place]: 3 });
    // Told once: the next start has nothing to tell.
    await second.close();
    said = [];
    await start();
    await usage('g');
    await harness.settled();
    expect(losses()).toEqual([]);
  }, 60_000);

  it('says so although nothing is left, and although it never had read any of the partition', async () => {
    const first = await start();
    await eventually(async () => expect(await committed()).toBe(0));
    await first.close();
    await usage('a', 'b');
    await deleteBefore(2);
    await start();
    await eventually(() => expect(losses()).toHaveLength(1));
    expect(losses()).toMatchObject([{ reason: 'deleted', from: 0, through: 1, offsets: 2 }]);
  }, 60_000);

  it('says that it cannot know what a group without an offset had read', async () => {
    await usage('a', 'b', 'c');
    await deleteBefore(2);
    await start();
    await harness.settled();
    expect(losses()).toMatchObject([{ reason: 'no-offset', from: 0, through: 1, offsets: 2 }]);
    expect(await counted('no-offset')).toBe(2);
    expect([...(await harness.drawdowns()).keys()]).toEqual(['billing/aws c']);
  }, 60_000);

  it('says what is deleted while it runs and cannot take it, and nothing of what it took', async () => {
    const first = await start();
    await usage('a', 'b');
    await harness.settled();
    await deleteBefore(2);
    await usage('c');
    await harness.settled();
    expect(losses()).toEqual([]);
    await first.close();
    // As one that is held up: its partition is fetched, and not settled, until what comes behind is gone.
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    const write = (line: string): void => void said.push(JSON.parse(line) as never);
    await harness.start({
      logger: pino({ base: null }, { write }),
      lookMs: 100,
      at: async (point) => {
        if (point !== 'intake:before-settle' || !isFirst) return;
        isFirst = false;
        await held;
      },
    });
    await usage('d');
    await eventually(() => expect(isFirst).toBe(false));
    await usage('e', 'f');
    await deleteBefore(6);
    await usage('g');
    release();
    await harness.settled();
    expect(losses()).toMatchObject([{ reason: 'deleted', from: 4, through: 5, offsets: 2 }]);
    expect([...(await harness.drawdowns()).keys()].sort()).toEqual(
      ['a', 'b', 'c', 'd', 'g'].map((id) => `billing/aws ${id}`),
    );
  }, 60_000);
});
