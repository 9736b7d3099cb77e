import type { IncomingRecord, OutgoingRecord } from '../contract/messages/records.js';
import type { LogRange, LostRange } from './positions.js';

// Kafka, as the rest of the program knows it. Offsets are numbers (safe integers), times are milliseconds since 1970.
// tests/kafka/messaging-contract.ts says what an implementation has to keep, and is run against each.

export interface Publisher {
  /**
   * Sends records to one partition, in order, however many, and comes back when all in-sync replicas have them: the
   * offset of the first. Sends to one partition follow each other; a repeat of what was sent before is possible after a
   * fault, a gap or another order is not.
   * @throws MessagingError `delivery-deadline` (outcome unknown, nothing more will be sent), `message-too-large` (a
   *   record has more than 1 MB), `publish-refused`, `topic-missing`, `publisher-closed` (nothing was written).
   */
  publish(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number>;
  /** Waits for what is in flight, takes nothing more. */
  close(): Promise<void>;
}

/** Records of one partition, ascending by offset, never empty. Offsets may have gaps. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly IncomingRecord[];
  /** The offset after the partition's last record, when this was fetched. */
  readonly endOffset: number;
}

export interface BatchWork {
  /** Aborted when the group takes the partition away or the consumer closes: leave early, what is settled counts. */
  readonly signal: AbortSignal;
  /** Commits everything up to and including the offset. Its effects must be durable. */
  settle(throughOffset: number): Promise<void>;
}

/**
 * Returning says that every effect of the batch is durable: its last offset is committed then. Throwing says it is not:
 * the batch comes again, from the last settled offset on, after a pause that grows; other partitions go on meanwhile.
 * The same records may come more than once, also to two consumers at the same time (one that lost the partition and
 * does not know it yet), so effects must be guarded by something better than an offset.
 */
export type BatchHandler = (batch: RecordBatch, work: BatchWork) => Promise<void>;

export interface ConsumerStatus {
  /**
   * `working`: member of the group. `silent`: it was, and its broker has not answered for a session. `restarting`: the
   * client gave up and is being built anew.
   */
  readonly state: 'starting' | 'working' | 'silent' | 'restarting' | 'closed';
  readonly assigned: Readonly<Record<string, readonly number[]>>;
}

export interface Consumer {
  /** Joins the group, and joins again for as long as it is not closed. Comes back when it has joined first. */
  start(): Promise<void>;
  status(): ConsumerStatus;
  /** Nothing more is fetched from the topic (or these partitions of it) until `resume`; membership is kept. */
  pause(topic: string, partitions?: readonly number[]): void;
  resume(topic: string, partitions?: readonly number[]): void;
  /** Aborts the handlers' signals, waits for them, leaves the group. */
  close(): Promise<void>;
}

export interface Membership {
  readonly group: string;
  readonly topics: readonly string[];
  /** Partitions whose handlers run at the same time. Default 8. */
  readonly partitionsAtOnce?: number;
  /** Called once for each range of records that the group can read no more, whether the group ran or was away meanwhile. */
  readonly onLost?: (lost: LostRange) => void;
}

/** Makes members of groups of one cluster. */
export type Consumers = (membership: Membership, handler: BatchHandler) => Consumer;

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Default: what the broker says. */
  readonly replicationFactor?: number;
  readonly config?: Readonly<Record<string, string>>;
  /** Names of `config` that are put right in a topic that is there and says otherwise. */
  readonly insistsOn?: readonly string[];
}

/** A topic as its brokers have it. */
export interface TopicSettings {
  /** Every setting in force, whoever made it: the topic, the brokers, or Kafka's default. */
  readonly config: Readonly<Record<string, string>>;
  /** Copies of the partition that has the fewest. */
  readonly copies: number;
}

export interface TopicAdmin {
  clusterId(): Promise<string>;
  /** How many brokers the cluster has. */
  brokerCount(): Promise<number>;
  /**
   * Creates what is missing, and puts right what a spec insists on; where it may not, the log says with which command
   * somebody else can.
   * @throws MessagingError `topic-partitions-differ` when a topic is there and differs.
   */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** The number of partitions, or null when there is no such topic. */
  partitionCount(topic: string): Promise<number | null>;
  /** How a topic is set, or null when there is no such topic. */
  topicSettings(topic: string): Promise<TopicSettings | null>;
  /** By partition: the first offset that is there, and the one after the last. */
  offsetRanges(topic: string): Promise<readonly LogRange[]>;
  /** By partition: the offset after the last record. */
  endOffsets(topic: string): Promise<readonly number[]>;
  /**
   * The last `count` records of one partition, ascending; fewer when it has fewer. What was aborted is no record.
   * @throws `read-timeout`.
   */
  readTail(topic: string, partition: number, count: number): Promise<readonly IncomingRecord[]>;
  /**
   * By partition: what its last `count` offsets hold, which are fewer records where something was aborted.
   * @throws `read-timeout`.
   */
  readTails(topic: string, count: number): Promise<readonly (readonly IncomingRecord[])[]>;
  /** By partition: where the group goes on, or null where it has committed nothing. */
  committedOffsets(group: string, topic: string): Promise<readonly (number | null)[]>;
  /**
   * Where a group goes on; `earliest` forgets the whole group. Nobody may be a member.
   * @throws MessagingError `group-active`.
   */
  resetOffsets(group: string, topic: string, to: 'earliest' | readonly number[]): Promise<void>;
  close(): Promise<void>;
}
