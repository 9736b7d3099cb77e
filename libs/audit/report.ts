import type { CHECKPOINT_FORMAT } from './checkpoint.js';
import type { Finding } from './finding.js';
import type { CheckedKeys } from './keys.js';
import type { MeaningCounts } from './meaning.js';
import type { StreamsDigest } from './shard-rows.js';

export interface VerifiedShard {
  readonly shard: number;
  /** Checked by this run. */
  readonly events: number;
  /** The last event: keep it elsewhere as the next run's checkpoint. */
  readonly position: number;
  readonly hash: string;
  readonly streams: StreamsDigest;
  /** `position hash` of some positions in between, so that a later change can be narrowed down. */
  readonly marks: readonly string[];
}

export interface MatchedCheckpoint {
  readonly takenAt: string | null;
  readonly ledgerId: string;
  readonly events: number;
  readonly shards: number;
  /** The ledger still has everything that the checkpoint names. */
  readonly matched: boolean;
}

/** `not-sound`: there are findings. `internally-consistent`: none, and nothing from elsewhere to compare with. */
export type Level = 'not-sound' | 'internally-consistent' | 'matches-checkpoint';

export interface VerifyReport {
  readonly format: typeof CHECKPOINT_FORMAT;
  /** No finding. Says nothing about a history that was rewritten as a whole: see `level`. */
  readonly sound: boolean;
  readonly level: Level;
  readonly ledgerId: string;
  readonly genesisHash: string;
  readonly shardCount: number;
  /** When, by the clock of this process. */
  readonly takenAt: string;
  readonly server: ServerView;
  readonly checkpoint: MatchedCheckpoint | null;
  readonly events: number;
  readonly shards: readonly VerifiedShard[];
  /** Findings by shard and position: the first is where to look. At most 50 of `findingsTotal`. */
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
  /** Null: not looked at (`quick`). */
  readonly meaning: MeaningCounts | null;
  /** Null: this role may not read them. */
  readonly keys: CheckedKeys | null;
  /** Entries that say that a view passes over an event. */
  readonly skips: number;
  /** What this role may not read, and what therefore was not looked at. */
  readonly unread: readonly string[];
  readonly durationMs: number;
}

/** What the server says of itself: it is not evidence, and helps to find out which one it was. */
export interface ServerView {
  readonly time: string;
  readonly version: string;
  readonly database: string;
  readonly role: string;
  /** A standby, or being restored. */
  readonly inRecovery: boolean;
}
