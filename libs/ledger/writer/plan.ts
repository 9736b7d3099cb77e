import type { Decision, DecisionContext } from '../../domain/decider.js';
import type { LedgerEvent } from '../../domain/events.js';
import type { Group } from './admission.js';
import { encodeBody, schemaOf } from '../format/codec.js';
import {
  ENTRY_BYTES_MAX,
  dedupeKey,
  entryBytes,
  eventId,
  keyOf,
  sealEntry,
} from '../format/entry.js';
import type { UnsealedEntry } from '../format/entry.js';
import type { Deciders, ExpectedVersion, Outcome, RecordedEntry, Submission } from '../ledger.js';
import { instantText } from '../format/recorded-at.js';
import type { FoldedStream, StreamCache } from './stream-cache.js';

/** Where a shard stands, as the writer believes. `micros`: recorded_at of the last entry. */
export interface PlannedHead {
  readonly shard: number;
  readonly epoch: number;
  readonly position: number;
  readonly hash: string;
  readonly micros: number;
}

/** What the ledger already holds under a dedupe key: the first event of a command, and the others. */
export interface KnownKey {
  readonly digest: string;
  readonly shard: number;
  readonly position: number;
  readonly entries: readonly RecordedEntry[];
}

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
  readonly head: PlannedHead;
  readonly next: PlannedHead;
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
  readonly head: PlannedHead;
  /** Must hold every stream of the groups. */
  readonly streams: StreamCache;
  /** A plan that is on its way and leaves the shard at `head`: streams are as it leaves them. */
  readonly upon: Plan | null;
  readonly known: ReadonlyMap<string, KnownKey>;
}

const ABANDONED: Outcome = { outcome: 'abandoned' };

/**
 * Decides groups in order, each on the state that the ones before it leave, and forms the entries. All at once or some
 * at a time: entries that are there stay as they are.
 */
export class Planner {
  readonly entries: PlannedEntry[] = [];
  private readonly outcomes: (readonly Outcome[])[] = [];
  private readonly faults = new Map<number, unknown>();
  private readonly touched = new Map<FoldedStream, TouchedStream>();
  /** Streams that the plan below this one moves on. */
  private readonly below: ReadonlyMap<FoldedStream, TouchedStream>;
  /** Identities of this batch, so that the second of two equal submissions is answered by the first. */
  private readonly mine = new Map<string, readonly RecordedEntry[]>();
  private readonly unsure: string[] = [];
  /** What each stream was before each append, so that a refusal can take appends back. */
  private readonly journal: { stream: FoldedStream; before: TouchedStream | undefined }[] = [];
  private position: number;
  private prev: string;
  private micros: number;
  private now = 0;
  /** Part of an atomic group appends, and part says that nothing changed: only who looked before can say that. */
  mustLookFirst = false;

  constructor(private readonly input: PlanInput) {
    this.position = input.head.position;
    this.prev = input.head.hash;
    this.micros = input.head.micros;
    this.below = new Map(input.upon?.touched.map((touched) => [touched.stream, touched]));
  }

  get head(): PlannedHead {
    return this.input.head;
  }

  /** `now`: of the clock, in microseconds. */
  decide(groups: readonly Group[], now: number): void {
    this.now = now;
    for (const { submissions } of groups) {
      const { position, prev, micros } = this;
      const entries = this.entries.length;
      // Nothing before a group is ever taken back, and the journal would keep every state in between.
      this.journal.length = 0;
      try {
        this.outcomes.push(
          submissions.length === 1
            ? [this.decideOne(submissions[0]!)]
            : this.decideTogether(submissions),
        );
      } catch (fault) {
        this.undo({ position, prev, micros, entries, journal: 0 });
        this.faults.set(this.outcomes.length, fault);
        this.outcomes.push([]);
      }
    }
  }

  plan(): Plan {
    const { outcomes, faults, entries, unsure } = this;
    const { shard, epoch } = this.input.head;
    return {
      head: this.input.head,
      next: { shard, epoch, position: this.position, hash: this.prev, micros: this.micros },
      entries,
      touched: [...this.touched.values()],
      outcomes,
      faults,
      unsure,
    };
  }

  /** All or none: the first refusal takes back what the group did before it. */
  private decideTogether(submissions: readonly Submission[]): readonly Outcome[] {
    const before = this.mark();
    const outcomes: Outcome[] = [];
    for (const submission of submissions) {
      const outcome = this.decideOne(submission);
      outcomes.push(outcome);
      if (isRefusal(outcome)) {
        // Repeats of what was recorded before are answered as such, even in a group that is refused now; repeats
        // within the group repeat what is taken back here.
        const takenBack = new Set(this.entries.slice(before.entries).map(({ key }) => key));
        this.undo(before);
        for (const each of submissions) this.unsure.push(keyOf(each));
        return submissions.map((each, at) => {
          const own = outcomes[at];
          if (at === outcomes.length - 1) return outcome;
          return own?.outcome === 'already-appended' && !takenBack.has(keyOf(each))
            ? own
            : ABANDONED;
        });
      }
    }
    const names = new Set(outcomes.map(({ outcome }) => outcome));
    this.mustLookFirst ||= names.has('appended') && names.has('unchanged');
    return outcomes;
  }

