import type { Pool } from 'pg';
import type { Instant } from '../../domain/decider.js';
import type { AppendSignals, LedgerReader } from '../../ledger/ledger.js';
import { backOff } from '../../waiting/back-off.js';
import { pause, Wakeup } from '../../waiting/wakeup.js';
import { LivePositions, type LiveProjection } from './live-positions.js';
import { LedgerForked, readingOnce, type EventSource } from './event-source.js';
import type { Projection } from './projection.js';
import { runRound } from './round.js';
import type { CommitPoint } from './commit-chunk.js';
import type { ChunkOutcome } from './run-projection.js';

/** Per shard, the position that must have been seen. */
export type MinPosition = Readonly<Record<string, number>>;

export type ProjectorProgress =
  | {
      readonly kind: 'advanced';
      readonly projection: string;
      readonly shard: number;
      readonly position: number;
      /** When the entry at the position was recorded. */
      readonly recordedAt: Instant;
    }
  /** An event cannot be folded by this projection. It is reported once, and folding it is tried at every poll. */
  | {
      readonly kind: 'stopped';
      readonly projection: string;
      readonly shard: number;
      readonly position: number;
      readonly error: string;
    }
  /** The ledger and the view disagree about history: this shard is not projected any more. */
  | {
      readonly kind: 'forked';
      readonly shard: number;
      readonly position: number;
      readonly error: string;
    }
  /** Usually the database is away. Tried again, ever more slowly. */
  | { readonly kind: 'failed'; readonly shard: number; readonly error: string }
  /** The loop of a shard that had failed works again, whether or not there was anything left to do. */
  | { readonly kind: 'recovered'; readonly shard: number };

export interface ProjectorOptions {
  readonly pool: Pool;
  /** Its `onAppended`, where it has one, wakes the loops: a ledger in the same process need not be polled for. */
  readonly reader: LedgerReader & Partial<AppendSignals>;
  readonly projections: readonly Projection[];
  /** Default: the reader. */
  readonly source?: EventSource;
  readonly onProgress?: (progress: ProjectorProgress) => void;
  readonly signal?: AbortSignal;
  /** Entries per transaction. Default 1,000. */
  readonly limit?: number;
  /** How long to wait for a wake-up before looking again, in ms. Default 200. */
  readonly pollMs?: number;
  /** For tests. */
  readonly at?: (point: CommitPoint) => void | Promise<void>;
}

export interface Projector {
  /** There is something new: in this shard, or anywhere. */
  wake(shard?: number): void;
  /** True when every projection has seen it. */
  caughtUp(minPosition: MinPosition): boolean;
  /** Resolves true as soon as every projection has seen it, false after `timeoutMs` or when stopped. */
  waitFor(minPosition: MinPosition, timeoutMs: number): Promise<boolean>;
  /** How far the projection that is furthest behind is in the shard, as this process last saw it. */
  position(shard: number): number;
  /**
   * Resolves when nothing more can be done for the position: every projection has seen it, or stands still at an event
   * before it. Rejects with LedgerForked, when stopped, and when the signal is aborted.
   */
  settled(shard: number, position: number, signal?: AbortSignal): Promise<void>;
  /** Finishes the chunks in flight. */
  stop(): Promise<void>;
}

/** How late an aborted signal is noticed by those who wait. */
const LOOK_MS = 100;

/**
 * Runs all projections over all shards until stopped: one loop per shard, so a shard holds at most one connection.
 * Any number of projectors may run at once: they take turns at the checkpoints.
 */
export const startProjector = async (options: ProjectorOptions): Promise<Projector> => {
  const stopped = new AbortController();
  const stopNow = (): void => stopped.abort();
  options.signal?.addEventListener('abort', stopNow, { once: true });
  if (options.signal?.aborted) stopNow();
  const running = new ShardLoops(options, stopped.signal);
  await running.load();
  const unsubscribe = options.reader.onAppended?.((shard) => running.wake(shard));
  const loops = running.start();
  return {
    wake: (shard) => running.wake(shard),
    caughtUp: (minPosition) => running.caughtUp(minPosition),
    waitFor: (minPosition, timeoutMs) => running.waitFor(minPosition, timeoutMs),
    position: (shard) => running.position(shard),
    settled: (shard, position, signal) => running.settled(shard, position, signal),
    stop: async () => {
      unsubscribe?.();
      options.signal?.removeEventListener('abort', stopNow);
      stopNow();
      await Promise.all(loops);
    },
  };
};

class ShardLoops {
  private readonly positions: LivePositions;
  private readonly told = new Set<string>();
  /** Projections by shard that stand still at an event. */
  private readonly still = new Map<number, Set<Projection>>();
  private readonly forks = new Map<number, LedgerForked>();
  /** By shard: entries were appended. */
  private readonly appended: readonly Wakeup[];
  /** A position has moved, or will not move any more: for those who wait for one. */
  private readonly moved = new Wakeup();

  constructor(
    private readonly options: ProjectorOptions,
    private readonly signal: AbortSignal,
  ) {
    this.appended = Array.from({ length: options.reader.shardCount }, () => new Wakeup());
    this.positions = new LivePositions(options.pool, options.reader, options.projections);
  }

