import type pg from 'pg';
import { pino } from 'pino';
import { startPublisher, type PublisherOptions } from '../../apps/publisher/publisher.js';
import type { RunningPublisher } from '../../apps/publisher/publisher.js';
import { topicNames, topicSpecs } from '../../infra/kafka/topics.js';
import { deciders } from '../../libs/domain/deciders.js';
import { PostgresLedger } from '../../libs/ledger/postgres-ledger.js';
import { shardOf } from '../../libs/ledger/shard.js';
import { KafkaPublisher } from '../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../libs/messaging/kafka-topic-admin.js';
import { createPool } from '../../libs/runtime/pool.js';
import { testDatabase } from '../support/database.js';
import { uniquePrefix } from '../support/kafka.js';
import { openDeal, usage } from '../support/usage.js';

export const SHARDS = 2;
/** One of each shard, whatever the hash function says: see `deals`. */
const NAMES = Array.from({ length: 12 }, (_, index) => `deal${index}`);

/** A ledger, its topics on a real broker, and publishers between them. */
export class Relaying {
  readonly silent = pino({ level: 'silent' });
  private readonly publishers = new Set<RunningPublisher>();
  private readonly senders: KafkaPublisher[] = [];
  private count = 0;

  private constructor(
    readonly ledger: PostgresLedger,
    readonly pool: pg.Pool,
    readonly ownerUrl: string,
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
    await admin.ensureTopics(topicSpecs(SHARDS, { prefix, replicationFactor }));
    const { ownerUrl } = database;
    return new Relaying(ledger, pool, ownerUrl, settings, admin, prefix, () => database.drop());
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
      leaseMs: 900,
      ...options,
      owner,
    });
    this.publishers.add(publisher);
    return publisher;
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
    await Promise.all([...this.publishers].map((publisher) => publisher.close()));
    await Promise.all(this.senders.map((sender) => sender.close()));
    await this.admin.close();
    await this.ledger.close();
    await this.pool.end();
    await this.drop();
  }
}
