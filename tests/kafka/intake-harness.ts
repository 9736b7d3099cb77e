import { hash } from 'node:crypto';
import { pino } from 'pino';
import { startIntake, type Intake } from '../../apps/intake/intake.js';
import { openSystem, type System } from '../../libs/host/system.js';
import { topicNames, topicSpecs, type TopicNames } from '../../infra/kafka/topics.js';
import { handle } from '../../libs/application/handle.js';
import type { Instant } from '../../libs/domain/decider.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import { partitionOf } from '../../libs/ledger/format/shard.js';
import { readDeadLetter, type DeadLetter } from '../../libs/contract/messages/dead-letter.js';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import type { Consumers } from '../../libs/messaging/ports.js';
import type { IncomingRecord, OutgoingRecord } from '../../libs/contract/messages/records.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import type { Logger } from '../../libs/host/logger.js';
import type { FaultPoint } from '../../libs/host/fault-points.js';
import { createMetrics, type Metrics } from '../../libs/host/metrics.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { kafkaBrokers, uniquePrefix } from '../support/kafka.js';
import { sql } from '../support/sql.js';
import { openDeal } from '../support/usage.js';

export const TENANT = 'acme';
export const PLAIN = { 'content-type': 'application/json' };

/** A usage event on the deal of `openDeal`, as plain JSON. */
export const usageBody = (id: string, more: object = {}): Record<string, unknown> => ({
  source: 'billing/aws',
  id,
  agreement: 'alpha',
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  amount: '1.00',
  ...more,
});

export const plain = (body: Record<string, unknown>, key?: string): OutgoingRecord => ({
  key: key ?? `${TENANT}/${String(body['agreement'])}`,
  value: JSON.stringify(body),
  headers: PLAIN,
});

/** A database, topics of its own, and the intake over both. */
export class IntakeHarness {
  readonly publisher: KafkaPublisher;
  readonly admin: KafkaTopicAdmin;
  readonly topics: TopicNames;
  private readonly intakes: Intake[] = [];

  private constructor(
    readonly prefix: string,
    readonly database: TestDatabase,
    readonly system: System,
    readonly metrics: Metrics,
    readonly brokers: readonly string[],
  ) {
    this.topics = topicNames(prefix);
    this.publisher = new KafkaPublisher({ brokers, clientId: 'test' });
    this.admin = new KafkaTopicAdmin({ brokers, clientId: 'test' });
  }

  static async open(
    agreements: readonly string[] = ['alpha', 'beta', 'gamma'],
    brokers: readonly string[] = kafkaBrokers(),
  ): Promise<IntakeHarness> {
    const prefix = uniquePrefix();
    const database = await testDatabase();
    const metrics = createMetrics('0.0.0-test');
    const env = IntakeHarness.envOf(prefix, database, brokers);
    const system = await openSystem(configFromEnvironment(env), { metrics });
    const harness = new IntakeHarness(prefix, database, system, metrics, brokers);
    await harness.admin.ensureTopics(topicSpecs(system.reader.shardCount, { prefix }));
    for (const agreement of agreements) await openDeal(system.ledger, agreement, '100000');
    return harness;
  }

  static envOf(
    prefix: string,
    database: TestDatabase,
    brokers: readonly string[] = kafkaBrokers(),
  ): Record<string, string> {
    return {
      LEDGER_RUNTIME_URL: database.runtimeUrl,
      KAFKA_BROKERS: brokers.join(','),
      LEDGER_TENANT: TENANT,
      LEDGER_TOPIC_PREFIX: prefix,
      LEDGER_LOG_LEVEL: 'silent',
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
    };
  }

  get env(): Record<string, string> {
    return IntakeHarness.envOf(this.prefix, this.database, this.brokers);
  }

  async command(
    id: string,
    command: DomainCommand,
    effectiveAt: Instant = '2026-01-01T00:00:00.000000Z',
  ): Promise<void> {
    const digest = hash('sha256', JSON.stringify(command), 'hex');
    const { outcome } = await handle(this.system.ledger, {
      ...{ tenant: TENANT, actor: 'ann', source: 'test', id, digest, effectiveAt, command },
      expectedVersion: null,
    });
    if (outcome !== 'appended') throw new Error(`${id}: ${outcome}`);
  }

