import type { Consumer as KafkaJsConsumer, EachBatchPayload } from 'kafkajs';
import { backOff, type BackOff } from '../waiting/back-off.js';
import { pause } from '../waiting/wakeup.js';
import { Connection, faultType, RETRY } from './connection.js';
import type { KafkaSettings } from './connection.js';
import { SILENT } from './kafkajs-logger.js';
import type { MessagingLog } from './kafkajs-logger.js';
import type { BatchHandler, Consumer, ConsumerStatus, Membership } from './ports.js';
import { KafkaTopicAdmin } from './kafka-topic-admin.js';
import { Pauses } from './pauses.js';
import { Positions } from './positions.js';
import type { Log } from './positions.js';
import { toRecord } from './record.js';

export interface ConsumerOptions extends Membership {
  /** A member that is not heard of for so long loses its partitions: how long those of a killed process wait. */
  readonly sessionMs?: number;
  /** How long a handler may go on when the group asks its members to gather again. */
  readonly rebalanceMsMax?: number;
  readonly batchBytesMax?: number;
  /** How often it is looked whether the log was cut where nothing comes. Default 30,000 ms; only with `onLost`. */
  readonly lookMs?: number;
}

/** The member is no longer, or soon no longer, the owner of its partitions. */
const LOST: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'FENCED_INSTANCE_ID',
]);

/** A broker that has just started, or taken over: it says so, and is asked again. */
const GATHERING: ReadonlySet<string> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'REBALANCE_IN_PROGRESS',
]);

/** From one gathering of the group to the next: what waits for its turn then must not begin, its partition may be another's. */
interface Generation {
  readonly lost: AbortController;
  /** Lost, or the consumer is closing. Made once: Node 20 keeps every combined signal until its sources go. */
  readonly signal: AbortSignal;
}

const RESTART: BackOff = { firstMs: 250, maxMs: 10_000 };
const LOOK_MS = 30_000;
const TRY_AGAIN: BackOff = { firstMs: 100, maxMs: 30_000 };

/**
 * A member of a consumer group on kafkajs, with everything automatic switched off: offsets are committed when the
 * handler says so, a handler's failure stops its partition only, and a client that gave up is thrown away and built
 * anew by us alone (kafkajs restarts after some errors and stays dead after others).
 */
export class KafkaConsumer implements Consumer {
  private readonly log: MessagingLog;
  private readonly pauses = new Pauses();
  private readonly failures = new Map<string, number>();
  private readonly closing = new AbortController();
  private client: KafkaJsConsumer | null = null;
  private started: Promise<void> | null = null;
  private running: Promise<void> | null = null;
  private state: ConsumerStatus['state'] = 'starting';
  private assigned: ConsumerStatus['assigned'] = {};
  private generation = this.newGeneration();
  /** Null: nobody asked to hear of what is lost. */
  private positions: Positions | null = null;
  private heardAt = performance.now();

  constructor(
    private readonly settings: KafkaSettings,
    private readonly options: ConsumerOptions,
    private readonly handler: BatchHandler,
  ) {
    this.log = settings.log ?? SILENT;
  }

  async start(): Promise<void> {
    this.started ??= new Promise<void>((joined) => {
      this.running = this.keepRunning(joined).then(joined);
    });
    await this.started;
  }

  status(): ConsumerStatus {
    return { state: this.isSilent() ? 'silent' : this.state, assigned: this.assigned };
  }

  pause(topic: string, partitions?: readonly number[]): void {
    this.pauses.add(topic, partitions);
    this.applyPauses();
  }

  resume(topic: string, partitions?: readonly number[]): void {
    this.pauses.remove(topic, partitions, this.assigned[topic] ?? []);
    if (this.state === 'working')
      this.client?.resume([{ topic, ...(partitions ? { partitions: [...partitions] } : {}) }]);
  }

  async close(): Promise<void> {
    this.state = 'closed';
    this.closing.abort(new Error('the consumer is closing'));
    await this.running;
  }

  /** A member that its broker has not answered for a session is none any more, whether it knows or not. */
  private isSilent(): boolean {
    const { sessionTimeout } = this.clientConfig();
    return this.state === 'working' && performance.now() - this.heardAt > sessionTimeout;
  }

