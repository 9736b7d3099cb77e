import type { Pool } from 'pg';
import type { AppendSignals, LedgerReader } from '../../libs/ledger/ledger.js';
import type { Publisher, TopicAdmin } from '../../libs/messaging/ports.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { pause } from '../../libs/waiting/wakeup.js';
import { BrokerWatch } from './broker-watch.js';
import { RelayLeases, type Lease } from './lease.js';
import {
  ShardRelay,
  type PublisherFaultPoint,
  type RelayParts,
  type RelayStatus,
} from './shard-relay.js';

export interface PublisherOptions {
  readonly pool: Pool;
  /** Its `onAppended`, where it has one, wakes at once; appends of other processes are polled for. */
  readonly reader: LedgerReader & Partial<AppendSignals>;
  /** Stays open on close, as does the admin. */
  readonly publisher: Publisher;
  readonly admin: Pick<TopicAdmin, 'readTail' | 'endOffsets' | 'partitionCount'>;
  readonly topics: { readonly ledgerEvents: string };
  readonly logger: Logger;
  readonly metrics?: Pick<Metrics, 'publisherLagEvents' | 'publisherForked'>;
  /** Names this process among the publishers; no two may share it. */
  readonly owner: string;
  /** A publisher that is not heard of for so long loses its shards. Default 6,000. */
  readonly leaseMs?: number;
  /** How often the heads are looked at, in ms. Default 50. */
  readonly pollMs?: number;
  /** Entries read and sent at once. Default 500: about as many as one batch of the publisher takes. */
  readonly limit?: number;
  /** For tests. */
  readonly at?: (point: PublisherFaultPoint) => void | Promise<void>;
}

/** `broker-away`: it would publish, and no broker answers. */
export type ShardStatus = Omit<RelayStatus, 'state'> & {
  readonly state: RelayStatus['state'] | 'broker-away';
};

export interface PublisherStatus {
  /** Holds its leases, or could take one: database and broker answered of late, and no shard is stuck. */
  readonly ready: boolean;
  /** Why not, or null. */
  readonly reason: string | null;
  /** Publishers alive, this one included. */
  readonly members: number;
  readonly shards: readonly ShardStatus[];
}

export interface RunningPublisher {
  status(): PublisherStatus;
  /** Finishes the sends in flight and gives the leases back. */
  close(): Promise<void>;
}

/**
 * Carries the ledger into its topic: shard by shard, in order, at least once. Any number of publishers share the
 * shards through leases.
 * @throws when the topic does not have one partition per shard.
 */
export const startPublisher = async (options: PublisherOptions): Promise<RunningPublisher> => {
  const { admin, reader, topics } = options;
  const partitions = await admin.partitionCount(topics.ledgerEvents);
  if (partitions !== reader.shardCount)
    throw new Error(
      `${topics.ledgerEvents} has ${partitions ?? 'no'} partitions, the ledger has ${reader.shardCount} shards`,
    );
  const running = new LeasedShards(options);
  await running.begin();
  return running;
};

const BROKER_EVERY_MS = 1_000;
/** The heads are asked for every 50 ms. */
const HEADS_MS_MAX = 3_000;

