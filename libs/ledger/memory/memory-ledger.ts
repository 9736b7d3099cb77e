import { createHash, randomUUID } from 'node:crypto';
import type { StreamKind } from '../../domain/events.js';
import { identityRejection, shardOfAll } from '../writer/admission.js';
import { dedupeKey } from '../format/entry.js';
import type {
  Appended,
  AppendSignals,
  Deciders,
  Ledger,
  LedgerReader,
  Looked,
  Outcome,
  RecordedEntry,
  ShardHead,
  StateOf,
  StreamName,
  StreamReader,
  Submission,
  EntryFilter,
  EntrySubject,
} from '../ledger.js';
import type { KnownKey } from '../writer/identities.js';
import { PlanInProgress } from '../writer/plan.js';
import type { Plan } from '../writer/plan.js';
import { systemClock } from '../format/recorded-at.js';
import type { Clock } from '../format/recorded-at.js';
import { shardOf } from '../format/shard.js';
import { StreamCache } from '../writer/stream-cache.js';
import { present } from '../../domain/present.js';

interface MemoryShard {
  head: ShardHead;
  readonly entries: RecordedEntry[];
}

/** The same ledger without a database: decisions, entries and hashes are the same code. For tests and dry runs. */
export class MemoryLedger implements Ledger, LedgerReader, StreamReader, AppendSignals {
  readonly ledgerId: string;
  readonly genesisHash: string;
  readonly shardCount: number;
  private readonly shards: MemoryShard[];
  private readonly streams: StreamCache;
  private readonly keys = new Map<string, KnownKey>();
  private readonly listeners = new Set<Appended>();
  private closed = false;

  constructor(
    private readonly options: {
      readonly deciders: Deciders;
      readonly shardCount?: number;
      readonly ledgerId?: string;
      readonly clock?: Clock;
    },
  ) {
    this.ledgerId = options.ledgerId ?? randomUUID();
    this.shardCount = options.shardCount ?? 4;
    this.genesisHash = createHash('sha256')
      .update(`commitment-ledger genesis v2\n${this.ledgerId}\n${this.shardCount}\n`)
      .digest('hex');
    this.streams = new StreamCache(options.deciders, Infinity);
    this.shards = Array.from({ length: this.shardCount }, (_, shard) => ({
      head: { shard, epoch: 1, position: 0, hash: this.genesisHash, recordedAt: null },
      entries: [],
    }));
  }

  async submit(submission: Submission): Promise<Outcome> {
    const [outcome] = await this.submitTogether([submission]);
    return present(outcome, 'outcome of a submission');
  }

  async submitTogether(submissions: readonly Submission[]): Promise<readonly Outcome[]> {
    if (submissions.length === 0) return [];
    if (this.closed) return submissions.map(() => ({ outcome: 'overloaded' }));
    const malformed = submissions.map(identityRejection);
    if (malformed.some((rejection) => rejection !== null))
      return malformed.map((rejection) =>
        rejection === null ? { outcome: 'abandoned' } : { outcome: 'rejected', rejection },
      );
    const shard = this.shard(shardOfAll(submissions, this.shardCount));
    for (const { stream, alongside } of submissions)
      for (const name of alongside === null ? [stream] : [stream, alongside])
        if (this.streams.get(name) === undefined) this.streams.putEmpty(name);
    const input = {
      ledgerId: this.ledgerId,
      deciders: this.options.deciders,
      head: shard.head,
      streams: this.streams,
      known: this.keys,
      now: (this.options.clock ?? systemClock)(),
    };
    const plan = new PlanInProgress(input, [{ submissions }]).finish();
    if (plan.faults.has(0)) throw plan.faults.get(0);
    this.adopt(shard, plan);
    return outcomesOf(plan);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  onAppended(listener: Appended): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async read(shard: number, after: number, limit: number): Promise<readonly RecordedEntry[]> {
    return this.shards[shard]?.entries.slice(after, after + limit) ?? [];
  }

  readEnvelopes(shard: number, after: number, limit: number): Promise<readonly RecordedEntry[]> {
    return this.read(shard, after, limit);
  }

  async heads(): Promise<readonly ShardHead[]> {
    return this.shards.map(({ head }) => head);
  }

  async positionAt(shard: number, recordedAt: string): Promise<number> {
    const entries = this.shards[shard]?.entries ?? [];
    return entries.findLast((entry) => entry.recordedAt <= recordedAt)?.position ?? 0;
  }

  async readStream(stream: StreamName): Promise<readonly RecordedEntry[]> {
    return this.shard(shardOf(stream, this.shardCount)).entries.filter(
      (entry) => StreamCache.key(entry.stream) === StreamCache.key(stream),
    );
  }

  async lookInStream(stream: StreamName, wanted: EntryFilter): Promise<Looked> {
    return lookedAt(await this.readStream(stream), wanted);
  }

  async lookInShard(
    shard: number,
    wanted: EntryFilter & { readonly tenant: string; readonly upTo: number },
  ): Promise<Looked> {
    const { tenant, upTo } = wanted;
    const entries = this.shards[shard]?.entries ?? [];
    return lookedAt(
      entries.filter((entry) => entry.tenant === tenant && entry.position <= upTo),
      wanted,
    );
  }

  async stateOf<Kind extends StreamKind>(
    stream: StreamName & { readonly kind: Kind },
  ): Promise<StateOf[Kind]> {
    const folded = this.streams.get(stream);
    return (folded?.state ?? this.options.deciders[stream.kind].initial) as StateOf[Kind];
  }

  async find(tenant: string, source: string, id: string): Promise<RecordedEntry | null> {
    return this.keys.get(dedupeKey(tenant, source, id))?.entries[0] ?? null;
  }

  private shard(number: number): MemoryShard {
    return present(this.shards[number], `shard ${number}`);
  }

  private adopt(shard: MemoryShard, plan: Plan): void {
    if (plan.entries.length === 0) return;
    shard.head = plan.next;
    for (const { recorded } of plan.entries) shard.entries.push(recorded);
    for (const touched of plan.touched) {
      touched.stream.state = touched.state;
      touched.stream.version = touched.version;
    }
    for (const outcome of outcomesOf(plan)) {
      if (outcome.outcome !== 'appended') continue;
      for (const [index, { tenant, source, id, digest, position }] of outcome.entries.entries())
        this.keys.set(dedupeKey(tenant, source, id), {
          digest,
          shard: shard.head.shard,
          position,
          entries: outcome.entries.slice(index),
        });
    }
    for (const listener of this.listeners) listener(shard.head.shard, shard.head.position);
  }
}

/** The outcomes of the one group that a plan is made for here. */
const outcomesOf = ({ outcomes: [first] }: Plan): readonly Outcome[] =>
  present(first, 'outcome of the group');

const lookedAt = (all: readonly RecordedEntry[], wanted: EntryFilter): Looked => {
  const { after, type, limit } = wanted;
  const entries = all
    .filter(({ position, event }) => position > after && (type === null || event.type === type))
    .filter((entry) => isOf(entry, wanted))
    .slice(0, limit);
  return { entries, stoppedAt: entries.length < limit ? null : (entries.at(-1)?.position ?? null) };
};

const isOf = (
  entry: RecordedEntry,
  { source, id, effectiveFrom, effectiveBefore }: EntrySubject,
): boolean =>
  (source ?? entry.source) === entry.source &&
  (id ?? entry.id) === entry.id &&
  entry.effectiveAt >= (effectiveFrom ?? '') &&
  (effectiveBefore === undefined || entry.effectiveAt < effectiveBefore);
