import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { eventually } from '../support/eventually.js';
import { describeKafka, kafkaBrokers, uniquePrefix } from '../support/kafka.js';
import { runTypescript } from '../support/run-typescript.js';
import { records } from './messaging-contract.js';

jest.setTimeout(90_000);

type Happening = {
  readonly holding?: number;
  readonly settled?: number;
  readonly refused?: number;
};

describeKafka('a consumer that dies or freezes in mid-batch', () => {
  const prefix = uniquePrefix();
  const processes: ChildProcess[] = [];
  const heirs: KafkaConsumer[] = [];
  let admin: KafkaTopicAdmin;
  let publisher: KafkaPublisher;
  const settings = () => ({ brokers: kafkaBrokers(), clientId: 'consumer-death' });

  beforeAll(() => {
    admin = new KafkaTopicAdmin(settings());
    publisher = new KafkaPublisher(settings());
  });
  afterEach(() => processes.splice(0).forEach((one) => one.kill('SIGKILL')));
  afterAll(async () => {
    await Promise.all(heirs.map((heir) => heir.close()));
    await publisher.close();
    await admin.close();
  });

  /** A process that has settled offsets 0 to 3 of ten and holds before 4. */
  const heldAtFour = async (name: string) => {
    const topic = `${prefix}${name}`;
    const group = `${topic}.group`;
    await admin.ensureTopics([{ topic, partitions: 1 }]);
    await publisher.publish(topic, 0, records(10));
    const held = runTypescript('tests/kafka/consumer-process.ts', [
      kafkaBrokers().join(','),
      topic,
      group,
      '4',
    ]);
    processes.push(held);
    const happened: Happening[] = [];
    let rest = '';
    held.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      happened.push(...lines.map((line) => JSON.parse(line) as Happening));
    });
    await eventually(() => expect(happened.at(-1)).toEqual({ holding: 4 }));
    expect(await admin.committedOffsets(group, topic)).toEqual([4]);
    const seen: number[] = [];
    const heir = new KafkaConsumer(settings(), { group, topics: [topic] }, (batch) => {
      seen.push(...batch.records.map(({ offset }) => offset));
      return Promise.resolve();
    });
    heirs.push(heir);
    return { topic, group, held, happened, heir, seen };
  };

  it('killed: its partition comes to another member, from the last settled offset on', async () => {
    const { held, heir, seen } = await heldAtFour('killed');
    held.kill('SIGKILL');
    await heir.start();
    await eventually(() => expect(seen).toEqual([4, 5, 6, 7, 8, 9]));
  });

  it('frozen past its session and woken: it settles nothing more, and moves no offset back', async () => {
    const { topic, group, held, happened, heir, seen } = await heldAtFour('zombie');
    held.kill('SIGSTOP');
    await heir.start();
    await eventually(() => expect(seen).toEqual([4, 5, 6, 7, 8, 9]));
    await eventually(async () => expect(await admin.committedOffsets(group, topic)).toEqual([10]));
    held.kill('SIGCONT');
    held.stdin!.write('go on\n');
    await eventually(() => expect(happened).toContainEqual({ refused: 4 }));
    expect(happened.map(({ settled }) => settled).filter((offset) => offset !== undefined)).toEqual(
      [0, 1, 2, 3],
    );
    expect(await admin.committedOffsets(group, topic)).toEqual([10]);
  });
});
