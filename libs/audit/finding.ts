import type { EventColumn } from './stored-rows.js';

/**
 * What can be wrong with a ledger. `position` is where the damage is, as exactly as the evidence allows.
 *
 * hash-mismatch        the stored bytes do not hash to the stored hash: entry or hash was changed
 * chain-broken         the entry hashes well, but the next one was built on another: it was changed and hashed again
 * column-mismatch      an indexed column does not say what the hashed bytes say
 * not-canonical        the entry is not JSON, or not in its canonical form, or misses a member
 * gap                  positions are missing before this one
 * stream-gap           the version is not the one after the stream's last
 * time-went-back       recorded before its predecessor
 * head-mismatch        the shard's head is not its last event: the tail was cut off, or the head was changed
 * head-missing         the shard has no head row
 * stream-mismatch      a row of `stream` does not say what the stream's events say
 * state-mismatch       a stream's folded state is not what its events fold to (deep only)
 * checkpoint-mismatch  the ledger is not the one the checkpoint was taken of
 * foreign-shard        events of a shard that the ledger does not have
 */
export type FindingName =
  | 'hash-mismatch'
  | 'chain-broken'
  | 'column-mismatch'
  | 'not-canonical'
  | 'gap'
  | 'stream-gap'
  | 'time-went-back'
  | 'head-mismatch'
  | 'head-missing'
  | 'stream-mismatch'
  | 'state-mismatch'
  | 'checkpoint-mismatch'
  | 'foreign-shard';

export interface Finding {
  readonly finding: FindingName;
  readonly shard: number;
  /** null: concerns the shard or a stream as a whole. */
  readonly position: number | null;
  readonly column: EventColumn | null;
  /** A sentence with what was expected and what was found. */
  readonly detail: string;
}

/** Keeps the first findings and counts all of them: one cut shard can give millions. */
export class Findings {
  readonly kept: Finding[] = [];
  total = 0;

  constructor(private readonly limit: number) {}

  add(
    finding: FindingName,
    shard: number,
    position: number | null,
    detail: string,
    column: EventColumn | null = null,
  ): void {
    this.total += 1;
    if (this.kept.length < this.limit) this.kept.push({ finding, shard, position, column, detail });
  }
}
