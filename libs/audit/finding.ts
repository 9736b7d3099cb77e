import type { EventColumn } from './stored-rows.js';

/**
 * What can be wrong with a ledger. `position` is where the damage is, as exactly as the evidence allows.
 *
 * The stored history:
 * hash-mismatch        the stored bytes do not hash to the stored hash: entry or hash was changed
 * chain-broken         the entry hashes well, but the next one was built on another: it was changed and hashed again
 * column-mismatch      an indexed column does not say what the hashed bytes say
 * not-canonical        the entry is not JSON, or not in its canonical form, or misses a member
 * gap                  positions are missing before this one
 * moved                the entry of this place stands in another shard
 * stream-gap           the version is not the one after the stream's last
 * time-went-back       recorded before its predecessor
 * head-mismatch        the shard's head is not its last event: the tail was cut off, or the head was changed
 * head-missing         the shard has no head row
 * stream-mismatch      a row of `stream` does not say what the stream's events say
 * foreign-shard        events, or rows that say how far something has got, of a shard that the ledger does not have
 * genesis-mismatch     the genesis hash is not the one of this ledger and this number of shards
 * checkpoint-mismatch  the ledger is not the one the checkpoint was taken of
 *
 * What the entries say:
 * wrong-shard          the stream belongs into another shard
 * identity-repeated    tenant, source and id are recorded more than once
 * unknown-type         a type of event that this version does not know
 * wrong-stream         a type of event that does not belong into this kind of stream
 * unknown-schema       the body is of a schema that this version does not know
 * split-mismatch       parts do not add up to their whole
 * decision-mismatch    deciding the request again on the entries before it gives something else
 * request-mismatch     the digest of the request, or the id of a drawdown, is not what the entry's content gives
 * state-mismatch       the state that writers keep for a stream is not what its events fold to
 *
 * What stands around the ledger:
 * relay-mismatch       what was published, as noted, is not what the ledger has
 * projection-mismatch  a view says it has seen another ledger
 * key-mismatch         an API key is not what the ledger has on record about it
 * catalogue-mismatch   a trigger, grant, constraint, index, column or function is not as the migrations made it
 */
export type FindingName =
  | 'hash-mismatch'
  | 'chain-broken'
  | 'column-mismatch'
  | 'not-canonical'
  | 'gap'
  | 'moved'
  | 'stream-gap'
  | 'time-went-back'
  | 'head-mismatch'
  | 'head-missing'
  | 'stream-mismatch'
  | 'foreign-shard'
  | 'genesis-mismatch'
  | 'checkpoint-mismatch'
  | 'wrong-shard'
  | 'identity-repeated'
  | 'unknown-type'
  | 'wrong-stream'
  | 'unknown-schema'
  | 'split-mismatch'
  | 'decision-mismatch'
  | 'request-mismatch'
  | 'state-mismatch'
  | 'relay-mismatch'
  | 'projection-mismatch'
  | 'key-mismatch'
  | 'catalogue-mismatch';

export interface Finding {
  readonly finding: FindingName;
  /** null: concerns the database as a whole. */
  readonly shard: number | null;
  /** null: not known to the position, see `from` and `to`; or concerns a shard or a stream as a whole. */
  readonly position: number | null;
  /** The positions among which the damage is, both included, where that is known; else null. */
  readonly from: number | null;
  readonly to: number | null;
  readonly column: EventColumn | null;
  /** A sentence with what was expected and what was found. */
  readonly detail: string;
}

/** Positions of a shard, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const MOVED_MAX = 100_000;

/** Keeps the first findings and counts all of them: one cut shard can give millions. */
export class Findings {
  private readonly found: Finding[] = [];
  private count = 0;
  /** Where entries belong that stand in other shards. Bounded: beyond, their places are called gaps as well. */
  private readonly moved = new Set<string>();

  constructor(private readonly limit: number) {}

  get total(): number {
    return this.count;
  }

  add(
    finding: FindingName,
    shard: number | null,
    position: number | null,
    detail: string,
    column: EventColumn | null = null,
  ): void {
    this.keep({ finding, shard, position, from: position, to: position, column, detail });
  }

  /** Somewhere in `range`; where that is one position, there. */
  addRange(finding: FindingName, shard: number, { from, to }: Range, detail: string): void {
    const position = from === to ? from : null;
    this.keep({ finding, shard, position, from, to, column: null, detail });
  }

  /** Positions that are not there: said as a gap at their first, unless it turns out that they stand elsewhere. */
  addMissing(finding: 'gap' | 'head-mismatch', shard: number, range: Range, detail: string): void {
    this.keep({ finding, shard, position: range.from, ...range, column: null, detail });
  }

  addMoved(shard: number, position: number, detail: string): void {
    this.add('moved', shard, position, detail);
    if (this.moved.size < MOVED_MAX) this.moved.add(`${shard}:${position}`);
  }

  /** Findings by shard and position: the first is where to look. */
  sorted(): readonly Finding[] {
    const explained = this.found.filter((found) => this.isElsewhere(found));
    this.count -= explained.length;
    const gone = new Set(explained);
    const kept = this.found.filter((found) => !gone.has(found));
    this.found.splice(0, this.found.length, ...kept);
    return kept.sort(byPlace);
  }

  /** A hole that entries left which stand in another shard: that they were moved says it all. */
  private isElsewhere({ finding, shard, from, to }: Finding): boolean {
    if (this.moved.size === 0 || from === null || to === null) return false;
    if (finding !== 'gap' && finding !== 'head-mismatch') return false;
    if (to - from >= this.moved.size) return false;
    for (let at = from; at <= to; at += 1) if (!this.moved.has(`${shard}:${at}`)) return false;
    return true;
  }

  private keep(finding: Finding): void {
    this.count += 1;
    if (this.found.length < this.limit) this.found.push(finding);
  }
}

/** Findings of the whole ledger go before those of a shard, and findings of what stands beside the ledger behind them. */
const byPlace = (left: Finding, right: Finding): number =>
  shardRank(left) - shardRank(right) || rank(left.from) - rank(right.from) || 0;

const shardRank = ({ finding, shard }: Finding): number => {
  const isOfAll = finding === 'genesis-mismatch' || finding === 'checkpoint-mismatch';
  return shard === null && isOfAll ? Number.MIN_SAFE_INTEGER : rank(shard);
};

const rank = (place: number | null): number => place ?? Number.MAX_SAFE_INTEGER;
