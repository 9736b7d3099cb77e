import pg from 'pg';
import type { ClientConfig, Pool } from 'pg';
import type { StreamKind } from '../../domain/events.js';
import { identityRejection, shardOfAll } from '../writer/admission.js';
import type { Group } from '../writer/admission.js';
import { dedupeKey } from '../format/entry.js';
import type {
  Appended,
  AppendSignals,
  Deciders,
  Ledger,
  EntryEnvelope,
  LedgerReader,
  Looked,
  MovedReader,
  MovedStream,
  Outcome,
  RecordedEntry,
  ShardHead,
  ShardRange,
  StateOf,
  StreamName,
  StreamReader,
  StreamVersions,
  Submission,
  EntryFilter,
} from '../ledger.js';
import { lookInShard, lookInStream } from './look.js';
import { movedStreams, readVersions } from './moved.js';
import {
  findKeys,
  loadStreams,
  readHeads,
  readPositionAt,
  readShard,
  readShardEnvelopes,
  readStream,
} from './read.js';
import type { StatementClient } from './sql-client.js';
import { systemClock } from '../format/recorded-at.js';
import type { Clock } from '../format/recorded-at.js';
import { shardOf } from '../format/shard.js';
import { streamId } from '../format/stream-id.js';
import { ShardWriter } from '../writer/shard-writer.js';
import type { BatchReport } from '../writer/shard-writer.js';
import { present } from '../../domain/present.js';

export interface PostgresLedgerOptions {
  /** The database as the runtime role: a URL, or a pool that is shared with others (and stays open on close). */
  readonly url?: string;
  readonly pool?: Pool;
  readonly deciders: Deciders;
  /** Submissions waiting per shard before the answer is 'overloaded'. Default 10,000. */
  readonly queueMax?: number;
  /** Submissions per transaction. Default 1,000. */
  readonly batchMax?: number;
  /** Folded streams in memory per shard. Default 10,000. */
  readonly streamsMax?: number;
  /** How long a writer tries to reach the database before it answers, in milliseconds. Default 10,000. */
  readonly connectMsMax?: number;
  /** Milliseconds without an answer after which a connection counts as lost. Default 30,000. */
  readonly statementMsMax?: number;
  /** How long a writer waits for one that holds the head before it ends it as frozen, in ms. Default 20,000. */
  readonly lockMsMax?: number;
  readonly clock?: Clock;
  /** Called after every batch that appended: events by type, batch sizes, durations. */
  readonly onBatch?: (report: BatchReport) => void;
  /** Called with errors of a server that takes no writes: disk full, read-only, no memory. */
  readonly onServerTrouble?: (fault: unknown) => void;
}

/** A class, because there are thousands of them at a time and closures are larger. */
class Single implements Group {
  readonly submissions: readonly Submission[];

  constructor(
    submission: Submission,
    private readonly resolve: (outcome: Outcome) => void,
    readonly fail: (fault: unknown) => void,
  ) {
    this.submissions = [submission];
  }

  answer([outcome]: readonly Outcome[]): void {
    this.resolve(present(outcome, 'outcome of a submission'));
  }
}

