import { isReadable } from '../format/entry.js';
import type { Deciders, RecordedEntry, StreamName } from '../ledger.js';
import type { StoredStream } from '../postgres/read.js';
import { streamId } from '../format/stream-id.js';

/** A stream folded up to `version`. Mutable: the writer moves it on after COMMIT, and only then. */
export interface FoldedStream {
  readonly name: StreamName;
  readonly streamId: string;
  state: unknown;
  version: number;
  /** The version of the state snapshot in the database, and its size in characters. */
  snapshotVersion: number;
  snapshotChars: number;
}

/** The streams a shard writer has folded: bounded, the longest unused goes first. */
export class StreamCache {
  private readonly streams = new Map<string, FoldedStream>();

  constructor(
    private readonly deciders: Deciders,
    private readonly streamsMax: number,
  ) {}

  /** The last stream used of each kind: most submissions of a batch ask for the one before. */
  private readonly recent = new Map<StreamName['kind'], FoldedStream>();

  static key(name: StreamName): string {
    return `${name.kind}:${name.tenant}/${name.key}`;
  }

  get(name: StreamName): FoldedStream | undefined {
    const recent = this.recent.get(name.kind);
    if (recent?.name.key === name.key && recent.name.tenant === name.tenant) return recent;
    const stream = this.streams.get(StreamCache.key(name));
    if (stream !== undefined) this.recent.set(name.kind, stream);
    return stream;
  }

  /** The stream as `get` gives it, marked as used: the longest unused goes first. Costs nothing while there is room. */
  use(name: StreamName): FoldedStream | undefined {
    const stream = this.get(name);
    if (stream !== undefined && this.streams.size > this.streamsMax / 2) {
      const key = StreamCache.key(name);
      this.streams.delete(key);
      this.streams.set(key, stream);
    }
    return stream;
  }

  /** A stream nobody has written yet. */
  putEmpty(name: StreamName): FoldedStream {
    const stream = {
      name,
      streamId: streamId(name),
      state: this.deciders[name.kind].initial,
      version: 0,
      snapshotVersion: 0,
      snapshotChars: 0,
    };
    this.streams.set(StreamCache.key(name), stream);
    return stream;
  }

  /** Brings an empty stream to what is stored. */
  restore(stream: FoldedStream, stored: StoredStream): void {
    if (stored.state !== null) {
      stream.state = stored.state;
      stream.version = stream.snapshotVersion = stored.snapshotVersion;
      stream.snapshotChars = stored.stateChars;
    }
    for (const entry of stored.later) this.fold(stream, entry);
  }

  /** Streams are let go between batches only: a plan holds on to its own. */
  trim(): void {
    if (this.streams.size <= this.streamsMax) return;
    this.recent.clear();
    for (const key of this.streams.keys()) {
      if (this.streams.size <= this.streamsMax) return;
      this.streams.delete(key);
    }
  }

  clear(): void {
    this.recent.clear();
    this.streams.clear();
  }

  /**
   * An entry another writer appended: streams we hold move on, others are not our concern. A stream that has moved on by
   * what this version cannot read is let go of: whoever needs it is told so when it is loaded, and nobody else.
   */
  follow(entry: RecordedEntry): void {
    const stream = this.get(entry.stream);
    if (stream === undefined || stream.version >= entry.version) return;
    if (isReadable(entry)) this.fold(stream, entry);
    else this.drop(stream);
  }

  private drop({ name }: FoldedStream): void {
    this.recent.delete(name.kind);
    this.streams.delete(StreamCache.key(name));
  }

  private fold(stream: FoldedStream, entry: RecordedEntry): void {
    if (entry.version !== stream.version + 1)
      throw new Error(
        `stream ${entry.stream.kind}:${entry.stream.key} goes from version ${stream.version} to ${entry.version}`,
      );
    stream.state = this.deciders[stream.name.kind].evolve(stream.state, entry.event);
    stream.version = entry.version;
  }
}
