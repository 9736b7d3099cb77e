import type { IHeaders, Message, Producer } from 'kafkajs';
import { backOff, type BackOff } from '../waiting/back-off.js';
import { pause } from '../waiting/wakeup.js';
import { within } from '../waiting/within.js';
import { inBatches, RECORD_BYTES_MAX } from './batches.js';
import { Connection, faultType, RETRY } from './connection.js';
import type { KafkaSettings } from './connection.js';
import { MessagingError } from './errors.js';
import type { MessagingErrorCode } from './errors.js';
import type { Publisher } from './ports.js';
import type { OutgoingRecord } from '../contract/messages/records.js';

export interface DeliveryOptions {
  /** From the call of `publish` until it fails with `delivery-deadline`. Failing over takes Kafka about 10 s. */
  readonly deliveryMsMax?: number;
}

/** One lane per partition, each with a producer of its own: a fault in one partition stays there. */
export class KafkaPublisher implements Publisher {
  private readonly lanes = new Map<string, Lane>();
  private closed = false;

  constructor(
    private readonly settings: KafkaSettings,
    private readonly options: DeliveryOptions = {},
  ) {}

  publish(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    if (this.closed)
      return Promise.reject(new MessagingError('publisher-closed', 'the publisher is closed'));
    if (records.length === 0) return Promise.reject(new Error('nothing to publish'));
    const name = `${topic} ${partition}`;
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = new Lane(this.settings, topic, partition, this.options.deliveryMsMax ?? 60_000);
      this.lanes.set(name, lane);
    }
    return lane.publish(records);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()));
  }
}

interface Line {
  readonly connection: Connection;
  readonly producer: Producer;
}

/** What the broker refuses for good: nothing was written, and sending it again would end the same. */
const REFUSALS: Readonly<Record<string, MessagingErrorCode>> = {
  MESSAGE_TOO_LARGE: 'message-too-large',
  RECORD_LIST_TOO_LARGE: 'message-too-large',
  INVALID_RECORD: 'publish-refused',
  INVALID_TIMESTAMP: 'publish-refused',
  TOPIC_AUTHORIZATION_FAILED: 'publish-refused',
  CLUSTER_AUTHORIZATION_FAILED: 'publish-refused',
  POLICY_VIOLATION: 'publish-refused',
  INVALID_TOPIC_EXCEPTION: 'topic-missing',
};

class Lane {
  private last: Promise<unknown> = Promise.resolve();
  private line: Line | null = null;

  constructor(
    private readonly settings: KafkaSettings,
    private readonly topic: string,
    private readonly partition: number,
    private readonly deliveryMsMax: number,
  ) {}

  publish(records: readonly OutgoingRecord[]): Promise<number> {
    const deadline = Date.now() + this.deliveryMsMax;
    const sent = this.last.then(async () => {
      const batches = inBatches(records);
      if (batches === null)
        throw this.refused(
          'message-too-large',
          `a record is larger than ${RECORD_BYTES_MAX} bytes`,
        );
      const [head, ...others] = batches;
      if (head === undefined) throw new Error('there is no record to publish');
      const first = await this.deliver(head, deadline);
      for (const batch of others) await this.deliver(batch, deadline);
      return first;
    });
    this.last = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    await this.last;
    const line = this.line;
    this.line = null;
    await line?.producer.disconnect();
  }

  /**
   * kafkajs sends the same batch again by itself, under the same sequence number, as leaders move: no repeat. When it
   * gives up, the next try gets a new producer, because the broker may take another batch under a number it has seen
   * for a repeat, and acknowledge what it did not write.
   */
  private async deliver(records: readonly OutgoingRecord[], deadline: number): Promise<number> {
    const messages = records.map((record) => toMessage(record, this.partition));
    let cause: unknown = new Error('waiting for earlier sends took all the time');
    for (let tries = 1; Date.now() < deadline; tries += 1) {
      try {
        return await within(deadline - Date.now(), this.send(messages), late);
      } catch (error) {
        const refusal = REFUSALS[faultType(error)];
        if (refusal !== undefined) throw this.refused(refusal, error);
        cause = error === LATE ? cause : error;
        this.giveUp();
        if (error !== LATE) await pause(Math.min(backOff(tries, TRY_AGAIN), deadline - Date.now()));
      }
    }
    throw this.late(cause, records.length);
  }

  private async send(messages: Message[]): Promise<number> {
    const { producer } = (this.line ??= this.open());
    await producer.connect();
    const [receipt] = await producer.send({ topic: this.topic, messages, acks: -1 });
    if (receipt === undefined) throw new Error('the broker answered without a receipt');
    return Number(receipt.baseOffset);
  }

  private open(): Line {
    const connection = new Connection(this.settings);
    const producer = connection.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Every record names its partition, which is its shard. Without this kafkajs warns about its own choice.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? this.partition,
      // Its tries end when the connection is given up.
      retry: { ...RETRY, retries: Number.MAX_SAFE_INTEGER },
    });
    return { connection, producer };
  }

  private giveUp(): void {
    const line = this.line;
    this.line = null;
    line?.connection.giveUp();
    line?.producer.disconnect().catch(() => undefined);
  }

  private refused(code: MessagingErrorCode, cause: unknown): MessagingError {
    const said = cause instanceof Error ? cause.message : String(cause);
    return new MessagingError(code, `${this.topic}/${this.partition}: ${said}`, { cause });
  }

  private late(cause: unknown, count: number): MessagingError {
    const said = cause instanceof Error ? cause.message : String(cause);
    return new MessagingError(
      'delivery-deadline',
      `${this.topic}/${this.partition}: ${count} records were not acknowledged within ` +
        `${this.deliveryMsMax} ms (${said}). They may or may not be in the topic.`,
      { cause },
    );
  }
}

const LATE = new Error('no answer yet');

const late = (): never => {
  throw LATE;
};

/** A broker that is away for a moment; one that is away for long is asked every second. */
const TRY_AGAIN: BackOff = { firstMs: 50, maxMs: 1_000 };

const toMessage = (record: OutgoingRecord, partition: number): Message => ({
  key: record.key,
  value:
    record.value === null || typeof record.value === 'string'
      ? record.value
      : Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength),
  headers: record.headers as IHeaders,
  partition,
  ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
});
