import type { Pool } from 'pg';
import type { LedgerReader } from '../../libs/ledger/ledger.js';
import type { BatchHandler, Consumer, ConsumerStatus } from '../../libs/messaging/ports.js';
import type { Projection } from '../../libs/projections/engine/projection.js';
import {
  startProjector,
  type Projector,
  type ProjectorProgress,
} from '../../libs/projections/engine/projector.js';
import type { CommitPoint } from '../../libs/projections/engine/commit-chunk.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { observeProgress } from '../../libs/host/observe.js';
import { pause } from '../../libs/waiting/wakeup.js';
import { readBatch } from './read-batch.js';
import { TopicSource } from './topic-source.js';

/** Places where a test can kill or pause a projector. The last: everything is committed but the offset. */
export type ProjectorFaultPoint = `projector:${CommitPoint | 'before-settle'}`;

export interface KafkaProjectorOptions {
  readonly pool: Pool;
  readonly reader: LedgerReader;
  readonly projections: readonly Projection[];
  /** Makes a member of the projectors' group over the topic of the ledger. Closed by us. */
  readonly consumer: (handler: BatchHandler) => Consumer;
  readonly topic: string;
  readonly logger: Logger;
  readonly metrics?: Pick<
    Metrics,
    'projectorEntries' | 'projectorStrangeRecords' | 'projectionDelay'
  >;
  /** Entries per transaction. Default 1,000. */
  readonly limit?: number;
  /**
   * A shard of ours that is behind the ledger and did not move for so long is projected from the ledger: the topic may
   * be silent because its publisher is gone, or a view was made after the offsets were committed. Default 3,000 ms; 0:
   * never.
   */
  readonly patrolMs?: number;
  /** For tests. */
  readonly at?: (point: ProjectorFaultPoint) => void | Promise<void>;
}

export interface KafkaProjectorStatus {
  /** A working member of the group, no shard forked or failing, and not far behind the ledger. */
  readonly ready: boolean;
  readonly consumer: ConsumerStatus;
  /** Events behind the ledger in the shards that this process has, when last looked at. */
  readonly lag: number;
  /** What went wrong, by shard or by shard and projection, until that goes on again. */
  readonly troubles: Readonly<Record<string, string>>;
}

export interface RunningKafkaProjector {
  status(): KafkaProjectorStatus;
  /** Finishes the chunks in flight and leaves the group. */
  close(): Promise<void>;
}

/** Further behind than this, a view is not what people take it for. */
const LAG_MAX = 10_000;

/**
 * Projects what the topic of the ledger brings, with the same runner as standalone mode. Positions decide what is done;
 * the committed offset only says where to begin reading, and may be wrong or gone.
 */
export const startKafkaProjector = async (
  options: KafkaProjectorOptions,
): Promise<RunningKafkaProjector> => {
  const { pool, reader, projections, at, metrics } = options;
  const troubles = new Troubles(options.logger);
  const source = new TopicSource(reader, (from, entries) =>
    metrics?.projectorEntries.inc({ from }, entries),
  );
  const projector = await startProjector({
    pool,
    // Without its wake-ups: what this process appends comes through the topic, like everything else.
    reader: withoutSignals(reader),
    projections,
    source,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(at === undefined ? {} : { at: (point) => at(`projector:${point}`) }),
    onProgress: (progress) => {
      if (metrics) observeProgress(metrics, progress);
      troubles.hear(progress);
    },
  });
  const consumer = options.consumer(handlerOf(options, projector, source));
  const patrol = new Patrol(options, projector, source, consumer);
  const joining = consumer.start();
  return {
    status: () => {
      const { state, assigned } = consumer.status();
      const ready = state === 'working' && troubles.now.size === 0 && patrol.lag <= LAG_MAX;
      return {
        ready,
        consumer: { state, assigned },
        lag: patrol.lag,
        troubles: Object.fromEntries(troubles.now),
      };
    },
    close: async () => {
      try {
        await patrol.stop();
        await consumer.close();
        await joining;
      } finally {
        await projector.stop();
      }
    },
  };
};