/** The ledger in PostgreSQL: one writer per shard, and readers over a pool. The guarantees are in README.md. */
export class PostgresLedger
  implements Ledger, LedgerReader, StreamReader, MovedReader, AppendSignals
{
  private readonly writers = new Map<number, ShardWriter>();
  private readonly listeners = new Set<Appended>();
  private closed = false;

  private constructor(
    private readonly options: PostgresLedgerOptions,
    private readonly pool: Pool,
    private readonly config: ClientConfig,
    readonly ledgerId: string,
    readonly shardCount: number,
    readonly genesisHash: string,
  ) {}

  static async open(options: PostgresLedgerOptions): Promise<PostgresLedger> {
    const pool = options.pool ?? new pg.Pool({ connectionString: options.url, max: 8 });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    if (options.pool === undefined) pool.on('error', () => undefined);
    const config: ClientConfig =
      options.url === undefined ? { ...pool.options } : { connectionString: options.url };
    const { rows } = await pool.query<{ id: string; shards: number; genesis: string }>(
      `SELECT ledger_id AS id, shard_count AS shards, encode(genesis_hash, 'hex') AS genesis
       FROM ledger.ledger`,
    );
    const ledger = rows[0];
    if (ledger === undefined) throw new Error('the database holds no ledger: migrate it first');
    return new PostgresLedger(options, pool, config, ledger.id, ledger.shards, ledger.genesis);
  }

  submit(submission: Submission): Promise<Outcome> {
    return new Promise((resolve, fail) => {
      const rejection = identityRejection(submission);
      if (rejection !== null) return resolve({ outcome: 'rejected', rejection });
      this.enqueue(new Single(submission, resolve, fail));
    });
  }

  submitTogether(submissions: readonly Submission[]): Promise<readonly Outcome[]> {
    return new Promise((answer, fail) => {
      if (submissions.length === 0) return answer([]);
      const malformed = submissions.map(identityRejection);
      if (malformed.some((rejection) => rejection !== null))
        return answer(
          malformed.map((rejection) =>
            rejection === null ? { outcome: 'abandoned' } : { outcome: 'rejected', rejection },
          ),
        );
      this.enqueue({ submissions, answer, fail });
    });
  }

  private enqueue(group: Group): void {
    const { submissions } = group;
    if (this.closed) return group.answer(submissions.map(() => ({ outcome: 'overloaded' })));
    this.writer(shardOfAll(submissions, this.shardCount)).submit(group);
  }

  /** Submissions waiting in this process, over all shards: for metrics and for Retry-After. */
  get waiting(): number {
    let waiting = 0;
    for (const writer of this.writers.values()) waiting += writer.waiting;
    return waiting;
  }

  onAppended(listener: Appended): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  read(shard: number, after: number, limit: number): Promise<readonly RecordedEntry[]> {
    return readShard(this.db, shard, after, limit);
  }

  readEnvelopes(shard: number, after: number, limit: number): Promise<readonly EntryEnvelope[]> {
    return readShardEnvelopes(this.db, shard, after, limit);
  }

  heads(): Promise<readonly ShardHead[]> {
    return readHeads(this.db);
  }

  positionAt(shard: number, recordedAt: string): Promise<number> {
    return readPositionAt(this.db, shard, recordedAt);
  }

  readStream(stream: StreamName): Promise<readonly RecordedEntry[]> {
    return readStream(this.db, shardOf(stream, this.shardCount), stream);
  }

  lookInStream(stream: StreamName, wanted: EntryFilter): Promise<Looked> {
    return lookInStream(this.db, shardOf(stream, this.shardCount), stream, wanted);
  }

  lookInShard(
    shard: number,
    wanted: EntryFilter & { readonly tenant: string; readonly upTo: number },
  ): Promise<Looked> {
    return lookInShard(this.db, shard, wanted);
  }

  movedStreams(
    ranges: readonly ShardRange[],
    tenants: readonly string[],
    limit: number,
  ): Promise<readonly MovedStream[]> {
    return movedStreams(this.db, ranges, tenants, limit);
  }

  readVersions(
    wanted: readonly StreamVersions[],
    limit: number,
  ): Promise<readonly RecordedEntry[]> {
    return readVersions(this.db, wanted, limit);
  }

  async stateOf<Kind extends StreamKind>(
    stream: StreamName & { readonly kind: Kind },
  ): Promise<StateOf[Kind]> {
    const decider = this.options.deciders[stream.kind];
    const shard = shardOf(stream, this.shardCount);
    const [stored] = await loadStreams(this.db, shard, [streamId(stream)], (_, state) =>
      decider.decode(state),
    );
    let state = (stored?.state ?? decider.initial) as unknown;
    for (const { event } of stored?.later ?? []) state = decider.evolve(state, event);
    return state as StateOf[Kind];
  }

  async find(tenant: string, source: string, id: string): Promise<RecordedEntry | null> {
    const { found } = await findKeys(this.db, 0, [dedupeKey(tenant, source, id)]);
    return found[0]?.first ?? null;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.writers.values()].map((writer) => writer.close()));
    if (this.options.pool === undefined && !this.pool.ended) await this.pool.end();
  }

  private get db(): StatementClient {
    return this.pool;
  }

  private writer(shard: number): ShardWriter {
    let writer = this.writers.get(shard);
    if (writer !== undefined) return writer;
    const { options } = this;
    writer = new ShardWriter({
      shard,
      ledgerId: this.ledgerId,
      config: this.config,
      deciders: options.deciders,
      clock: options.clock ?? systemClock,
      queueMax: options.queueMax ?? 10_000,
      batchMax: options.batchMax ?? 1_000,
      streamsMax: options.streamsMax ?? 10_000,
      connectMsMax: options.connectMsMax ?? 10_000,
      statementMsMax: options.statementMsMax ?? 30_000,
      lockMsMax: options.lockMsMax ?? 20_000,
      onBatch: (report) => this.report(report),
      ...(options.onServerTrouble ? { onServerTrouble: options.onServerTrouble } : {}),
    });
    this.writers.set(shard, writer);
    return writer;
  }

  private report(report: BatchReport): void {
    this.options.onBatch?.(report);
    const { position } = present(report.entries.at(-1), 'entry in a batch that appended');
    for (const listener of this.listeners) listener(report.shard, position);
  }
}
