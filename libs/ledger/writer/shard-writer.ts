import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Group } from './admission.js';
import { Batch, OVERLOADED } from './batch.js';
import type { RecordedEntry } from '../ledger.js';
import { PlanInProgress } from './plan.js';
import type { Plan, PlannedEntry } from './plan.js';
import { Queue } from './queue.js';
import type { Clock } from '../format/recorded-at.js';
import { copyRows } from '../postgres/copy-rows.js';
import type { StatementClient } from '../postgres/sql-client.js';
import { ShardSession } from '../postgres/shard-session.js';
import type { ShardSessionOptions, Written } from '../postgres/shard-session.js';
import {
  ConnectionLost,
  NotReachable,
  isLockTimeout,
  isServerTrouble,
  isWorthRetrying,
} from '../postgres/writer-connection.js';

/** What one batch did: for metrics. */
export interface BatchReport {
  readonly shard: number;
  readonly entries: readonly RecordedEntry[];
  /** Milliseconds from taking the batch to its COMMIT. */
  readonly durationMs: number;
}

export interface ShardWriterOptions extends ShardSessionOptions {
  readonly clock: Clock;
  /** Submissions waiting at most; beyond it the answer is 'overloaded'. */
  readonly queueMax: number;
  /** Submissions in a batch at most, unless one atomic group is larger. */
  readonly batchMax: number;
  readonly onBatch: (report: BatchReport) => void;
  /** The server will not take writes at all (disk full, read-only, no memory): no submission is to blame. */
  readonly onServerTrouble?: (fault: unknown) => void;
}

/** Submissions from which on COPY costs less than one statement with arrays. */
export const COPY_MIN = 200;
/** Submissions decided in one turn of the event loop, and sent together. */
const SLICE = 128;
/** The server has nothing to do before it has the first ones. */
const FIRST_SLICE = 32;
/** Batches that are looked up before they are written, after a repeat was seen: a repeated import repeats every key. */
const LOOK_FIRST_BATCHES = 8;
/** A batch that loses its connection this often is given up: perhaps it is what breaks the server. */
const LOSSES_MAX = 4;
/** Lock time-outs without a batch between them, after which the lock is held by somebody that we may not end. */
const LOCK_TIMEOUTS_MAX = 3;

/** What became of an attempt; `taken-back`: it stood on something that is not so. */
type Attempt = Written | 'nothing-to-write' | 'taken-back';

type WriterState =
  | { readonly name: 'idle' }
  /** Batch after batch, until nothing waits. */
  | { readonly name: 'writing'; readonly done: Promise<void> }
  | { readonly name: 'closed' };

/**
 * The one writer of a shard in this process. While a batch is in flight, submissions queue; when it returns they form
 * the next one. No timer. The head in memory is guarded by compare-and-set, so any number of processes may write:
 * whoever loses follows the winner and decides again.
 */
export class ShardWriter {
  private state: WriterState = { name: 'idle' };
  private readonly queue: Queue;
  private readonly session: ShardSession;
  /** Batches that look for their identities before they write. */
  private lookFirst = 0;
  /** Since a batch last appended. While somebody holds on, each batch after the first waits once and no more. */
  private lockTimeouts = 0;

  constructor(private readonly options: ShardWriterOptions) {
    this.session = new ShardSession(options);
    this.queue = new Queue(options.queueMax);
  }

  /** Submissions that wait for their batch. */
  get waiting(): number {
    return this.queue.size;
  }

  submit(group: Group): void {
    if (this.state.name === 'closed' || !this.queue.add(group))
      return group.answer(group.submissions.map(() => OVERLOADED));
    if (this.state.name === 'idle') this.state = { name: 'writing', done: this.writeAll() };
  }

  /** Writes what was taken, takes nothing more. */
  async close(): Promise<void> {
    const { state } = this;
    this.state = { name: 'closed' };
    if (state.name === 'writing') await state.done;
    await this.session.end();
  }

  private async writeAll(): Promise<void> {
    for (;;) {
      // A turn of the event loop before a batch is formed: the callers that were just answered come back and share it.
      await nextTurn();
      const groups = this.queue.take(this.options.batchMax);
      if (groups.length === 0) break;
      await this.write(groups);
      this.session.streams.trim();
    }
    if (this.state.name === 'writing') this.state = { name: 'idle' };
  }

  /** Answers every group, whatever happens. A batch that fails is halved until what fails it stands alone. */
  private async write(groups: readonly Group[]): Promise<void> {
    try {
      await this.settle(new Batch(groups));
    } catch (fault) {
      this.session.forget();
      if (isServerTrouble(fault)) this.options.onServerTrouble?.(fault);
      if (groups.length === 1 || isServerTrouble(fault)) {
        for (const group of groups) group.fail(fault);
        return;
      }
      const half = Math.ceil(groups.length / 2);
      await this.write(groups.slice(0, half));
      await this.write(groups.slice(half));
    }
  }

