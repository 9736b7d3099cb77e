import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Group } from './admission.js';
import { Batch, OVERLOADED, keysOf } from './batch.js';
import type { Planned } from './batch.js';
import { copyRows } from './copy-rows.js';
import type { RecordedEntry } from './ledger.js';
import { planBatch } from './plan.js';
import type { KnownKey, Plan, PlannedHead } from './plan.js';
import type { Clock } from './recorded-at.js';
import { COPY_ROWS_MIN, ShardSession } from './shard-session.js';
import type { ShardSessionOptions, Written } from './shard-session.js';
import { ConnectionLost, NotReachable, sqlState } from './writer-connection.js';

/** What one batch did: for metrics. */
export interface BatchReport {
  readonly shard: number;
  readonly entries: readonly RecordedEntry[];
  /** From taking the batch to its COMMIT, in milliseconds. */
  readonly durationMs: number;
}

export interface ShardWriterOptions extends ShardSessionOptions {
  readonly clock: Clock;
  /** Submissions waiting at most; beyond it the answer is 'overloaded'. */
  readonly queueMax: number;
  /** Submissions in a batch at most, unless one atomic group is larger. */
  readonly batchMax: number;
  readonly onBatch: (report: BatchReport) => void;
}

/** After a repeat was seen, look before writing for this many batches: a repeated import repeats every key. */
const LOOK_FIRST_BATCHES = 8;
/** A batch that loses its connection this often is given up: perhaps it is what breaks the server. */
const LOSSES_MAX = 4;

/** From this many waiting submissions on, the next batch is planned ahead. Fewer wait, so that their batch grows. */
const AHEAD_MIN = COPY_ROWS_MIN;
/** A plan is stamped when it is made: one that waited longer than this, in milliseconds, is made again. */
const AHEAD_MS_MAX = 1_000;

const NOTHING_KNOWN: ReadonlyMap<string, KnownKey> = new Map();

/** The next batch while another is in flight, as it will be if that one commits. */
interface Ahead {
  readonly groups: readonly Group[];
  /** Null: there was no plan to stand on. */
  readonly planned: Planned | null;
}

/**
 * The one writer of a shard in this process. While a batch is in flight, submissions queue; when it returns they form
 * the next one. No timer. When many wait, the next batch is planned upon the one in flight, and sent after its COMMIT;
 * if anything else became of that one, the plan is thrown away and made anew. The head in memory is guarded by compare-and-set, so any number of processes may write:
 * whoever loses follows the winner and decides again.
 */
export class ShardWriter {
  private queue: Group[] = [];
  private queued = 0;
  private running: Promise<void> | null = null;
  private closed = false;
  private lookFirst = 0;
  /** Sent, not answered. */
  private inFlight: Plan | null = null;
  private ahead: Ahead | null = null;
  private planningAhead = false;
  private readonly session: ShardSession;

  constructor(private readonly options: ShardWriterOptions) {
    this.session = new ShardSession(options);
  }

  /** Submissions that wait for their batch. */
  get waiting(): number {
    return this.queued;
  }

  submit(group: Group): void {
    const { length } = group.submissions;
    const full = this.queued > 0 && this.queued + length > this.options.queueMax;
    if (this.closed || full) return group.answer(group.submissions.map(() => OVERLOADED));
    this.queue.push(group);
    this.queued += length;
    this.running ??= this.run();
    this.planAheadSoon();
  }

  /** Writes what was taken, takes nothing more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.session.end();
  }

  private async run(): Promise<void> {
    for (;;) {
      // A turn of the event loop before a batch is formed: the callers that were just answered come back and share it.
      if (this.ahead === null) await nextTurn();
      const { groups, planned } = this.ahead ?? { groups: this.take(), planned: null };
      this.ahead = null;
      if (groups.length === 0) break;
      await this.process(groups, planned);
      if (this.ahead === null) this.session.streams.trim();
    }
    this.running = null;
  }

  /** In a turn of its own: what is in flight is with the network by then, and whoever submits is not held up. */
  private planAheadSoon(): void {
    if (this.planningAhead || this.inFlight === null) return;
    if (this.ahead === null && this.queued < AHEAD_MIN) return;
    this.planningAhead = true;
    setImmediate(() => {
      this.planningAhead = false;
      this.planAhead();
    });
  }

  private planAhead(): void {
    const { inFlight, session } = this;
    if (inFlight === null || this.lookFirst > 0) return;
    if (this.ahead?.planned?.plan.head === inFlight.next) return;
    const groups = this.ahead?.groups ?? this.take();
    this.ahead = { groups, planned: null };
    if (!session.holds(groups)) return;
    try {
      const plan = this.plan(groups, inFlight.next, inFlight, NOTHING_KNOWN);
      const rows = plan.entries.length < COPY_ROWS_MIN ? null : copyRows(plan);
      this.ahead = { groups, planned: { plan, rows, madeAt: performance.now() } };
    } catch {
      // Planned again in its turn, where a fault reaches those who are to blame.
    }
  }

  private plan(
    groups: readonly Group[],
    head: PlannedHead,
    upon: Plan | null,
    known: ReadonlyMap<string, KnownKey>,
  ): Plan {
    const { ledgerId, deciders, clock } = this.options;
    const { streams } = this.session;
    return planBatch({ ledgerId, deciders, head, now: clock(), streams, upon, known, groups });
  }