class LeasedShards implements RunningPublisher {
  private readonly relays = new Map<number, ShardRelay>();
  /** Relays whose lease is gone, until their last send is over. */
  private readonly ending = new Map<number, Promise<unknown>>();
  private readonly parts: RelayParts;
  private readonly leases: RelayLeases;
  private readonly leaseMs: number;
  private readonly silence: (() => void) | undefined;
  private members = 0;
  private renewedAt = performance.now();
  private headsAt = performance.now();
  private readonly broker: BrokerWatch;
  private readonly closing = new AbortController();
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: PublisherOptions) {
    const { pool, reader, publisher, admin, topics, logger, owner } = options;
    this.leaseMs = options.leaseMs ?? 6_000;
    this.leases = new RelayLeases(pool, owner, this.leaseMs, reader.genesisHash);
    this.broker = new BrokerWatch(() => admin.partitionCount(topics.ledgerEvents));
    this.parts = {
      leases: this.leases,
      reader,
      publisher,
      admin,
      topic: topics.ledgerEvents,
      logger,
      limit: options.limit ?? 500,
      at: options.at ?? (() => undefined),
    };
    this.silence = reader.onAppended?.((shard, position) =>
      this.relays.get(shard)?.ledgerIsAt(position),
    );
  }

  async begin(): Promise<void> {
    await this.leases.prepare(this.options.reader.shardCount);
    await this.share();
    this.work = Promise.all([
      this.every(this.leaseMs / 3, () => this.share()),
      this.every(this.options.pollMs ?? 50, () => this.look()),
      this.every(BROKER_EVERY_MS, () => {
        this.broker.look();
        this.dropStale();
        return Promise.resolve();
      }),
    ]);
  }

  status(): PublisherStatus {
    const { isAway } = this.broker;
    const shards = [...this.relays.values()].map((relay): ShardStatus => {
      const status = relay.status();
      return isAway && status.state === 'publishing' ? { ...status, state: 'broker-away' } : status;
    });
    const reason = this.whyNot(shards);
    return { ready: reason === null, reason, members: this.members, shards };
  }

  private whyNot(shards: readonly ShardStatus[]): string | null {
    if (this.closing.signal.aborted) return 'stopping';
    if (this.broker.isAway) return 'no broker answers';
    if (performance.now() - this.renewedAt >= this.leaseMs)
      return 'leases could not be renewed: the database does not answer, or takes no writes';
    const stuck = shards.find(({ state }) => state === 'forked' || state === 'failing');
    return stuck === undefined
      ? null
      : `shard ${stuck.shard} is ${stuck.state}: ${stuck.reason ?? ''}`;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.silence?.();
    await this.work;
    await Promise.all([...this.relays.values()].map((relay) => this.giveBack(relay)));
    // Others need not wait until this one counts as dead.
    await this.leases.leave().catch(() => undefined);
  }

  /** Renews, gives away what is more than a fair share, takes what is free. */
  private async share(): Promise<void> {
    const asked = performance.now();
    try {
      this.members = await this.leases.beat();
      const held = [...this.relays.values()];
      const ours = await this.leases.renew(held.map(({ lease }) => lease));
      this.renewedAt = asked;
      for (const relay of held) {
        const ended = relay.status().state === 'ended' && !relay.leaving;
        if (!ours.has(relay.lease.shard) || ended) this.forget(relay);
      }
      const fair = Math.ceil(this.options.reader.shardCount / Math.max(1, this.members));
      const staying = [...this.relays.values()].filter(({ leaving }) => !leaving);
      // Not waited for: a send in flight may take its whole deadline, and every lease is renewed meanwhile, its own too.
      for (const relay of staying.slice(fair)) void this.giveBack(relay);
      if (staying.length < fair && !this.closing.signal.aborted)
        for (const lease of await this.leases.take(fair - staying.length)) this.adopt(lease);
    } catch (error) {
      this.options.logger.warn({ error: String(error) }, 'leases could not be renewed');
      // Somebody else may hold them by now. Sending on would do no harm, but no good either.
      if (performance.now() - this.renewedAt > this.leaseMs)
        for (const relay of [...this.relays.values()]) this.forget(relay);
    }
  }

  private adopt(lease: Lease): void {
    // One of ours that lapsed between renewing and taking, as when the database answers late: it may still be sending.
    const lapsed = this.relays.get(lease.shard);
    if (lapsed) this.forget(lapsed);
    // The relay of an older lease may still wait for its last send: two of one process never send at once.
    const before = this.ending.get(lease.shard) ?? Promise.resolve();
    this.relays.set(lease.shard, new ShardRelay(this.parts, lease, before));
  }

  private forget(relay: ShardRelay): void {
    const { shard } = relay.lease;
    relay.lose();
    // Its shard may have been given back and taken again by now.
    if (this.relays.get(shard) !== relay) return;
    this.relays.delete(shard);
    this.ending.set(shard, relay.done);
    this.options.metrics?.publisherLagEvents.remove({ shard });
    this.options.metrics?.publisherForked.remove({ shard });
  }

  private async giveBack(relay: ShardRelay): Promise<void> {
    await relay.stop().catch(() => undefined);
    this.forget(relay);
  }

  private async look(): Promise<void> {
    if (this.relays.size === 0) return;
    try {
      for (const { shard, position } of await this.options.reader.heads())
        this.relays.get(shard)?.ledgerIsAt(position);
      this.headsAt = performance.now();
    } catch {
      // The renewal says so; what is in flight says so too.
      return;
    }
    const { metrics } = this.options;
    for (const relay of this.relays.values()) {
      const { shard, head, position, state } = relay.status();
      metrics?.publisherLagEvents.set({ shard }, Math.max(0, head - position));
      metrics?.publisherForked.set({ shard }, state === 'forked' ? 1 : 0);
    }
  }

  /** How far the ledger is, nobody knows while the database is away: an old figure would look like a new one. */
  private dropStale(): void {
    if (performance.now() - this.headsAt < HEADS_MS_MAX) return;
    for (const shard of this.relays.keys())
      this.options.metrics?.publisherLagEvents.remove({ shard });
  }

  private async every(ms: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await pause(ms, signal);
      if (!signal.aborted) await work();
    }
  }
}
