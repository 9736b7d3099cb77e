import type { aggregates } from '../domain/aggregates.js';
import type { Decider, Instant, Rejection } from '../domain/decider.js';
import type { DomainCommand, LedgerEvent, StreamKind } from '../domain/events.js';

/** A stream lives in the shard of its root id (agreement or party): murmur2(`tenant/root`), as Kafka partitions it. */
export interface StreamName {
  readonly tenant: string;
  readonly kind: StreamKind;
  /**
   * party: partyId; agreement and commitment: agreementId; investment: `agreement.investment`; access: name; projection:
   * skipKey; alert-rules: one for the tenant.
   */
  readonly key: string;
}

/** What a stream of each kind folds to. */
export type StateOf = {
  readonly [Kind in StreamKind]: (typeof aggregates)[Kind]['decider']['initial'];
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the ledger folds every kind alike; each decider is typed where it is defined
export type AnyDecider = Decider<any, any, any, any>;
export type Deciders = Readonly<Record<StreamKind, AnyDecider>>;

/** One request to decide and append. `source` + `id` is its identity within the tenant, for ever. */
export interface Submission {
  readonly stream: StreamName;
  /** A stream of the same shard whose state the decision may read (never written). */
  readonly alongside: StreamName | null;
  readonly source: string;
  readonly id: string;
  /** SHA-256 (hex) of what the client asked: same identity with another digest is a conflict. */
  readonly digest: string;
  readonly actor: string;
  /** Who that is, for decisions that need two people. Absent: the actor. */
  readonly person?: string | undefined;
  readonly effectiveAt: Instant;
  readonly command: DomainCommand;
  readonly expectedVersion: ExpectedVersion;
  /**
   * What the command names and was not there when it was looked up before: refused with it, unless the decision refuses
   * for a reason of its own. A repeat of what was recorded is answered as recorded all the same.
   */
  readonly missing?: Rejection | undefined;
}

/**
 * The version of the terms that the caller has seen (`Decider.termsVersion`), or several of which one must be the present
 * one; `any`: what the command is about must be there. Null not to care.
 */
export type ExpectedVersion = number | readonly number[] | 'any' | null;

/** One event as it stands in the ledger. `entry` is the hashed text; everything else is read from it. */
export interface RecordedEntry {
  readonly tenant: string;
  readonly shard: number;
  readonly epoch: number;
  readonly position: number;
  /** Hex SHA-256 of the previous position of the shard (the genesis hash at position 1), and of this entry. */
  readonly prev: string;
  readonly hash: string;
  readonly stream: StreamName;
  readonly version: number;
  readonly source: string;
  readonly id: string;
  readonly digest: string;
  readonly schema: number;
  readonly recordedAt: Instant;
  readonly effectiveAt: Instant;
  readonly actor: string;
  /** @throws LedgerUnreadable when it is asked for, where this version cannot read it: whoever folds must stop. */
  readonly event: LedgerEvent;
  readonly entry: string;
}

/** An entry without its event: what carries it on needs no more, and reading the event is most of the work. */
export type EntryEnvelope = Omit<RecordedEntry, 'event'> & {
  readonly event: { readonly type: string };
};

export type Outcome =
  | { readonly outcome: 'appended'; readonly entries: readonly RecordedEntry[] }
  /** The same identity and digest was recorded before: what was recorded then. */
  | { readonly outcome: 'already-appended'; readonly entries: readonly RecordedEntry[] }
  /** Accepted, nothing to do. */
  | { readonly outcome: 'unchanged'; readonly version: number }
  /** The same identity with other content. */
  | { readonly outcome: 'conflict'; readonly shard: number; readonly position: number }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection }
  /** The terms are at another version than expected: at this one. 0: what the command is about is not there. */
  | { readonly outcome: 'stale'; readonly version: number }
  /** The connection was lost in COMMIT and the outcome could not be found out: ask again with the same identity. */
  | { readonly outcome: 'unknown' }
  /** The shard's queue is full, its database away or its head held by somebody: nothing was recorded. */
  | { readonly outcome: 'overloaded' }
  /** Another member of an atomic group was refused, so nothing of the group was recorded. */
  | { readonly outcome: 'abandoned' };

/** A point of a shard's chain: the hash is that of the entry at the position, or the genesis hash at position 0. */
export interface ChainPoint {
  readonly position: number;
  readonly hash: string;
}

export interface ShardHead extends ChainPoint {
  readonly shard: number;
  readonly epoch: number;
  readonly recordedAt: Instant | null;
}

