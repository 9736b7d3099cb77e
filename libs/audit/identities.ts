import type { EntryText } from './entry-text.js';
import { identityOf } from './entry-text.js';

/** 8 bytes each: 128 MiB. A larger ledger is read once more for each further part of that many. */
export const IDENTITIES_MAX = 1 << 24;
const FIRST = 1 << 12;

/**
 * Finds identities that occur more than once, over all shards, in 8 bytes each: they are hashed to 53 bits and sorted, and
 * equal ones have equal hashes. What is found is looked at again, because a few different ones have equal hashes too. The
 * index that writers rely on is not asked: whoever can add an entry past it can also make it look valid.
 */
export class RepeatedIdentities {
  private hashes = new Float64Array(FIRST);
  private count = 0;

  /** Of `parts` parts, only those of number `part`. */
  constructor(
    private readonly part: number,
    private readonly parts: number,
  ) {}

  static partsOf(events: number, max = IDENTITIES_MAX): number {
    return Math.max(1, Math.ceil(events / max));
  }

  add(entry: EntryText): void {
    const hash = hashOf(identityOf(entry));
    if (this.parts > 1 && hash % this.parts !== this.part) return;
    if (this.count === this.hashes.length) {
      const grown = new Float64Array(this.count * 2);
      grown.set(this.hashes);
      this.hashes = grown;
    }
    this.hashes[this.count++] = hash;
  }

  /** Hashes that occur more than once: nearly always none. Nothing can be added afterwards. */
  repeated(): ReadonlySet<number> {
    const sorted = this.hashes.subarray(0, this.count).sort();
    const found = new Set<number>();
    let before: number | undefined;
    for (const hash of sorted) {
      if (hash === before) found.add(hash);
      before = hash;
    }
    return found;
  }
}

/** Where each identity stands whose hash was found more than once. */
export class Suspects {
  private readonly places = new Map<
    string,
    { readonly shard: number; readonly position: number }[]
  >();

  constructor(private readonly hashes: ReadonlySet<number>) {}

  add(shard: number, position: number, entry: EntryText): void {
    const identity = identityOf(entry);
    if (!this.hashes.has(hashOf(identity))) return;
    const places = this.places.get(identity);
    if (places === undefined) this.places.set(identity, [{ shard, position }]);
    else places.push({ shard, position });
  }

  /** Each that really stands at more than one place, with its places in the order in which they were read. */
  repeated() {
    return [...this.places].filter(([, places]) => places.length > 1);
  }
}

/** FNV-1a with two seeds over UTF-16 code units, 53 bits of it: quick, and equal for equal texts is all that it must be. */
const hashOf = (text: string): number => {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 15;
  }
  return (high >>> 0) * 0x200000 + (low >>> 11);
};
