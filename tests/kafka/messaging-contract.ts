import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchHandler, Consumer, Publisher, TopicAdmin } from '../../libs/messaging/ports.js';
import type { IncomingRecord, OutgoingRecord } from '../../libs/contract/messages/records.js';
import { uniquePrefix } from '../support/kafka.js';
import { eventually } from '../support/eventually.js';

/** One client library, as the contract sees it. */
export interface MessagingClient {
  publisher(options?: { readonly deliveryMsMax?: number }): Publisher;
  consumer(
    options: { readonly group: string; readonly topics: readonly string[]; sessionMs?: number },
    handler: BatchHandler,
  ): Consumer;
  admin(): TopicAdmin;
}

export const record = (value: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  key: 'demo/amazon-anthropic',
  value,
  headers: {},
  ...more,
});

export const records = (count: number, prefix = ''): readonly OutgoingRecord[] =>
  Array.from({ length: count }, (_, index) => record(`${prefix}${index}`));

const valueOf = ({ value }: IncomingRecord): string | null => value?.toString('utf8') ?? null;

/** What a client has to keep, whichever it is. Run inside a `describe` with a broker behind `client()`. */
export const messagingContract = (client: () => MessagingClient): void => {
  const prefix = uniquePrefix();
  const open: { close(): Promise<void> }[] = [];
  let admin: TopicAdmin;
  let publisher: Publisher;

  const topicOf = async (name: string, partitions: number): Promise<string> => {
    const topic = `${prefix}${name}`;
    await admin.ensureTopics([{ topic, partitions }]);
    return topic;
  };
  const consume = (
    topic: string,
    handler: BatchHandler,
    group = `${topic}.group`,
    sessionMs = 6_000,
  ): Consumer => {
    const consumer = client().consumer({ group, topics: [topic], sessionMs }, handler);
    open.push(consumer);
    return consumer;
  };

  beforeAll(() => {
    admin = client().admin();
    publisher = client().publisher();
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await publisher.close();
    await admin.close();
  });

  describe('publishing', () => {
    it('keeps the order within a partition and answers the offset of the first record', async () => {
      const topic = await topicOf('order', 2);
      const sends = Array.from({ length: 20 }, (_, at) =>
        publisher.publish(topic, 1, records(10, `${at}-`)),
      );
      expect(await Promise.all(sends)).toEqual(Array.from({ length: 20 }, (_, at) => at * 10));
      expect(await admin.endOffsets(topic)).toEqual([0, 200]);
      const seen = await admin.readTail(topic, 1, 200);
      expect(seen.map(valueOf)).toEqual(
        Array.from({ length: 200 }, (_, at) => `${Math.floor(at / 10)}-${at % 10}`),
      );
    });

    it('refuses a record that is too large, with nothing written, and goes on', async () => {
      const topic = await topicOf('large', 1);
      const tooLarge = [record('fits'), record('x'.repeat(1_100_000))];
      await expect(publisher.publish(topic, 0, tooLarge)).rejects.toMatchObject({
        code: 'message-too-large',
      });
      expect(await publisher.publish(topic, 0, [record('after')])).toBe(0);
    });

    it('takes more at once than a broker takes in one batch', async () => {
      const topic = await topicOf('much', 1);
      const much = Array.from({ length: 300 }, (_, at) => record(`${at} ${'x'.repeat(10_000)}`));
      expect(await publisher.publish(topic, 0, much)).toBe(0);
      const seen = await admin.readTail(topic, 0, 300);
      expect(seen.map((one) => valueOf(one)?.split(' ')[0])).toEqual(
        Array.from({ length: 300 }, (_, at) => String(at)),
      );
    });

    it('never makes a topic by sending to it', async () => {
      const brief = client().publisher({ deliveryMsMax: 1_500 });
      open.push(brief);
      const sent = brief.publish(`${prefix}misspelt`, 0, [record('lost?')]);
      await expect(sent).rejects.toMatchObject({ code: 'delivery-deadline' });
      expect(await admin.partitionCount(`${prefix}misspelt`)).toBeNull();
    });

    it('takes nothing more when it is closed', async () => {
      const topic = await topicOf('closed', 1);
      const closed = client().publisher();
      await closed.publish(topic, 0, [record('before')]);
      await closed.close();
      await expect(closed.publish(topic, 0, [record('after')])).rejects.toMatchObject({
        code: 'publisher-closed',
      });
      expect(await admin.endOffsets(topic)).toEqual([1]);
    });
  });

  describe('consuming', () => {
    it('delivers keys, tombstones, headers and timestamps as they were sent', async () => {
      const topic = await topicOf('shape', 1);
      await publisher.publish(topic, 0, [
        record('plain', { headers: { ce_id: 'é1' }, timestampMs: 1_790_000_000_123 }),
        record('no key', { key: null }),
        { key: 'k', value: null, headers: {} },
        { key: '', value: new Uint8Array([0xff, 0x00]), headers: {} },
      ]);
      const seen: IncomingRecord[] = [];
      const consumer = consume(topic, (batch) => {
        seen.push(...batch.records);
        return Promise.resolve();
      });
      await consumer.start();
      await eventually(() => expect(seen.length).toBe(4));
      expect(
        seen.map(({ offset, key, value }) => [
          offset,
          key?.toString() ?? null,
          value?.toString('hex') ?? null,
        ]),
      ).toEqual([
        [0, 'demo/amazon-anthropic', Buffer.from('plain').toString('hex')],
        [1, null, Buffer.from('no key').toString('hex')],
        [2, 'k', null],
        [3, '', 'ff00'],
      ]);
      expect((seen[0]!.headers['ce_id'] as Buffer).toString('utf8')).toBe('é1');
      expect(seen[0]!.timestampMs).toBe(1_790_000_000_123);
    });

    it('commits when the handler returns, and goes on from there', async () => {
      const topic = await topicOf('commit', 1);
      const group = `${topic}.group`;
      await publisher.publish(topic, 0, records(5));
      const first = consume(topic, () => Promise.resolve());
      await first.start();
      await eventually(async () => expect(await admin.committedOffsets(group, topic)).toEqual([5]));
      await first.close();
      await publisher.publish(topic, 0, [record('next')]);
      const seen: (string | null)[] = [];
      const second = consume(topic, ({ records: batch }) => {
        seen.push(...batch.map(valueOf));
        return Promise.resolve();
      });
      await second.start();
      await eventually(() => expect(seen).toEqual(['next']));
    });

    it('makes no signal per batch, which a runtime may keep for ever', async () => {
      const topic = await topicOf('signals', 1);
      const signals: AbortSignal[] = [];
      const consumer = consume(topic, (_, { signal }) => {
        signals.push(signal);
        return Promise.resolve();
      });
      await consumer.start();
      for (let batches = 1; batches <= 3; batches += 1) {
        await publisher.publish(topic, 0, [record('one')]);
        await eventually(() => expect(signals).toHaveLength(batches));
      }
      expect(new Set(signals).size).toBe(1);
    });

    it('brings back what was not settled, from the last settled offset on', async () => {
      const topic = await topicOf('again', 1);
      await publisher.publish(topic, 0, records(10));
      const firsts: number[] = [];
      let failures = 2;
      const consumer = consume(topic, async ({ records: batch }, work) => {
        firsts.push(batch[0]!.offset);
        if (failures > 0) {
          failures -= 1;
          await work.settle(batch[1]!.offset);
          throw new Error('the database is away');
        }
      });
      await consumer.start();
      await eventually(async () =>
        expect(await admin.committedOffsets(`${topic}.group`, topic)).toEqual([10]),
      );
      expect(firsts).toEqual([0, 2, 4]);
    });

    it('goes on with other partitions while one fails', async () => {
      const topic = await topicOf('poison', 2);
      await publisher.publish(topic, 0, [record('poison')]);
      const healthy: (string | null)[] = [];
      let poisonTries = 0;
      const consumer = consume(topic, ({ partition, records: batch }) => {
        if (partition === 0) {
          poisonTries += 1;
          return Promise.reject(new Error('poison'));
        }
        healthy.push(...batch.map(valueOf));
        return Promise.resolve();
      });
      await consumer.start();
      await eventually(() => expect(poisonTries).toBeGreaterThanOrEqual(2));
      const sentAt = Date.now();
      await publisher.publish(topic, 1, [record('healthy')]);
      await eventually(() => expect(healthy).toEqual(['healthy']));
      expect(Date.now() - sentAt).toBeLessThan(2_000);
      expect(await admin.committedOffsets(`${topic}.group`, topic)).toEqual([null, 1]);
    });

    it('keeps its membership through a handler that takes longer than the session', async () => {
      const topic = await topicOf('slow', 1);
      await publisher.publish(topic, 0, records(3));
      let deliveries = 0;
      const slow = consume(
        topic,
        async () => {
          deliveries += 1;
          await new Promise((done) => setTimeout(done, 4_000));
        },
        `${topic}.group`,
        1_500,
      );
      await slow.start();
      await eventually(async () =>
        expect(await admin.committedOffsets(`${topic}.group`, topic)).toEqual([3]),
      );
      expect(deliveries).toBe(1);
    });

    it('fetches nothing while paused', async () => {
      const topic = await topicOf('pause', 1);
      const seen: (string | null)[] = [];
      const consumer = consume(topic, ({ records: batch }) => {
        seen.push(...batch.map(valueOf));
        return Promise.resolve();
      });
      consumer.pause(topic);
      await consumer.start();
      await publisher.publish(topic, 0, [record('waits')]);
      await new Promise((done) => setTimeout(done, 1_000));
      expect(seen).toEqual([]);
      consumer.resume(topic);
      await eventually(() => expect(seen).toEqual(['waits']));
    });
  });

  describe('sharing a group', () => {
    it('hands partitions over in mid-batch: everything is handled, nothing is skipped', async () => {
      const topic = await topicOf('rebalance', 4);
      for (let partition = 0; partition < 4; partition += 1)
        await publisher.publish(topic, partition, records(200, `${partition}-`));
      const handled = new Map<string, string[]>();
      const handler =
        (who: string): BatchHandler =>
        async ({ records: batch }, work) => {
          for (const one of batch) {
            if (work.signal.aborted) return Promise.reject(work.signal.reason as Error);
            await new Promise((done) => setTimeout(done, 5));
            const value = valueOf(one)!;
            handled.set(value, [...(handled.get(value) ?? []), who]);
            if (one.offset % 20 === 0) await work.settle(one.offset);
          }
        };
      const first = consume(topic, handler('first'));
      await first.start();
      await eventually(() => expect(handled.size).toBeGreaterThan(20));
      const second = consume(topic, handler('second'));
      await second.start();
      await eventually(() => expect(handled.size).toBe(800));
      await eventually(async () =>
        expect(await admin.committedOffsets(`${topic}.group`, topic)).toEqual([200, 200, 200, 200]),
      );
      expect(first.status().assigned[topic]).toHaveLength(2);
      expect(second.status().assigned[topic]).toHaveLength(2);
      expect([...handled.values()].flat()).toContain('second');
    });

    it('gives the partitions of a member that fell silent to another, from the last commit on', async () => {
      const topic = await topicOf('silent', 1);
      await publisher.publish(topic, 0, records(10));
      let silent = (): void => undefined;
      const stuck = consume(
        topic,
        async ({ records: batch }, work) => {
          await work.settle(batch[3]!.offset);
          // Leaves the group without another commit, as a process that dies does for those that stay.
          await new Promise<void>((_, dead) => {
            silent = () => dead(new Error('gone'));
          });
        },
        `${topic}.group`,
      );
      await stuck.start();
      await eventually(async () =>
        expect(await admin.committedOffsets(`${topic}.group`, topic)).toEqual([4]),
      );
      const closing = stuck.close();
      silent();
      await closing;
      const seen: number[] = [];
      const heir = consume(topic, ({ records: batch }) => {
        seen.push(...batch.map(({ offset }) => offset));
        return Promise.resolve();
      });
      await heir.start();
      await eventually(() => expect(seen).toEqual([4, 5, 6, 7, 8, 9]));
    });
  });

  describe('topics and offsets', () => {
    it('refuses a topic that is there with another number of partitions', async () => {
      const topic = await topicOf('fixed', 2);
      await admin.ensureTopics([{ topic, partitions: 2 }]);
      await expect(admin.ensureTopics([{ topic, partitions: 3 }])).rejects.toMatchObject({
        code: 'topic-partitions-differ',
      });
    });

    it('reads the tail of one partition', async () => {
      const topic = await topicOf('tail', 2);
      await publisher.publish(topic, 0, records(50, 'other-'));
      await publisher.publish(topic, 1, records(50));
      const tail = await admin.readTail(topic, 1, 3);
      expect(tail.map(valueOf)).toEqual(['47', '48', '49']);
      expect(await admin.readTail(topic, 0, 0)).toEqual([]);
    });

    it('starts a group over, unless it has members', async () => {
      const topic = await topicOf('reset', 1);
      const group = `${topic}.group`;
      await publisher.publish(topic, 0, records(4));
      const consumer = consume(topic, () => Promise.resolve());
      await consumer.start();
      await eventually(async () => expect(await admin.committedOffsets(group, topic)).toEqual([4]));
      await expect(admin.resetOffsets(group, topic, 'earliest')).rejects.toMatchObject({
        code: 'group-active',
      });
      await consumer.close();
      await admin.resetOffsets(group, topic, 'earliest');
      expect(await admin.committedOffsets(group, topic)).toEqual([null]);
      await admin.resetOffsets(group, topic, [3]);
      expect(await admin.committedOffsets(group, topic)).toEqual([3]);
    });
  });
};
