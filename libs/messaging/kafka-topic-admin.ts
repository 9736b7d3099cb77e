import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { Connection, faultType } from './connection.js';
import type { KafkaSettings } from './connection.js';
import { MessagingError } from './errors.js';
import { SILENT } from './kafkajs-logger.js';
import type { MessagingLog } from './kafkajs-logger.js';
import type { TopicAdmin, TopicSettings, TopicSpec } from './ports.js';
import type { IncomingRecord } from '../contract/messages/records.js';
import type { LogRange } from './positions.js';
import { readRanges } from './read-range.js';
import { alterCommand, changeSettings, readSettings } from './topic-settings.js';

/** How long brokers may take to hear of a new topic. */
const KNOWN_MS_MAX = 15_000;
const KNOWN_POLL_MS = 50;

export class KafkaTopicAdmin implements TopicAdmin {
  private readonly connection: Connection;
  private readonly admin: Admin;
  private readonly log: MessagingLog;
  private connected: Promise<void> | null = null;
  private asking: Promise<unknown> = Promise.resolve();

  constructor(private readonly settings: KafkaSettings) {
    this.connection = new Connection(settings);
    this.admin = this.connection.kafka.admin();
    this.log = settings.log ?? SILENT;
  }

  async clusterId(): Promise<string> {
    return (await this.ask((admin) => admin.describeCluster())).clusterId;
  }

  async brokerCount(): Promise<number> {
    return (await this.ask((admin) => admin.describeCluster())).brokers.length;
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    const there = new Set(await onceKnown(() => this.ask((admin) => admin.listTopics())));
    const missing = topics.filter(({ topic }) => !there.has(topic));
    if (missing.length > 0)
      // False when somebody else created one meanwhile: the check below says whether it is the same.
      await this.ask((admin) =>
        admin.createTopics({
          waitForLeaders: false, // it asks once, and fails where a broker has not heard of the topic
          timeout: 15_000,
          topics: missing.map(({ topic, partitions, replicationFactor, config }) => ({
            topic,
            numPartitions: partitions,
            replicationFactor: replicationFactor ?? -1,
            configEntries: Object.entries(config ?? {}).map(([name, value]) => ({ name, value })),
          })),
        }),
      );
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
      await onceKnown(() => this.ask((admin) => admin.fetchTopicOffsets(topic)));
    }
    for (const spec of topics) if (there.has(spec.topic)) await this.putRight(spec);
  }

  async partitionCount(topic: string): Promise<number | null> {
    return (await this.partitionsOf(topic))?.length ?? null;
  }

  async topicSettings(topic: string): Promise<TopicSettings | null> {
    const partitions = await this.partitionsOf(topic);
    if (partitions === null) return null;
    const settings = await this.ask((admin) => readSettings(admin, topic));
    return {
      config: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
      copies: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    };
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    return (await this.offsetRanges(topic)).map(({ end }) => end);
  }

  async readTail(
    topic: string,
    partition: number,
    count: number,
  ): Promise<readonly IncomingRecord[]> {
    const range = (await this.offsetRanges(topic))[partition];
    if (range === undefined)
      throw new MessagingError('topic-missing', `${topic} has no partition ${partition}`);
    if (count <= 0) return [];
    const { start, end } = range;
    // What somebody aborted, and markers, take offsets and are no records.
    for (let span = count; ; span *= 50) {
      const from = Math.max(start, end - span);
      if (from >= end) return [];
      const [records = []] = await readRanges(this.connection.kafka, topic, [
        { partition, from, end },
      ]);
      if (records.length >= count || from === start) return records.slice(-count);
    }
  }

  async readTails(topic: string, count: number): Promise<readonly (readonly IncomingRecord[])[]> {
    const ranges = (await this.offsetRanges(topic)).map(({ start, end }, partition) => ({
      ...{ partition, end },
      from: Math.max(start, end - count),
    }));
    const some = ranges.filter(({ from, end }) => from < end);
    const records = await readRanges(this.connection.kafka, topic, some);
    return ranges.map((range) => records[some.indexOf(range)] ?? []);
  }

  async committedOffsets(group: string, topic: string): Promise<readonly (number | null)[]> {
    const [found] = await onceKnown(() =>
      this.ask((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })),
    );
    return [...(found?.partitions ?? [])]
      .sort((left, right) => left.partition - right.partition)
      .map(({ offset }) => (Number(offset) < 0 ? null : Number(offset)));
  }

  async resetOffsets(
    group: string,
    topic: string,
    to: 'earliest' | readonly number[],
  ): Promise<void> {
    try {
      // Consumers without an offset start at the beginning, and forgetting takes no wait.
      if (to === 'earliest') await this.ask((admin) => admin.deleteGroups([group]));
      else {
        const partitions = to.map((offset, partition) => ({ partition, offset: String(offset) }));
        await this.ask((admin) => admin.setOffsets({ groupId: group, topic, partitions }));
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

  async offsetRanges(topic: string): Promise<readonly LogRange[]> {
    const asked = this.ask((admin) => admin.fetchTopicOffsets(topic));
    const partitions = await asked.catch((error: unknown) => {
      if (faultType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      throw new MessagingError('topic-missing', `There is no topic ${topic}`, { cause: error });
    });
    return partitions
      .sort((left, right) => left.partition - right.partition)
      .map(({ low, high }) => ({ start: Number(low), end: Number(high) }));
  }

  private async partitionsOf(topic: string) {
    const known = await this.ask((admin) => admin.listTopics());
    if (!known.includes(topic)) return null;
    const { topics } = await this.ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]?.partitions ?? null;
  }

  /** What the spec insists on. A topic that cannot be asked about or changed is used as it is, loudly. */
  private async putRight({ topic, config = {}, insistsOn = [] }: TopicSpec): Promise<void> {
    if (insistsOn.length === 0) return;
    const wanted = Object.fromEntries(
      Object.entries(config).filter(([name]) => insistsOn.includes(name)),
    );
    try {
      const present = await this.ask((admin) => readSettings(admin, topic));
      const isAsWanted = ([name, value]: [string, string]): boolean =>
        present.some((setting) => setting.name === name && setting.value === value);
      if (Object.entries(wanted).every(isAsWanted)) return;
      await this.ask((admin) => changeSettings(admin, topic, present, wanted));
      this.log.warn({ topic, ...wanted }, 'the topic was set otherwise and was put right');
    } catch (error) {
      const fix = alterCommand(this.settings.brokers, topic, wanted);
      this.log.warn(
        { topic, ...wanted, cause: faultType(error), fix },
        'the settings of the topic could not be made sure of: acknowledged records may be deleted before they are read',
      );
    }
  }

  /**
   * One question at a time: kafkajs' admin has one picture of the cluster, and a question about one topic takes away what
   * another just read of its own ("Cannot destructure property 'partitions'").
   */
  private ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const turn = this.asking.then(async () => question(await this.ready()));
    this.asking = turn.catch(() => undefined);
    return turn;
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
 * its leaders; a broker that has just started is still loading its groups: asks until then. Null counts as not known.
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
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
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
