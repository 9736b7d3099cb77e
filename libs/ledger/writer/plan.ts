import type { Decision, DecisionContext } from '../../domain/decider.js';
import type { LedgerEvent } from '../../domain/events.js';
import type { Group } from './admission.js';
import { encodeBody, schemaVersionOf } from '../format/codec.js';
import { ENTRY_BYTES_MAX, entryBytes, eventId, keyOf, sealEntry } from '../format/entry.js';
import type { UnsealedEntry } from '../format/entry.js';
import { Identities } from './identities.js';
import type { KnownKey } from './identities.js';
import type { Deciders, Outcome, RecordedEntry, ShardHead, Submission } from '../ledger.js';
import { instantMicros, instantText } from '../format/recorded-at.js';
import { staleness } from './staleness.js';
import type { FoldedStream, StreamCache } from './stream-cache.js';

/** An event about to be written, with what its row needs besides the entry. */
export interface PlannedEntry {
  readonly recorded: RecordedEntry;
  readonly streamId: string;
  readonly key: string;
}

/** A stream as the batch leaves it. */
export interface TouchedStream {
  readonly stream: FoldedStream;
  state: unknown;
  version: number;
  lastPosition: number;
}

export interface Plan {
  readonly head: ShardHead;
  readonly next: ShardHead;
  readonly entries: readonly PlannedEntry[];
  readonly touched: readonly TouchedStream[];
  /** Per group, per submission. Valid once the entries are committed. */
  readonly outcomes: readonly (readonly Outcome[])[];
  /** Faults of deciders, per group: nothing of the group is in the plan. */
  readonly faults: ReadonlyMap<number, unknown>;
  /** Dedupe keys of answers that append nothing: before answering, look whether they were recorded earlier. */
  readonly unsure: readonly string[];
}

/** Everything a plan depends on: planning has no effect, so it can be done again at any time. */
export interface PlanInput {
  readonly ledgerId: string;
  readonly deciders: Deciders;
  readonly head: ShardHead;
  /** Must hold every stream of the groups. */
  readonly streams: StreamCache;
  readonly known: ReadonlyMap<string, KnownKey>;
  /** The clock, in microseconds since 1970. */
  readonly now: number;
}

const ABANDONED: Outcome = { outcome: 'abandoned' };

/**
 * Decides groups in order, each on the state that the ones before it leave, and forms the entries: slice by slice, or
 * all at once. Entries that are there stay as they are.
 */
export class PlanInProgress {
  private decided = 0;
  private readonly outcomes: (readonly Outcome[])[] = [];
  private readonly faults = new Map<number, unknown>();
  private readonly entries: PlannedEntry[] = [];
  private readonly touched = new Map<FoldedStream, TouchedStream>();
  private readonly identities: Identities;
  private readonly unsure: string[] = [];
  private position: number;
  private prev: string;
  private micros: number;
  /** The plan as the group that is being decided found it. */
  private before: { entries: number; position: number; prev: string; micros: number };
  /** Each stream as it was before each append of the group. */
  private readonly journal: { stream: FoldedStream; before: TouchedStream | undefined }[] = [];

  constructor(
    private readonly input: PlanInput,
    private readonly groups: readonly Pick<Group, 'submissions'>[],
  ) {
    const { position, hash, recordedAt } = input.head;
    this.position = position;
    this.prev = hash;
    this.micros = recordedAt === null ? 0 : instantMicros(recordedAt);
    this.before = { entries: 0, position, prev: hash, micros: this.micros };
    this.identities = new Identities(input.known);
  }

  get head(): ShardHead {
    return this.input.head;
  }

  get isDecided(): boolean {
    return this.decided === this.groups.length;
  }

  /** Decides about so many submissions, or a few more where a group goes on. Returns the entries of the slice. */
  decideSlice(size: number): readonly PlannedEntry[] {
    const from = this.entries.length;
    for (let count = 0; count < size && !this.isDecided; this.decided += 1) {
      const submissions = this.groups[this.decided]?.submissions ?? [];
      count += submissions.length;
      try {
        this.outcomes.push(this.decideGroup(submissions));
      } catch (fault) {
        this.takeBackGroup();
        this.faults.set(this.decided, fault);
        this.outcomes.push([]);
      }
    }
    return this.entries.slice(from);
  }

  /** Decides what is left. */
  finish(): Plan {
    this.decideSlice(Infinity);
    const { head } = this.input;
    const { entries, outcomes, faults, unsure, position, prev: hash } = this;
    const recordedAt = entries.at(-1)?.recorded.recordedAt ?? head.recordedAt;
    const next = { ...head, position, hash, recordedAt };
    return { head, next, entries, touched: [...this.touched.values()], outcomes, faults, unsure };
  }

  /** All or none: the first refusal takes back what the group did before it. */
  private decideGroup(submissions: readonly Submission[]): readonly Outcome[] {
    const { position, prev, micros } = this;
    this.before = { entries: this.entries.length, position, prev, micros };
    this.journal.length = 0;
    const outcomes: Outcome[] = [];
    for (const submission of submissions) {
      const key = keyOf(submission);
      const outcome = this.decide(submission, key);
      outcomes.push(outcome);
      if (isRefusal(outcome)) return this.refuseGroup(submissions, outcomes);
      if (outcome.outcome === 'unchanged') this.unsure.push(key);
    }
    return outcomes;
  }

