import type pg from 'pg';
import { pino } from 'pino';
import { startKafkaProjector } from '../../apps/projector/projector.js';
import type {
  KafkaProjectorOptions,
  RunningKafkaProjector,
} from '../../apps/projector/projector.js';
import { startPublisher, type PublisherOptions } from '../../apps/publisher/publisher.js';
import type { RunningPublisher } from '../../apps/publisher/publisher.js';
import { topicNames, topicSpecs } from '../../infra/kafka/topics.js';
import { handle } from '../../libs/application/handle.js';
import { seedReferencePortfolio } from '../../infra/reference-portfolio/seed.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { shardOf } from '../../libs/ledger/format/shard.js';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { projections } from '../../libs/projections/all.js';
import {
  startProjector,
  type Projector,
  type ProjectorOptions,
} from '../../libs/projections/engine/projector.js';
import { rebuild } from '../../libs/projections/engine/rebuild.js';
import { createPool } from '../../libs/host/pool.js';
import { testDatabase } from '../support/database.js';
import { liveContents } from '../integration/projections/contents.js';
import { uniquePrefix } from '../support/kafka.js';
import { openDeal, usage } from '../support/usage.js';

export const SHARDS = 2;
export const LEASE_MS = 900;
/** One of each shard, whatever the hash function says: see `deals`. */
const NAMES = Array.from({ length: 12 }, (_, index) => `deal${index}`);

/** A ledger, its topics on a real broker (none without brokers), and whoever carries and projects it. */
export class Relaying {
  readonly silent = pino({ level: 'silent' });
  private readonly running: { close(): Promise<void> }[] = [];
  private readonly senders: KafkaPublisher[] = [];
  private count = 0;

  private constructor(
    readonly ledger: PostgresLedger,
    readonly pool: pg.Pool,
    readonly ownerUrl: string,
    readonly runtimeUrl: string,
    readonly settings: { readonly brokers: readonly string[]; readonly clientId: string },
    readonly admin: KafkaTopicAdmin,
    readonly prefix: string,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(brokers: readonly string[], replicationFactor = 1): Promise<Relaying> {
    const database = await testDatabase({ shardCount: SHARDS });
    const pool = createPool(database.runtimeUrl);
    const ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
    const settings = { brokers, clientId: 'relaying' };
    const admin = new KafkaTopicAdmin(settings);
    const prefix = uniquePrefix();
    if (brokers.length > 0)
      await admin.ensureTopics(topicSpecs(SHARDS, { prefix, replicationFactor }));
    const { ownerUrl, runtimeUrl } = database;
    return new Relaying(ledger, pool, ownerUrl, runtimeUrl, settings, admin, prefix, () =>
      database.drop(),
    );
  }

  get topic(): string {
    return topicNames(this.prefix).ledgerEvents;
  }

  /** A deal in every shard, by shard. */
  async deals(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of NAMES) {
      const shard = shardOf({ tenant: 'acme', kind: 'agreement', key: name }, SHARDS);
      found[shard] ??= name;
    }
    for (const name of found) await openDeal(this.ledger, name, '1000000');
    return found;
  }

  /** `count` usage events of one dollar each. */
  async use(deal: string, count: number): Promise<void> {
    const outcomes = await Promise.all(
      Array.from({ length: count }, () =>
        this.ledger.submit(usage(deal, `u${(this.count += 1)}`, '1')),
      ),
    );
    const other = outcomes.find(({ outcome }) => outcome !== 'appended');
    if (other) throw new Error(JSON.stringify(other));
  }

  /** Ledger without wake-ups, as another process sees it. */
  get reader() {
    const { ledger } = this;
    return {
      shardCount: ledger.shardCount,
      ledgerId: ledger.ledgerId,
      genesisHash: ledger.genesisHash,
      read: ledger.read.bind(ledger),
      readEnvelopes: ledger.readEnvelopes.bind(ledger),
      heads: ledger.heads.bind(ledger),
      positionAt: ledger.positionAt.bind(ledger),
      readStream: ledger.readStream.bind(ledger),
      find: ledger.find.bind(ledger),
    };
  }

  async publish(owner: string, options: Partial<PublisherOptions> = {}): Promise<RunningPublisher> {
    const sender = new KafkaPublisher(this.settings);
    this.senders.push(sender);
    const publisher = await startPublisher({
      pool: this.pool,
      reader: this.reader,
      publisher: sender,
      admin: this.admin,
      topics: { ledgerEvents: this.topic },
      logger: this.silent,
      leaseMs: LEASE_MS,
      ...options,
      owner,
    });
    this.running.push(publisher);
    return publisher;
  }

  get group(): string {
    return `${this.prefix}projector`;
  }

  async projectFromTopic(
    options: Partial<KafkaProjectorOptions> = {},
  ): Promise<RunningKafkaProjector> {
    const { settings, topic, group } = this;
    const projector = await startKafkaProjector({
      pool: this.pool,
      reader: this.ledger,
      projections,
      consumer: (handler) => new KafkaConsumer(settings, { group, topics: [topic] }, handler),
      topic,
      logger: this.silent,
      patrolMs: 0,
      ...options,
    });
    this.running.push(projector);
    return projector;
  }

  async projectFromLedger(options: Partial<ProjectorOptions> = {}): Promise<Projector> {
    const { pool, reader } = this;
    const projector = await startProjector({ pool, reader, projections, pollMs: 20, ...options });
    this.running.push({ close: () => projector.stop() });
    return projector;
  }

  /** The reference deals: something for every projection. */
  async portfolio(): Promise<void> {
    const { ledger } = this;
    const today = '2026-11-21';
    await seedReferencePortfolio({
      decide: (envelope) => handle(ledger, envelope),
      ...{ reader: ledger, tenant: 'acme', today, actor: 'ann' },
    });
  }

  /** Every row and checkpoint of every live view, as text. */
  contents(): Promise<string> {
    return liveContents(this.pool);
  }

  /** The same, of views that were filled from the ledger alone, and are live from now on. */
  async fromZero(): Promise<string> {
    for (const projection of projections)
      await rebuild({ pool: this.pool, reader: this.reader, projection });
    return this.contents();
  }

  /** True when every view has seen all that is in the ledger. */
  async projected(): Promise<boolean> {
    const { rows } = await this.pool.query<{ behind: number }>(
      `SELECT count(*)::integer AS behind
       FROM ledger.shard_head h CROSS JOIN unnest($1::text[], $2::integer[]) AS wanted (name, version)
       LEFT JOIN views.projection p
         ON p.name = wanted.name AND p.version = wanted.version AND p.state = 'live'
       LEFT JOIN views.projection_checkpoint c
         ON c.name = p.name AND c.version = p.version AND c.generation = p.generation AND c.shard = h.shard
       WHERE c.position IS DISTINCT FROM h.position`,
      [projections.map(({ name }) => name), projections.map(({ version }) => version)],
    );
    return rows[0]!.behind === 0;
  }

  /** True when everything in the ledger was acknowledged by the topic and noted. */
  async published(): Promise<boolean> {
    const { rows } = await this.pool.query<{ behind: number }>(
      `SELECT count(*)::integer AS behind FROM ledger.shard_head h
       LEFT JOIN ledger.relay_checkpoint c USING (shard)
       WHERE c.position IS DISTINCT FROM h.position`,
    );
    return rows[0]!.behind === 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((each) => each.close()));
    await Promise.all(this.senders.map((sender) => sender.close()));
    await this.admin.close();
    await this.ledger.close();
    await this.pool.end();
    await this.drop();
  }
}
