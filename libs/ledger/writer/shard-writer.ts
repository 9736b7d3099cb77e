import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Group } from './admission.js';
import { Batch, OVERLOADED, keysOf } from './batch.js';
import { Draft } from './draft.js';
import { keyOf } from '../format/entry.js';
import type { RecordedEntry } from '../ledger.js';
import { Planner } from './plan.js';
import type { KnownKey, Plan, PlannedHead } from './plan.js';
import { Queue } from './queue.js';
import type { Clock } from '../format/recorded-at.js';
import { COPY_MIN, ShardSession } from '../postgres/shard-session.js';
import type { ShardSessionOptions, Written } from '../postgres/shard-session.js';
import {
  ConnectionLost,
  NotReachable,
  isLockTimeout,
  isServerTrouble,
  isWorthRetrying,
} from '../postgres/writer-connection.js';
import type { Copying } from '../postgres/writer-connection.js';

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
  /** The server will not take writes at all (disk full, read-only, no memory): no submission is to blame. */
  readonly onServerTrouble?: (fault: unknown) => void;
}

/** After a repeat was seen, look before writing for this many batches: a repeated import repeats every key. */
const LOOK_FIRST_BATCHES = 8;
/** A batch that loses its connection this often is given up: perhaps it is what breaks the server. */
const LOSSES_MAX = 4;
/** So many lock time-outs and no batch between them: whoever holds the lock is nobody that we may end. */
const LOCK_TIMEOUTS_MAX = 3;

/** From this many waiting submissions on, the next batch is planned ahead. Fewer wait, so that their batch grows. */
const AHEAD_MIN = COPY_MIN;
/** A plan is stamped when it is made: one that waited longer than this, in milliseconds, is made again. */
const AHEAD_MS_MAX = 1_000;

const NOTHING_KNOWN: ReadonlyMap<string, KnownKey> = new Map();

/** The next batch while another is in flight, as it will be if that one commits. */
interface Ahead {
  readonly groups: readonly Group[];
  /** Null: there was no plan to stand on. */
  readonly draft: Draft | null;
}

/**
 * The one writer of a shard in this process. While a batch is in flight, submissions queue; when it returns they form
 * the next one. No timer. The rows of a large batch are sent while the rest of it is decided, and when many wait, the
 * next batch is planned upon the one in flight, and sent after its COMMIT; if anything else became of that one, the plan
 * is thrown away and made anew. The head in memory is guarded by compare-and-set, so any number of processes may write:
 * whoever loses follows the winner and decides again.
 */
export class ShardWriter {
  private readonly queue: Queue;
  private running: Promise<void> | null = null;
  private closed = false;
  private lookFirst = 0;
  /** Since a batch last appended. While somebody holds on, each batch after the first waits once and no more. */
  private lockTimeouts = 0;
  /** The last attempt of all ended with one. */
  private timedOut = false;
  /** Sent, not answered. */
  private inFlight: Plan | null = null;
  private ahead: Ahead | null = null;
  private planningAhead = false;
  private readonly session: ShardSession;

  constructor(private readonly options: ShardWriterOptions) {
    this.session = new ShardSession(options);
    this.queue = new Queue(options.queueMax);
  }

  /** Submissions that wait for their batch. */
  get waiting(): number {
    return this.queue.size;
  }