/** What writers need. */
export interface Ledger {
  /** Never throws for a refusal. Submissions made while a batch is in flight share the next one. */
  submit(submission: Submission): Promise<Outcome>;
  /** All or none, in order. All streams must live in one shard (throws otherwise: the caller checks). */
  submitTogether(submissions: readonly Submission[]): Promise<readonly Outcome[]>;
  /** Waits for what is in flight, takes nothing more. */
  close(): Promise<void>;
}

/** Hears of every commit of this process: the shard, and the last position in it. */
export type Appended = (shard: number, position: number) => void;

/** A ledger that says at once what was appended through it. Appends of other processes are polled for. */
export interface AppendSignals {
  /** @returns how to stop listening. */
  onAppended(listener: Appended): () => void;
}

/** What readers need: projections, audit, queries. */
export interface LedgerReader {
  readonly shardCount: number;
  readonly ledgerId: string;
  readonly genesisHash: string;
  /** Entries with position > after, ascending, at most `limit`. Never shows p+1 without p. */
  read(shard: number, after: number, limit: number): Promise<readonly RecordedEntry[]>;
  /** The same, without the events. */
  readEnvelopes(shard: number, after: number, limit: number): Promise<readonly EntryEnvelope[]>;
  heads(): Promise<readonly ShardHead[]>;
  /** The last position recorded at or before the instant (0: none). recordedAt never goes back within a shard. */
  positionAt(shard: number, recordedAt: Instant): Promise<number>;
  /** All entries of one stream, ascending by version. */
  readStream(stream: StreamName): Promise<readonly RecordedEntry[]>;
  /** Found by identity, wherever it lives. All events of a multi-event command share source; ids are `id`, `id#2`, … */
  find(tenant: string, source: string, id: string): Promise<RecordedEntry | null>;
}

/** Which entries of a tenant, and how many at most. `type`: null for all. */
export interface EntryFilter extends EntrySubject {
  readonly after: number;
  readonly type: string | null;
  readonly limit: number;
}

/** Whose, and of when in business: what is left out narrows nothing. */
export interface EntrySubject {
  readonly source?: string | undefined;
  readonly id?: string | undefined;
  /** From this instant on, and before that one. */
  readonly effectiveFrom?: Instant | undefined;
  readonly effectiveBefore?: Instant | undefined;
}

/** Entries, ascending; `stoppedAt`: the position up to which was looked, when there is more to look at. */
export interface Looked {
  readonly entries: readonly RecordedEntry[];
  readonly stoppedAt: number | null;
}

/** What edges need besides: single streams, and some of the entries of a shard. What is passed over is not read. */
export interface StreamReader {
  /** Of one stream, by its index, however long the shard is. Looks at 100,000 entries at most. */
  lookInStream(stream: StreamName, wanted: EntryFilter): Promise<Looked>;
  /** Of one tenant in a shard, up to a position. Looks at 250,000 positions at most. */
  lookInShard(
    shard: number,
    wanted: EntryFilter & { readonly tenant: string; readonly upTo: number },
  ): Promise<Looked>;
  /** The stream folded to the present: what its next decision would stand on. */
  stateOf<Kind extends StreamKind>(
    stream: StreamName & { readonly kind: Kind },
  ): Promise<StateOf[Kind]>;
}

/** Positions of a shard: `after` itself is outside, `upTo` is inside. */
export interface ShardRange {
  readonly shard: number;
  readonly after: number;
  readonly upTo: number;
}

/** Entries of a stream, by its versions; `first` and `last` included. */
export interface StreamVersions {
  readonly shard: number;
  readonly stream: StreamName;
  readonly first: number;
  readonly last: number;
}

/** What a range of positions did to a stream: so many events of this type. */
export interface MovedStream extends StreamVersions {
  /** Which of the ranges that were asked for: its index. */
  readonly range: number;
  readonly type: string;
  readonly events: number;
}

/** What those need who tell others what is new: which streams moved, without their entries, and single entries of these. */
export interface MovedReader {
  /** Of these tenants, in no order, at most `limit`. */
  movedStreams(
    ranges: readonly ShardRange[],
    tenants: readonly string[],
    limit: number,
  ): Promise<readonly MovedStream[]>;
  /** By shard and position, at most `limit`. */
  readVersions(wanted: readonly StreamVersions[], limit: number): Promise<readonly RecordedEntry[]>;
}