  private take(): Group[] {
    let size = 0;
    let count = 0;
    while (count < this.queue.length) {
      size += this.queue[count]!.submissions.length;
      if (count > 0 && size > this.options.batchMax) break;
      count += 1;
    }
    const groups = this.queue.slice(0, count);
    this.queue = this.queue.slice(count);
    for (const group of groups) this.queued -= group.submissions.length;
    return groups;
  }

  /** Answers every group, whatever happens. A batch that fails is halved until what fails it stands alone. */
  private async process(groups: readonly Group[], planned: Planned | null): Promise<void> {
    try {
      await this.settle(groups, planned);
    } catch (fault) {
      this.session.forget();
      if (groups.length === 1 || isServerTrouble(fault)) {
        for (const group of groups) group.fail(fault);
        return;
      }
      const half = Math.ceil(groups.length / 2);
      await this.process(groups.slice(0, half), null);
      await this.process(groups.slice(half), null);
    }
  }

  /** Attempts until the batch is settled; between attempts, finds out what another writer or a lost COMMIT did. */
  private async settle(groups: readonly Group[], planned: Planned | null): Promise<void> {
    const batch = new Batch(groups, planned);
    const started = performance.now();
    for (;;) {
      try {
        if (batch.uncertain.length > 0) await this.findOut(batch);
        const plan = await this.attempt(batch);
        if (plan === null) continue;
        this.session.publish(plan);
        const entries = plan.entries.map(({ recorded }) => recorded);
        const durationMs = performance.now() - started;
        if (entries.length > 0)
          this.options.onBatch({ shard: this.options.shard, entries, durationMs });
        return batch.answer(plan);
      } catch (error) {
        if (error instanceof NotReachable) return batch.giveUp();
        if (error instanceof ConnectionLost) {
          batch.lost();
          this.session.forget();
          if (batch.losses > LOSSES_MAX) return batch.giveUp();
        } else if (isWorthRetrying(error)) this.session.forget();
        else throw error;
      }
    }
  }

  /** One attempt: the plan that now stands in the database, or null to try again from the present state. */
  private async attempt(batch: Batch): Promise<Plan | null> {
    const { session } = this;
    const { plan, rows } = this.plannedAhead(batch) ?? {
      plan: await this.planNow(batch),
      rows: null,
    };

    // A refusal is definite only when the identity was not recorded earlier and the state was the present one.
    const unsure = plan.unsure.filter((key) => !batch.looked.has(key));
    if (unsure.length > 0 && (await this.look(batch, unsure))) return null;
    if (plan.entries.length === 0) return plan;

    batch.inFlight = plan;
    const written = await this.write(plan, rows);
    batch.inFlight = null;
    switch (written) {
      case 'committed':
        return plan;
      case 'head-moved':
        if (!(await session.follow())) batch.stalled();
        batch.looked.clear();
        return null;
      case 'duplicate':
        this.lookFirst = LOOK_FIRST_BATCHES;
        await this.look(batch, keysOf(plan));
        return null;
    }
  }

  /** The plan made while the batch before was in flight, if that batch left the shard as the plan expects. */
  private plannedAhead(batch: Batch): Planned | null {
    const { planned } = batch;
    batch.planned = null;
    if (planned === null || this.lookFirst > 0 || planned.plan.head !== this.session.known)
      return null;
    return performance.now() - planned.madeAt > AHEAD_MS_MAX ? null : planned;
  }

  private async planNow(batch: Batch): Promise<Plan> {
    if (this.lookFirst > 0 && batch.looked.size === 0) {
      this.lookFirst -= 1;
      await this.look(batch, batch.firstKeys());
    }
    const head = await this.session.prepare(batch.groups);
    return this.plan(batch.groups, head, null, batch.known);
  }

  private async write(plan: Plan, rows: readonly Buffer[] | null): Promise<Written> {
    try {
      const written = this.session.write(plan, rows);
      this.inFlight = plan;
      this.planAheadSoon();
      return await written;
    } finally {
      this.inFlight = null;
    }
  }

  /** True when what was planned is out of date: something was found, or the head moved (then it is followed). */
  private async look(batch: Batch, keys: readonly string[]): Promise<boolean> {
    const { found, moved } = await this.session.look(keys);
    for (const key of keys) batch.looked.add(key);
    for (const [key, entry] of found) batch.known.set(key, entry);
    if (found.size > 0) this.lookFirst = LOOK_FIRST_BATCHES;
    if (moved) {
      await this.session.follow();
      batch.looked.clear();
    }
    return found.size > 0 || moved;
  }

  /** After a connection was lost in flight: first make sure that it cannot take effect any more, then look. */
  private async findOut(batch: Batch): Promise<void> {
    await this.session.fence();
    await this.look(batch, batch.uncertain);
    batch.uncertain = [];
  }
}

/** Serialisation failure, deadlock (two shards with the same two keys), lock time-out: others made progress. */
const isWorthRetrying = (error: unknown): boolean =>
  ['40001', '40P01', '55P03'].includes(sqlState(error) ?? '');

/** Disk full, out of memory, read-only standby, no permission: no submission is to blame, so splitting helps nobody. */
const isServerTrouble = (error: unknown): boolean =>
  /^(53|54001|58|25006|42501|XX)/.test(sqlState(error) ?? '');