  submit(group: Group): void {
    if (this.closed || !this.queue.add(group))
      return group.answer(group.submissions.map(() => OVERLOADED));
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
      const { groups, draft } = this.ahead ?? {
        groups: this.queue.take(this.options.batchMax),
        draft: null,
      };
      this.ahead = null;
      if (groups.length === 0) break;
      await this.process(groups, draft);
      if (this.ahead === null) this.session.streams.trim();
    }
    this.running = null;
  }

  private get mayPlanAhead(): boolean {
    if (this.inFlight === null || this.lookFirst > 0) return false;
    return this.ahead !== null || this.queue.size >= AHEAD_MIN;
  }

  /** In a turn of its own: what is in flight is with the network by then, and whoever submits is not held up. */
  private planAheadSoon(): void {
    if (this.planningAhead || !this.mayPlanAhead) return;
    this.planningAhead = true;
    setImmediate(() => {
      this.planningAhead = false;
      this.planAhead();
    });
  }

  private planAhead(): void {
    const { inFlight, session } = this;
    // Asked again: by now another batch may be in flight, and the queue empty.
    if (inFlight === null || !this.mayPlanAhead) return;
    if (this.ahead?.draft?.head !== inFlight.next) {
      const groups = this.ahead?.groups ?? this.queue.take(this.options.batchMax);
      const draft = session.holds(groups)
        ? this.draft(groups, inFlight.next, inFlight, NOTHING_KNOWN)
        : null;
      this.ahead = { groups, draft };
    }
    const { groups, draft } = this.ahead;
    if (draft === null || draft.isDecided) return;
    try {
      draft.decideSlice();
      draft.encode();
      this.planAheadSoon();
    } catch {
      // Planned again in its turn, where a fault reaches those who are to blame.
      this.ahead = { groups, draft: null };
    }
  }

  private draft(
    groups: readonly Group[],
    head: PlannedHead,
    upon: Plan | null,
    known: ReadonlyMap<string, KnownKey>,
  ): Draft {
    const { ledgerId, deciders, clock } = this.options;
    const { streams } = this.session;
    const planner = new Planner({ ledgerId, deciders, head, streams, upon, known });
    return new Draft(planner, groups, clock);
  }

  /** Answers every group, whatever happens. A batch that fails is halved until what fails it stands alone. */
  private async process(groups: readonly Group[], draft: Draft | null): Promise<void> {
    try {
      await this.settle(groups, draft);
    } catch (fault) {
      this.session.forget();
      if (isServerTrouble(fault)) this.options.onServerTrouble?.(fault);
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
  private async settle(groups: readonly Group[], draft: Draft | null): Promise<void> {
    const batch = new Batch(groups, draft);
    const started = performance.now();
    for (;;) {
      try {
        const { timedOut } = this;
        this.timedOut = false;
        if (timedOut) await this.session.endFrozen();
        if (batch.uncertain.length > 0) await this.findOut(batch);
        const plan = await this.attempt(batch);
        if (plan === null) continue;
        const entries = plan.entries.map(({ recorded }) => recorded);
        const durationMs = performance.now() - started;
        if (entries.length > 0) {
          this.options.onBatch({ shard: this.options.shard, entries, durationMs });
          this.lockTimeouts = 0; // what appends nothing waits for no lock
        }
        batch.answer(plan);
        break;
      } catch (error) {
        if (error instanceof NotReachable) return batch.giveUp();
        if (error instanceof ConnectionLost) {
          batch.lost();
          this.session.forget();
          if (batch.losses > LOSSES_MAX) return batch.giveUp();
        } else if (isWorthRetrying(error)) {
          this.session.forget();
          batch.inFlight = null; // the server has taken it back
          this.timedOut = isLockTimeout(error);
          if (this.timedOut) this.lockTimeouts += 1;
          if (this.lockTimeouts >= LOCK_TIMEOUTS_MAX) return batch.giveUp();
        } else throw error;
      }
    }
    if (batch.again.length > 0) await this.process(batch.again, null);
  }

  /** One attempt: the plan that now stands in the database, or null to try again from the present state. */
  private async attempt(batch: Batch): Promise<Plan | null> {
    const { session } = this;
    const draft = this.draftAhead(batch) ?? (await this.draftNow(batch));
    const flows = batch.mayFlow && this.lookFirst === 0;
    batch.mayFlow = false;
    const copying = flows ? await session.flow(draft) : null;
    if (copying !== null && draft.mustLookFirst) {
      await session.abandon(copying);
      return null;
    }
    draft.decideAll();
    const plan = draft.plan();

    // A refusal is definite only when the identity was not recorded earlier and the state was the present one.
    const unsure = plan.unsure.filter((key) => !batch.looked.has(key));
    if (copying === null) {
      if (unsure.length > 0 && (await this.look(batch, unsure))) return null;
      if (plan.entries.length === 0) return plan;
    }

    batch.inFlight = plan;
    const written = await this.write(draft, plan, copying);
    switch (written) {
      case 'committed':
        session.publish(plan);
        // The state was the present one, or the head would have moved.
        if (copying !== null && unsure.length > 0) await this.lookAfter(batch, plan, unsure);
        batch.inFlight = null;
        return plan;
      case 'head-moved':
        batch.inFlight = null;
        if (!(await session.follow())) batch.stalled();
        batch.looked.clear();
        return null;
      case 'duplicate':
        batch.inFlight = null;
        this.lookFirst = LOOK_FIRST_BATCHES;
        await this.look(batch, keysOf(plan));
        return null;
    }
  }

  /** The draft made while the batch before was in flight, if that batch left the shard as the draft expects. */
  private draftAhead(batch: Batch): Draft | null {
    const { draft } = batch;
    batch.draft = null;
    if (draft === null || this.lookFirst > 0 || draft.head !== this.session.known) return null;
    return performance.now() - draft.madeAt > AHEAD_MS_MAX ? null : draft;
  }

  private async draftNow(batch: Batch): Promise<Draft> {
    if (this.lookFirst > 0 && batch.looked.size === 0) {
      this.lookFirst -= 1;
      await this.look(batch, batch.firstKeys());
    }
    const head = await this.session.prepare(batch.groups);
    return this.draft(batch.groups, head, null, batch.known);
  }

  private async write(draft: Draft, plan: Plan, copying: Copying | null): Promise<Written> {
    try {
      const written = this.session.write(draft, plan, copying);
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

  /**
   * What was refused and is found to be recorded earlier has another answer: it is decided again. What this plan has
   * appended itself is no earlier record. A look that fails takes nothing from what is committed.
   */
  private async lookAfter(batch: Batch, plan: Plan, unsure: readonly string[]): Promise<void> {
    let earlier = new Set(unsure);
    try {
      const { found } = await this.session.look(unsure);
      earlier = new Set([...found].flatMap(([key, at]) => (isOf(plan, at) ? [] : [key])));
      if (earlier.size > 0) this.lookFirst = LOOK_FIRST_BATCHES;
    } catch {
      // They are looked up in their next batch, which meets the same trouble, or none.
    }
    batch.again = batch.groups.filter(
      ({ submissions }, index) =>
        !plan.outcomes[index]!.some(({ outcome }) => outcome === 'appended') &&
        submissions.some((each) => earlier.has(keyOf(each))),
    );
  }

  /** After a connection was lost in flight: first make sure that it cannot take effect any more, then look. */
  private async findOut(batch: Batch): Promise<void> {
    await this.session.fence();
    await this.look(batch, batch.uncertain);
    batch.uncertain = [];
  }
}

const isOf = ({ head, next }: Plan, { shard, position }: KnownKey): boolean =>
  shard === head.shard && position > head.position && position <= next.position;