  private decideOne(submission: Submission): Outcome {
    const key = keyOf(submission);
    const answered = this.answeredBefore(key, submission.digest);
    if (answered !== null) return answered;

    const stream = this.folded(submission.stream);
    const { state, version } = this.present(stream);
    const beside = this.beside(submission);
    const stale = this.staleness(submission, state, beside);
    if (stale !== null && stale.version > 0) return this.unless(key, stale);

    const micros = Math.max(this.micros + 1, this.now);
    const decision = this.decision(submission, state, beside, micros);
    if (decision.outcome === 'rejected')
      return this.unless(key, { outcome: 'rejected', rejection: decision.rejection });
    if (stale !== null) return this.unless(key, stale);
    if (decision.events.length === 0) return this.unless(key, { outcome: 'unchanged', version });
    if (submission.missing !== undefined)
      return this.unless(key, { outcome: 'rejected', rejection: submission.missing });
    return this.append(submission, key, stream, decision.events);
  }

  private beside({ alongside }: Submission): unknown {
    return alongside === null ? undefined : this.present(this.folded(alongside)).state;
  }

  /**
   * Null: the caller does not care, or has seen the present terms. What is not there (version 0) has none to be stale
   * against: that it is unknown is for the decision to say.
   */
  private staleness(
    { stream, command, expectedVersion }: Submission,
    state: unknown,
    beside: unknown,
  ): Extract<Outcome, { outcome: 'stale' }> | null {
    if (expectedVersion === null) return null;
    const version = this.input.deciders[stream.kind].termsVersion(command, state, beside);
    return isExpected(expectedVersion, version) ? null : { outcome: 'stale', version };
  }

  private decision(
    submission: Submission,
    state: unknown,
    beside: unknown,
    micros: number,
  ): Decision<LedgerEvent> {
    const context: DecisionContext = {
      now: instantText(micros),
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
    const before = this.mark();
    const evolve = this.input.deciders[submission.stream.kind].evolve;
    const touched = this.touch(stream);
    const written: RecordedEntry[] = [];
    for (const [index, event] of events.entries()) {
      const eventKey = index === 0 ? key : `${key}#${index + 1}`;
      const taken = index === 0 ? undefined : this.takenBy(eventKey);
      const recorded = this.record(submission, event, index, touched.version + 1);
      const bytes = entryBytes(recorded.entry);
      if (taken !== undefined || bytes > ENTRY_BYTES_MAX) {
        this.undo(before);
        if (taken !== undefined) return this.unless(key, { outcome: 'conflict', ...taken });
        const facts = { bytes, bytesMax: ENTRY_BYTES_MAX };
        return this.unless(key, {
          outcome: 'rejected',
          rejection: { name: 'EntryTooLarge', facts },
        });
      }
      this.entries.push({ recorded, streamId: stream.streamId, key: eventKey });
      written.push(recorded);
      this.position = recorded.position;
      this.prev = recorded.hash;
      touched.state = evolve(touched.state, event);
      touched.version += 1;
      touched.lastPosition = recorded.position;
      this.mine.set(eventKey, written);
    }
    return { outcome: 'appended', entries: written };
  }

  /** A copy, not a change: the journal keeps what was before. */
  private touch(stream: FoldedStream): TouchedStream {
    const before = this.touched.get(stream);
    const { state, version } = this.present(stream);
    const touched = { stream, state, version, lastPosition: this.position };
    this.journal.push({ stream, before });
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
    this.micros = Math.max(this.micros + 1, this.now);
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
      schema: schemaOf(event.type),
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

  private answeredBefore(key: string, digest: string): Outcome | null {
    const entries = this.mine.get(key);
    if (entries !== undefined) {
      const first = entries[0]!;
      const same =
        first.digest === digest && dedupeKey(first.tenant, first.source, first.id) === key;
      if (same) return { outcome: 'already-appended', entries };
      return { outcome: 'conflict', shard: first.shard, position: first.position };
    }
    const before = this.input.known.get(key);
    if (before === undefined) return null;
    if (before.digest === digest) return { outcome: 'already-appended', entries: before.entries };
    return { outcome: 'conflict', shard: before.shard, position: before.position };
  }

  /** A later event's id (`id#2`) may be what somebody else called a command. */
  private takenBy(key: string): { readonly shard: number; readonly position: number } | undefined {
    const entry = this.mine.get(key)?.[0] ?? this.input.known.get(key);
    return entry && { shard: entry.shard, position: entry.position };
  }

  private unless(key: string, outcome: Outcome): Outcome {
    this.unsure.push(key);
    return outcome;
  }

  private present(stream: FoldedStream): { readonly state: unknown; readonly version: number } {
    return this.touched.get(stream) ?? this.below.get(stream) ?? stream;
  }

  private folded(name: Submission['stream']): FoldedStream {
    const stream = this.input.streams.get(name);
    if (stream === undefined) throw new Error(`stream ${name.kind}:${name.key} was not loaded`);
    return stream;
  }

  private mark(): Mark {
    const { position, prev, micros } = this;
    return { position, prev, micros, entries: this.entries.length, journal: this.journal.length };
  }

  private undo(mark: Mark): void {
    for (const { key } of this.entries.splice(mark.entries)) this.mine.delete(key);
    for (const { stream, before } of this.journal.splice(mark.journal).reverse())
      if (before === undefined) this.touched.delete(stream);
      else this.touched.set(stream, before);
    Object.assign(this, { position: mark.position, prev: mark.prev, micros: mark.micros });
  }
}

interface Mark {
  readonly position: number;
  readonly prev: string;
  readonly micros: number;
  readonly entries: number;
  readonly journal: number;
}

const isExpected = (expected: Exclude<ExpectedVersion, null>, version: number): boolean =>
  expected === 'any'
    ? version > 0
    : typeof expected === 'number'
      ? expected === version
      : expected.includes(version);

const isRefusal = (outcome: Outcome): boolean =>
  outcome.outcome !== 'appended' &&
  outcome.outcome !== 'already-appended' &&
  outcome.outcome !== 'unchanged';