  /** Attempts until every group has its answer. */
  private async settle(batch: Batch): Promise<void> {
    const started = performance.now();
    for (;;) {
      try {
        if (this.lockTimeouts > 0) await this.session.endFrozen();
        if (batch.state.name === 'in-doubt') await this.findOut(batch, batch.state.keys);
        const plan = await this.attempt(batch);
        if (plan === null) continue;
        this.report(plan, performance.now() - started);
        return batch.answer(plan);
      } catch (error) {
        if (!this.mayTryAgain(batch, error)) return batch.giveUp();
      }
    }
  }

  private report({ entries }: Plan, durationMs: number): void {
    if (entries.length === 0) return; // no lock was waited for either
    const { shard, onBatch } = this.options;
    onBatch({ shard, entries: entries.map(({ recorded }) => recorded), durationMs });
    this.lockTimeouts = 0;
  }

  /** What a failed attempt left behind. @throws a fault that another attempt would meet again. */
  private mayTryAgain(batch: Batch, error: unknown): boolean {
    if (error instanceof NotReachable) return false;
    if (error instanceof ConnectionLost) {
      this.session.forget();
      batch.connectionLost();
      return batch.losses <= LOSSES_MAX;
    }
    if (!isWorthRetrying(error)) throw error;
    this.session.forget();
    if (batch.state.name === 'in-flight') batch.decideAgain(); // the server has taken it back
    if (isLockTimeout(error)) this.lockTimeouts += 1;
    return this.lockTimeouts < LOCK_TIMEOUTS_MAX;
  }

  /** One attempt: the plan that now stands in the database, or null to try again from the present state. */
  private async attempt(batch: Batch): Promise<Plan | null> {
    const { session } = this;
    const planning = await this.plan(batch);
    const written =
      batch.size < COPY_MIN ? await this.append(batch, planning) : await this.copy(batch, planning);
    batch.decideAgain();
    switch (written) {
      case 'nothing-to-write':
        return planning.finish();
      case 'committed': {
        const plan = planning.finish();
        session.adopt(plan);
        return plan;
      }
      case 'taken-back':
        return null;
      case 'head-moved':
        if (!(await session.follow())) batch.stalled();
        batch.looked.clear();
        return null;
      case 'duplicate': {
        this.lookFirst = LOOK_FIRST_BATCHES;
        const keys = planning.finish().entries.map(({ key }) => key);
        await this.look(batch, keys);
        return null;
      }
    }
  }

  private async append(batch: Batch, planning: PlanInProgress): Promise<Attempt> {
    const plan = await this.sure(batch, planning);
    if (plan === null) return 'taken-back';
    if (plan.entries.length === 0) return 'nothing-to-write';
    batch.sent(plan);
    return this.session.write(plan);
  }

  /** The rows of a large batch are on their way while the rest of it is decided. */
  private async copy(batch: Batch, planning: PlanInProgress): Promise<Attempt> {
    let first = planning.decideSlice(FIRST_SLICE);
    while (first.length === 0 && !planning.isDecided) first = planning.decideSlice(SLICE);
    if (planning.isDecided) return this.append(batch, planning); // few entries, or none
    return this.session.copy(planning.head, rowsOf(first, planning), async (transaction) => {
      const plan = await this.sure(batch, planning, transaction);
      if (plan !== null) batch.sent(plan);
      return plan;
    });
  }

  /**
   * The plan, or null when it is out of date. A refusal is definite only when the identity was not recorded earlier and
   * the state was the present one.
   */
  private async sure(
    batch: Batch,
    planning: PlanInProgress,
    db?: StatementClient,
  ): Promise<Plan | null> {
    const plan = planning.finish();
    const unsure = plan.unsure.filter((key) => !batch.looked.has(key));
    return unsure.length > 0 && (await this.look(batch, unsure, db)) ? null : plan;
  }

  private async plan(batch: Batch): Promise<PlanInProgress> {
    if (this.lookFirst > 0 && batch.looked.size === 0) {
      this.lookFirst -= 1;
      await this.look(batch, batch.firstKeys());
    }
    const head = await this.session.prepare(batch.groups);
    const { ledgerId, deciders, clock } = this.options;
    const { streams } = this.session;
    const input = { ledgerId, deciders, head, streams, known: batch.known, now: clock() };
    return new PlanInProgress(input, batch.groups);
  }

  /** True when what was planned is out of date: something was found, or the head moved (then it is followed). */
  private async look(
    batch: Batch,
    keys: readonly string[],
    db?: StatementClient,
  ): Promise<boolean> {
    const { found, moved } = await this.session.look(keys, db);
    for (const key of keys) batch.looked.add(key);
    for (const [key, entry] of found) batch.known.set(key, entry);
    if (found.size > 0) this.lookFirst = LOOK_FIRST_BATCHES;
    if (moved) {
      await this.session.follow();
      batch.looked.clear();
    }
    return found.size > 0 || moved;
  }

  /** After a connection was lost in flight: first make sure that the plan cannot take effect any more, then look. */
  private async findOut(batch: Batch, keys: readonly string[]): Promise<void> {
    await this.session.fence();
    await this.look(batch, keys);
    batch.decideAgain();
  }
}

async function* rowsOf(
  first: readonly PlannedEntry[],
  planning: PlanInProgress,
): AsyncGenerator<Buffer> {
  yield copyRows(first);
  while (!planning.isDecided) {
    await nextTurn();
    yield copyRows(planning.decideSlice(SLICE));
  }
}