  /**
   * The last of `outcomes` is the refusal. Repeats of what was recorded before are answered as such, even in a group
   * that is refused now; repeats within the group repeat what is taken back here.
   */
  private refuseGroup(
    submissions: readonly Submission[],
    outcomes: readonly Outcome[],
  ): readonly Outcome[] {
    const takenBack = new Set(this.takeBackGroup());
    return submissions.map((each, at) => {
      const key = keyOf(each);
      this.unsure.push(key);
      const own = outcomes[at];
      if (own === undefined) return ABANDONED;
      if (at === outcomes.length - 1) return own;
      return own.outcome === 'already-appended' && !takenBack.has(key) ? own : ABANDONED;
    });
  }

  /** Undoes what the group has done so far. Returns the dedupe keys of the entries that are gone. */
  private takeBackGroup(): string[] {
    const keys = this.entries.splice(this.before.entries).map(({ key }) => key);
    for (const key of keys) this.identities.giveBack(key);
    for (const { stream, before } of this.journal.splice(0).reverse())
      if (before === undefined) this.touched.delete(stream);
      else this.touched.set(stream, before);
    this.position = this.before.position;
    this.prev = this.before.prev;
    this.micros = this.before.micros;
    return keys;
  }

  private decide(submission: Submission, key: string): Outcome {
    const answered = this.identities.answer(key, submission.digest);
    if (answered !== null) return answered;

    const stream = this.folded(submission.stream);
    const { state, version } = this.present(stream);
    const beside =
      submission.alongside === null
        ? undefined
        : this.present(this.folded(submission.alongside)).state;
    const decider = this.input.deciders[submission.stream.kind];
    const stale = staleness(decider, submission, state, beside);
    // What is not there (version 0) has no terms to be stale against: that it is unknown is for the decision to say.
    if (stale !== null && stale.version > 0) return stale;
    const decision = this.decision(submission, state, beside);
    if (decision.outcome === 'rejected')
      return { outcome: 'rejected', rejection: decision.rejection };
    if (stale !== null) return stale;
    if (decision.events.length === 0) return { outcome: 'unchanged', version };
    if (submission.missing !== undefined)
      return { outcome: 'rejected', rejection: submission.missing };
    return this.append(submission, key, stream, decision.events);
  }

  private decision(submission: Submission, state: unknown, beside: unknown): Decision<LedgerEvent> {
    const context: DecisionContext = {
      now: instantText(this.nextMicros()),
      effectiveAt: submission.effectiveAt,
      actor: submission.person ?? submission.actor,
    };
    const decider = this.input.deciders[submission.stream.kind];
    return decider.decide(submission.command, state, context, beside) as Decision<LedgerEvent>;
  }

  private append(
    submission: Submission,
    key: string,
    stream: FoldedStream,
    events: readonly LedgerEvent[],
  ): Outcome {
    const { evolve } = this.input.deciders[submission.stream.kind];
    const touched = this.touch(stream);
    const written: RecordedEntry[] = [];
    for (const [index, event] of events.entries()) {
      const eventKey = index === 0 ? key : `${key}#${index + 1}`;
      const taken = index === 0 ? undefined : this.identities.takenAt(eventKey);
      if (taken !== undefined)
        return { outcome: 'conflict', shard: taken.shard, position: taken.position };
      const recorded = this.record(submission, event, index, touched.version + 1);
      const bytes = entryBytes(recorded.entry);
      if (bytes > ENTRY_BYTES_MAX) {
        const facts = { bytes, bytesMax: ENTRY_BYTES_MAX };
        return { outcome: 'rejected', rejection: { name: 'EntryTooLarge', facts } };
      }
      this.entries.push({ recorded, streamId: stream.streamId, key: eventKey });
      written.push(recorded);
      this.position = recorded.position;
      this.prev = recorded.hash;
      touched.state = evolve(touched.state, event);
      touched.version += 1;
      touched.lastPosition = recorded.position;
      this.identities.take(eventKey, written);
    }
    return { outcome: 'appended', entries: written };
  }

  /** A copy, not a change: the journal keeps the stream as it was. */
  private touch(stream: FoldedStream): TouchedStream {
    const { state, version } = this.present(stream);
    const touched = { stream, state, version, lastPosition: this.position };
    this.journal.push({ stream, before: this.touched.get(stream) });
    this.touched.set(stream, touched);
    return touched;
  }

  private record(
    submission: Submission,
    event: LedgerEvent,
    index: number,
    version: number,
  ): RecordedEntry {
    const { head, ledgerId } = this.input;
    this.micros = this.nextMicros();
    const { stream, source, digest, effectiveAt, actor } = submission;
    const entry: UnsealedEntry = {
      tenant: stream.tenant,
      shard: head.shard,
      epoch: head.epoch,
      position: this.position + 1,
      prev: this.prev,
      hash: '',
      stream,
      version,
      source,
      id: eventId(submission.id, index),
      digest,
      schema: schemaVersionOf(event.type),
      recordedAt: instantText(this.micros),
      effectiveAt,
      actor,
      event,
      entry: '',
    };
    const body = encodeBody(event, { key: stream.key, source, id: entry.id, effectiveAt });
    sealEntry(entry, ledgerId, body);
    return entry;
  }

  /** `recordedAt` of the next entry: later than the one before, even where the clock stands still or goes back. */
  private nextMicros(): number {
    return Math.max(this.micros + 1, this.input.now);
  }

  private present(stream: FoldedStream): { readonly state: unknown; readonly version: number } {
    return this.touched.get(stream) ?? stream;
  }

  private folded(name: Submission['stream']): FoldedStream {
    const stream = this.input.streams.get(name);
    if (stream === undefined) throw new Error(`stream ${name.kind}:${name.key} was not loaded`);
    return stream;
  }
}

const isRefusal = ({ outcome }: Outcome): boolean =>
  outcome !== 'appended' && outcome !== 'already-appended' && outcome !== 'unchanged';
