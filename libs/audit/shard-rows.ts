import type { StreamName } from '../ledger/ledger.js';
import type { EntryText } from './entry-text.js';

/** What a row of `ledger.stream` says: its stream as it was at some event, mostly not the last. */
export interface StreamRow {
  readonly tenant: string;
  readonly kind: string;
  readonly key: string;
  readonly version: string;
  readonly lastPosition: string;
  /** Whether the stream has an event of this version at this position. */
  readonly isEvent: boolean;
}

/** A sound-looking entry, for whoever asks what it says. */
export interface CheckedEntry {
  readonly position: number;
  /** Computed from the bytes. */
  readonly hash: string;
  readonly text: string;
  readonly said: EntryText;
  readonly stream: StreamName;
  readonly streamId: string;
}

/** How many streams there are, and SHA-256 over each one's name and version, in order of names. */
export interface StreamsDigest {
  readonly count: number;
  readonly digest: string;
}

/** How many shards there are, and whether streams must stand in the shard that follows from it (unless said, they must). */
export interface LedgerShape {
  readonly shardCount: number;
  readonly placesStreams?: boolean;
}