  private async keepRunning(joined: () => void): Promise<void> {
    const { signal } = this.closing;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.runOnce(() => {
          failures = 0;
          joined();
        });
      } catch (error) {
        if (signal.aborted) return;
        this.state = 'restarting';
        this.assigned = {};
        failures += 1;
        const again = backOff(failures, RESTART);
        const facts = { group: this.options.group, cause: faultType(error), again };
        const message = `consuming stopped: ${(error as Error).message}`;
        if (GATHERING.has(facts.cause)) this.log.debug(facts, message);
        else this.log.warn(facts, message);
        await pause(again, signal);
      }
    }
  }

  /** One life of a client: ends when the consumer is closed (returns) or the client gave up (throws). */
  private async runOnce(joined: () => void): Promise<void> {
    const connection = new Connection(this.settings);
    const client = connection.kafka.consumer(this.clientConfig());
    const admin = new KafkaTopicAdmin(this.settings);
    const { onLost } = this.options;
    this.positions = onLost
      ? new Positions(logOf(admin, client, this.options.group), onLost)
      : null;
    const over = this.endOf(client, joined);
    over.catch(() => undefined);
    const looking = this.lookNowAndThen();
    try {
      await client.connect();
      await client.subscribe({ topics: [...this.options.topics], fromBeginning: true });
      this.client = client;
      await client.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.options.partitionsAtOnce ?? 8,
        eachBatch: (payload) => this.handle(payload),
      });
      await over;
    } finally {
      clearInterval(looking);
      this.client = null;
      await client.disconnect().catch(() => undefined);
      await admin.close();
      connection.giveUp();
    }
  }

  private clientConfig() {
    const sessionTimeout = this.options.sessionMs ?? 10_000;
    return {
      groupId: this.options.group,
      sessionTimeout,
      heartbeatInterval: Math.floor(sessionTimeout / 10),
      rebalanceTimeout: this.options.rebalanceMsMax ?? 60_000,
      maxBytesPerPartition: this.options.batchBytesMax ?? 1_048_576,
      // Also how soon a partition goes on after a pause.
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
      // Commits of a transaction only.
      readUncommitted: false,
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
    };
  }

  private endOf(client: KafkaJsConsumer, joined: () => void): Promise<void> {
    return new Promise((closed, crashed) => {
      client.on(client.events.CRASH, ({ payload }) => crashed(payload.error));
      client.on(client.events.HEARTBEAT, () => (this.heardAt = performance.now()));
      client.on(client.events.GROUP_JOIN, ({ payload }) => {
        if (this.closing.signal.aborted) return;
        this.heardAt = performance.now();
        this.assigned = payload.memberAssignment;
        this.generation = this.newGeneration();
        this.state = 'working';
        this.applyPauses();
        this.beginPositions(client).catch(crashed);
        joined();
      });
      this.closing.signal.addEventListener('abort', () => closed(), { once: true });
      if (this.closing.signal.aborted) closed();
    });
  }

  /** Offsets of the group are read before anything is fetched: kafkajs would pass over deleted records in silence. */
  private async beginPositions(client: KafkaJsConsumer): Promise<void> {
    const { generation, assigned, positions } = this;
    if (positions === null) return;
    const held = Object.entries(assigned).map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions],
    }));
    client.pause(held);
    await positions.begin(assigned);
    if (generation !== this.generation || this.client !== client) return;
    client.resume(held);
    this.applyPauses();
  }

  private lookNowAndThen(): NodeJS.Timeout {
    return setInterval(() => {
      // A broker that is away is told of by whoever consumes.
      this.positions?.look().catch(() => undefined);
    }, this.options.lookMs ?? LOOK_MS).unref();
  }

  private newGeneration(): Generation {
    const lost = new AbortController();
    return { lost, signal: AbortSignal.any([lost.signal, this.closing.signal]) };
  }

  private applyPauses(): void {
    if (this.state === 'working') this.client?.pause(this.pauses.all());
  }

  private async handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const name = `${batch.topic}/${batch.partition}`;
    const records = batch.messages.map(toRecord);
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) throw new Error(`a batch of ${name} is empty`);
    const { lost, signal } = this.generation;
    lost.signal.throwIfAborted();
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => {
        // A broken connection is not the loss of the partition; kafkajs finds the coordinator again.
        if (LOST.has(faultType(error))) lost.abort(error);
      });
    }, this.clientConfig().heartbeatInterval);
    const { positions } = this;
    const { topic, partition } = batch;
    const settleThrough = async (offset: number): Promise<void> => {
      await settle(payload, offset);
      // What lies behind the last record of a batch is settled with it: markers, and what was aborted.
      const next = offset === last.offset ? Number(batch.lastOffset()) : offset;
      positions?.settled(topic, partition, next + 1);
    };
    try {
      await positions?.sees(
        topic,
        partition,
        Number(batch.firstOffset() ?? first.offset),
        Number(batch.lastOffset()) + 1,
      );
      await this.handler(
        {
          topic,
          partition,
          records,
          endOffset: Number(batch.highWatermark),
        },
        { signal, settle: settleThrough },
      );
      await settleThrough(last.offset);
      this.failures.delete(name);
    } catch (error) {
      if (lost.signal.aborted || isKafkaFault(error)) throw lost.signal.reason ?? error;
      if (!this.closing.signal.aborted) this.tryAgainLater(payload, name, error);
    } finally {
      clearInterval(beat);
      positions?.done(topic, partition);
    }
    // kafkajs joins the group again only when it hears of it from us.
    if (lost.signal.aborted) throw lost.signal.reason;
  }

  /** The partition waits, its neighbours go on. The batch is fetched again, because it was not resolved. */
  private tryAgainLater(payload: EachBatchPayload, name: string, error: unknown): void {
    const count = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, count);
    const waitMs = backOff(count, TRY_AGAIN);
    const facts = { partition: name, offset: payload.batch.firstOffset(), count, waitMs };
    this.log.warn(facts, `handling failed: ${(error as Error).message}`);
    const resume = payload.pause();
    const timer = setTimeout(() => {
      if (!this.pauses.has(payload.batch.topic, payload.batch.partition)) resume();
    }, waitMs);
    timer.unref();
  }
}

const logOf = (admin: KafkaTopicAdmin, client: KafkaJsConsumer, group: string): Log => ({
  ranges: (topic) => admin.offsetRanges(topic),
  committed: (topic) => admin.committedOffsets(group, topic),
  mark: async (topic, partition, offset) => {
    // It only helps to tell a loss later; a group that gathers anew begins anew, here too.
    await client
      .commitOffsets([{ topic, partition, offset: String(offset) }])
      .catch(() => undefined);
  },
});

/** Commits first: what is resolved is not fetched again, and must not be lost by a commit that fails. */
const settle = async (payload: EachBatchPayload, throughOffset: number): Promise<void> => {
  const { topic, partition } = payload.batch;
  const partitions = [{ partition, offset: String(throughOffset + 1) }];
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
  payload.resolveOffset(String(throughOffset));
};

const isKafkaFault = (error: unknown): boolean =>
  error instanceof Error && error.name.startsWith('KafkaJS');