  activate(agreementId: string): Promise<void> {
    const activatedAt = '2026-01-01T00:00:00.000000Z';
    return this.command(`${agreementId}-activate`, {
      type: 'ActivateAgreement',
      agreementId,
      activatedAt,
    });
  }

  get partitions(): number {
    return this.system.reader.shardCount;
  }

  async start(
    more: {
      readonly at?: FaultPoint;
      readonly group?: string;
      readonly logger?: Logger;
      readonly lookMs?: number;
    } = {},
  ): Promise<Intake> {
    const settings = { brokers: this.brokers, clientId: 'intake' };
    const consumers: Consumers = (options, handler) =>
      new KafkaConsumer(
        settings,
        {
          ...options,
          group: more.group ?? options.group,
          sessionMs: 6_000,
          ...(more.lookMs === undefined ? {} : { lookMs: more.lookMs }),
        },
        handler,
      );
    const intake = await startIntake({
      system: this.system,
      consumers,
      publisher: this.publisher,
      logger: more.logger ?? pino({ level: process.env['LEDGER_LOG_LEVEL'] ?? 'silent' }),
      metrics: this.metrics,
      ...(more.at ? { at: more.at } : {}),
    });
    this.intakes.push(intake);
    return intake;
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions);
  }

  /** Each to the partition of its key, in order per partition, one send each. */
  async produce(
    records: readonly OutgoingRecord[],
    topic = this.topics.usageIngest,
    partition?: number,
  ): Promise<void> {
    const sends = new Map<number, OutgoingRecord[]>();
    for (const record of records) {
      const to = partition ?? (record.key === null ? 0 : this.partitionOf(record.key));
      sends.set(to, [...(sends.get(to) ?? []), record]);
    }
    await Promise.all([...sends].map(([to, some]) => this.publisher.publish(topic, to, some)));
  }

  /** Waits until the intake has settled everything that is in the topic. */
  async settled(topic = this.topics.usageIngest, group = `${this.prefix}commitment-ledger.intake`) {
    const ends = await this.admin.endOffsets(topic);
    await eventually(async () => {
      const committed = await this.admin.committedOffsets(group, topic);
      const behind = ends.filter((end, at) => end > (committed[at] ?? 0));
      if (behind.length > 0) throw new Error(`${committed.join()} of ${ends.join()}`);
    }, 30_000);
  }

  async letters(topic = this.topics.usageDeadLetters): Promise<readonly DeadLetter[]> {
    const ends = await this.admin.endOffsets(topic);
    const tails = await Promise.all(
      ends.map((end, partition) => this.admin.readTail(topic, partition, end)),
    );
    return tails.flat().map((record: IncomingRecord) => readDeadLetter(record)!);
  }

  /** `source id` -> gross, of everything that is in the ledger. */
  async drawdowns(): Promise<ReadonlyMap<string, string>> {
    const rows = await sql<{ source: string; entry: string }>(
      this.database.ownerUrl,
      `SELECT source, entry FROM ledger.ledger_event WHERE type = 'DrawdownRecorded'`,
    );
    return new Map(
      rows.map(({ entry }) => {
        const { id, source, body } = JSON.parse(entry) as {
          id: string;
          source: string;
          body: { split: { gross: string } };
        };
        return [`${source} ${id}`, body.split.gross];
      }),
    );
  }

  async count(what: 'parked' | 'refused' | 'ledger_event'): Promise<number> {
    const rows = await sql<{ count: number }>(
      this.database.ownerUrl,
      `SELECT count(*)::int AS count FROM ledger.${what}`,
    );
    return rows[0]!.count;
  }

  async close(): Promise<void> {
    await Promise.all(this.intakes.map((intake) => intake.close()));
    await this.publisher.close();
    await this.admin.close();
    await this.system.close();
    await this.database.drop();
  }
}