  start(): readonly Promise<void>[] {
    return this.appended.map((appended, shard) => this.loop(shard, appended));
  }

  /** Reads how far all projections are; `by`: the shard whose loop asks. */
  load(by?: number): Promise<void> {
    return this.positions.load(by);
  }

  wake(shard?: number): void {
    if (shard === undefined) for (const each of this.appended) each.wake();
    else this.appended[shard]?.wake();
  }

  caughtUp(minPosition: MinPosition): boolean {
    return Object.entries(minPosition).every(([shard, position]) =>
      this.options.projections.every(
        (projection) => this.positions.reached(projection, Number(shard)) >= position,
      ),
    );
  }

  async waitFor(minPosition: MinPosition, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    const { moved, signal } = this;
    while (!this.caughtUp(minPosition)) {
      const ms = deadline - performance.now();
      if (ms <= 0 || signal.aborted) return false;
      await moved.wait(moved.count, { ms, signal });
    }
    return true;
  }

  position(shard: number): number {
    return Math.min(...this.positions.positions(shard));
  }

  async settled(shard: number, position: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const fork = this.forks.get(shard);
      if (fork) throw fork;
      signal?.throwIfAborted();
      const pending = this.options.projections.some(
        (projection) =>
          this.positions.reached(projection, shard) < position &&
          !this.still.get(shard)?.has(projection),
      );
      if (!pending) return;
      if (this.signal.aborted) throw new Error('the projector was stopped');
      await this.moved.wait(this.moved.count, { ms: LOOK_MS, signal: this.signal });
    }
  }

  private async loop(shard: number, appended: Wakeup): Promise<void> {
    const { signal } = this;
    const { pollMs = 200, onProgress } = this.options;
    let failures = 0;
    while (!signal.aborted) {
      const seen = appended.count;
      try {
        const advanced = await this.round(shard);
        if (failures > 0) onProgress?.({ kind: 'recovered', shard });
        failures = 0;
        if (advanced) continue;
        if (this.positions.mustReload(shard)) await this.load(shard);
        else await appended.wait(seen, { ms: pollMs, signal });
      } catch (error) {
        if (error instanceof LedgerForked && !(await this.wasPutBack(shard))) {
          const { position, message } = error;
          onProgress?.({ kind: 'forked', shard, position, error: message });
          this.forks.set(shard, error);
          this.moved.wake();
          return;
        }
        const text = error instanceof Error ? error.message : String(error);
        onProgress?.({ kind: 'failed', shard, error: text });
        failures += 1;
        await pause(backOff(failures), signal);
        // What was committed when the connection broke is not known here.
        await this.load(shard).catch(() => undefined);
        this.moved.wake();
      }
    }
  }

  /**
   * A fork is declared only when this is false: true when the views stand elsewhere than was known here, because a
   * fail-over lost their last commits as well as the ledger's. Also true when nobody can say: then the shard tries again.
   */
  private async wasPutBack(shard: number): Promise<boolean> {
    const known = this.positions.hashes(shard);
    try {
      await this.load(shard);
    } catch {
      return true;
    }
    return this.positions.hashes(shard) !== known;
  }

  private round(shard: number): Promise<boolean> {
    const { pool, reader, limit = 1_000, at } = this.options;
    const source = readingOnce(this.options.source ?? reader);
    return runRound({
      ...{ shard, positions: this.positions, signal: this.signal },
      work: { pool, source, reader, limit, ...(at && { at }) },
      note: (members, outcome) => this.noteOutcome(members, shard, outcome),
    });
  }

  private async noteOutcome(
    members: readonly LiveProjection[],
    shard: number,
    outcome: ChunkOutcome,
  ): Promise<boolean> {
    for (const member of members) await this.noteOne(member, shard, outcome);
    if (outcome.outcome === 'idle') return false;
    this.moved.wake();
    return outcome.outcome !== 'stopped';
  }

  private async noteOne(
    { generation }: LiveProjection,
    shard: number,
    outcome: ChunkOutcome,
  ): Promise<void> {
    const { onProgress } = this.options;
    const { projection } = generation;
    const { name } = projection;
    if (outcome.outcome !== 'stopped') this.still.get(shard)?.delete(projection);
    switch (outcome.outcome) {
      case 'advanced': {
        this.positions.advance(generation, outcome.checkpoint);
        const { position } = outcome.checkpoint;
        const { recordedAt } = outcome;
        onProgress?.({ kind: 'advanced', projection: name, shard, position, recordedAt });
        return;
      }
      case 'overtaken':
      case 'gone':
        return this.positions.reload(projection, shard);
      case 'stopped': {
        const { position, error } = outcome;
        const once = `${name} ${shard} ${position}`;
        if (!this.told.has(once))
          onProgress?.({ kind: 'stopped', projection: name, shard, position, error });
        this.told.add(once);
        this.still.set(shard, (this.still.get(shard) ?? new Set()).add(projection));
        return;
      }
      case 'idle':
        return;
    }
  }
}
