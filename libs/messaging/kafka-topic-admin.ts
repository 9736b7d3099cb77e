import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { Connection, faultType } from './connection.js';
import type { KafkaSettings } from './connection.js';
import { MessagingError } from './errors.js';
import type { IncomingRecord, TopicAdmin, TopicSpec } from './ports.js';
import { readRange } from './read-range.js';

/** How long brokers may take to hear of a new topic. */
const KNOWN_MS_MAX = 15_000;
const KNOWN_POLL_MS = 50;

export class KafkaTopicAdmin implements TopicAdmin {
  private readonly connection: Connection;
  private readonly admin: Admin;
  private connected: Promise<void> | null = null;

  constructor(settings: KafkaSettings) {
    this.connection = new Connection(settings);
    this.admin = this.connection.kafka.admin();
  }

  async clusterId(): Promise<string> {
    return (await (await this.ready()).describeCluster()).clusterId;
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    const admin = await this.ready();
    const there = new Set(await onceKnown(() => admin.listTopics()));
    const missing = topics.filter(({ topic }) => !there.has(topic));
    if (missing.length > 0)
      // False when somebody else created one meanwhile: the check below says whether it is the same.
      await admin.createTopics({
        waitForLeaders: false, // it asks once, and fails where a broker has not heard of the topic
        timeout: 15_000,
        topics: missing.map(({ topic, partitions, replicationFactor, config }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor: replicationFactor ?? -1,
          configEntries: Object.entries(config ?? {}).map(([name, value]) => ({ name, value })),
        })),
      });
    for (const { topic, partitions } of topics) {
      const count = await onceKnown(() => this.partitionCount(topic));
      if (count === null)
        throw new MessagingError('topic-missing', `No broker knows ${topic}, which was created`);
      if (count !== partitions)
        throw new MessagingError(
          'topic-partitions-differ',
          `Topic ${topic} has ${count} partitions and needs ${partitions}: a key's partition must be its shard. ` +
            'Use another topic prefix or cluster, or delete the topic if nothing in it is needed.',
        );
      // Known is not led: a broker takes a moment to hear that it is the leader, and refuses until then.
      await onceKnown(() => admin.fetchTopicOffsets(topic));
    }
  }

  async partitionCount(topic: string): Promise<number | null> {
    const admin = await this.ready();
    if (!(await admin.listTopics()).includes(topic)) return null;
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions.length;
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    return (await this.ranges(topic)).map(({ end }) => end);
  }

  async readTail(
    topic: string,
    partition: number,
    count: number,
  ): Promise<readonly IncomingRecord[]> {
    const range = (await this.ranges(topic))[partition];
    if (range === undefined)
      throw new MessagingError('topic-missing', `${topic} has no partition ${partition}`);
    if (count <= 0) return [];
    const { start, end } = range;
    // What somebody aborted, and markers, take offsets and are no records.
    for (let span = count; ; span *= 50) {
      const from = Math.max(start, end - span);
      if (from >= end) return [];
      const records = await readRange(this.connection.kafka, { topic, partition, from, end });
      if (records.length >= count || from === start) return records.slice(-count);
    }
  }

  async committedOffsets(group: string, topic: string): Promise<readonly (number | null)[]> {
    const admin = await this.ready();
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    return [...(found?.partitions ?? [])]
      .sort((left, right) => left.partition - right.partition)
      .map(({ offset }) => (Number(offset) < 0 ? null : Number(offset)));
  }

  async resetOffsets(
    group: string,
    topic: string,
    to: 'earliest' | readonly number[],
  ): Promise<void> {
    const admin = await this.ready();
    try {
      // Consumers without an offset start at the beginning, and forgetting takes no wait.
      if (to === 'earliest') await admin.deleteGroups([group]);
      else {
        const partitions = to.map((offset, partition) => ({ partition, offset: String(offset) }));
        await admin.setOffsets({ groupId: group, topic, partitions });
      }
    } catch (error) {
      if (isUnknownGroup(error)) return;
      if (!isActiveGroup(error)) throw error;
      throw new MessagingError(
        'group-active',
        `Group ${group} has members: stop them, then reset its offsets.`,
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    await this.connected?.catch(() => undefined);
    await this.admin.disconnect().catch(() => undefined);
    this.connection.giveUp();
  }

  private async ranges(topic: string): Promise<readonly { start: number; end: number }[]> {
    const admin = await this.ready();
    const partitions = await admin.fetchTopicOffsets(topic).catch((error: unknown) => {
      if (faultType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      throw new MessagingError('topic-missing', `There is no topic ${topic}`, { cause: error });
    });
    return partitions
      .sort((left, right) => left.partition - right.partition)
      .map(({ low, high }) => ({ start: Number(low), end: Number(high) }));
  }

  private async ready(): Promise<Admin> {
    this.connected ??= this.admin.connect().catch((error: unknown) => {
      this.connected = null;
      throw new MessagingError(
        'broker-unreachable',
        `No Kafka broker answers: ${(error as Error).message}`,
        { cause: error },
      );
    });
    await this.connected;
    return this.admin;
  }
}

/**
 * A topic that was made a moment ago, by us or by another process, is not known to every broker at once, nor has it all
 * its leaders: asks until then. Null counts as not known.
 */
const onceKnown = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
  for (const until = Date.now() + KNOWN_MS_MAX; ; await sleep(KNOWN_POLL_MS)) {
    try {
      const answer = await ask();
      if (answer !== null || Date.now() > until) return answer;
    } catch (error) {
      if (!NOT_YET.has(faultType(error)) || Date.now() > until) throw error;
    }
  }
};
const NOT_YET: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
]);

interface DeleteGroupsFault {
  readonly groups?: readonly { readonly errorCode?: number }[];
}

/** Kafka's protocol: 69 GROUP_ID_NOT_FOUND, 68 NON_EMPTY_GROUP. */
const hasGroupCode = (error: unknown, code: number): boolean =>
  (error as DeleteGroupsFault).groups?.some(({ errorCode }) => errorCode === code) ?? false;
const isUnknownGroup = (error: unknown): boolean => hasGroupCode(error, 69);
const isActiveGroup = (error: unknown): boolean =>
  hasGroupCode(error, 68) || /no running instances/.test((error as Error).message);