const handlerOf =
  (
    { reader, at, logger, metrics }: KafkaProjectorOptions,
    projector: Projector,
    source: TopicSource,
  ): BatchHandler =>
  async ({ topic, partition: shard, records }, { signal }) => {
    const floor = projector.position(shard);
    const { entries, through, strange } = await readBatch(reader, shard, records, floor);
    for (const { code } of strange) metrics?.projectorStrangeRecords.inc({ code });
    if (strange.length > 0)
      logger.error(
        { topic, shard, strange: strange.slice(0, 5), count: strange.length },
        'records of the topic are not the entries of the ledger, which was read instead',
      );
    if (through > floor) {
      source.offer(shard, entries, through);
      try {
        projector.wake(shard);
        await projector.settled(shard, through, signal);
      } finally {
        source.clear(shard);
      }
    }
    await at?.('projector:before-settle');
    // Returning commits the offset.
  };

/** What keeps shards, or single projections of them, from going on. */
class Troubles {
  readonly now = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  hear(progress: ProjectorProgress): void {
    const shard = String(progress.shard);
    switch (progress.kind) {
      case 'advanced':
        this.now.delete(`${shard} ${progress.projection}`);
        return;
      case 'recovered':
        this.logger.info(progress, 'projecting goes on');
        this.now.delete(shard);
        return;
      case 'forked':
        this.logger.fatal(progress, 'fork: the shard is not projected any more');
        this.now.set(shard, progress.error);
        return;
      case 'failed':
        this.logger.warn(progress, 'projecting failed, trying again');
        this.now.set(shard, progress.error);
        return;
      case 'stopped':
        this.logger.error(progress, 'a projection stands still');
        this.now.set(`${shard} ${progress.projection}`, progress.error);
        return;
    }
  }
}

const withoutSignals = (reader: LedgerReader): LedgerReader => ({
  shardCount: reader.shardCount,
  ledgerId: reader.ledgerId,
  genesisHash: reader.genesisHash,
  read: (...range) => reader.read(...range),
  readEnvelopes: (...range) => reader.readEnvelopes(...range),
  heads: () => reader.heads(),
  positionAt: (...at) => reader.positionAt(...at),
  readStream: (stream) => reader.readStream(stream),
  find: (...identity) => reader.find(...identity),
});

/** Looks after shards that stand still although the ledger goes on. */
class Patrol {
  lag = 0;
  private readonly seen = new Map<number, number>();
  private readonly closing = new AbortController();
  private readonly walking: Promise<void>;

  constructor(
    private readonly options: KafkaProjectorOptions,
    private readonly projector: Projector,
    private readonly source: TopicSource,
    private readonly consumer: Consumer,
  ) {
    this.walking = this.walk(options.patrolMs ?? 3_000);
  }

  async stop(): Promise<void> {
    this.closing.abort();
    await this.walking;
  }

  private async walk(everyMs: number): Promise<void> {
    const { signal } = this.closing;
    while (everyMs > 0 && !signal.aborted) {
      await pause(everyMs, signal);
      // A database that is away is reported where entries or views are read.
      if (!signal.aborted) await this.look().catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const { reader, topic } = this.options;
    const ours = new Set(this.consumer.status().assigned[topic]);
    const heads = (await reader.heads()).filter(({ shard }) => ours.has(shard));
    let lag = 0;
    for (const { shard, position: head } of heads) {
      const position = this.projector.position(shard);
      const stood = this.seen.get(shard) === position;
      this.seen.set(shard, position);
      lag += Math.max(0, head - position);
      if (!stood || position >= head) continue;
      this.source.offer(shard, [], head);
      this.projector.wake(shard);
    }
    this.lag = lag;
  }
}
