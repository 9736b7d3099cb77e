import { present } from '../../domain/present.js';
/** Words of a slot: 96 bits of the digest and a count. */
const WORDS = 4;
const PARTS = 64;
const FULLEST = 0.8;
const GROWTH = 1.5;

/** One part of the table: open addressing, so that a row costs a slot and nothing else. */
class Part {
  private slots = new Uint32Array(64 * WORDS);
  private used = 0;

  next(a: number, b: number, c: number): number {
    if (this.used >= (this.slots.length / WORDS) * FULLEST) this.grow();
    const at = this.find(this.slots, a, b, c);
    const count = (this.slots[at + 3] ?? 0) + 1;
    if (count === 1) {
      this.slots.set([a, b, c], at);
      this.used += 1;
    }
    this.slots[at + 3] = count;
    return count;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  private find(slots: Uint32Array, a: number, b: number, c: number): number {
    let at = (b % (slots.length / WORDS)) * WORDS;
    while (slots[at + 3] !== 0 && (slots[at] !== a || slots[at + 1] !== b || slots[at + 2] !== c)) {
      at = at + WORDS === slots.length ? 0 : at + WORDS;
    }
    return at;
  }

  private grow(): void {
    const larger = new Uint32Array(Math.ceil((this.slots.length / WORDS) * GROWTH) * WORDS);
    for (let from = 0; from < this.slots.length; from += WORDS) {
      const slot = this.slots.subarray(from, from + WORDS);
      const [a = 0, b = 0, c = 0, count] = slot;
      if (count !== 0) larger.set(slot, this.find(larger, a, b, c));
    }
    this.slots = larger;
  }
}

/**
 * How often each row content has been seen in one file. Compact on purpose: at most 30 bytes for a distinct row (30 MB
 * for a million), where a Map of strings takes 150 and more. 96 bits of SHA-256 tell rows apart: among 20 million
 * rows, the most that a file may have, the chance of one confusion is below 10^-14.
 */
export class Occurrences {
  private readonly parts = Array.from({ length: PARTS }, () => new Part());

  /** 1 for the first row with this digest, 2 for the second, and so on. */
  next(digest: Buffer): number {
    const a = digest.readUInt32LE(0);
    const part = present(this.parts[a % PARTS], 'part of the table');
    return part.next(a, digest.readUInt32LE(4), digest.readUInt32LE(8));
  }

  /** Memory of the table. */
  get bytes(): number {
    return this.parts.reduce((sum, part) => sum + part.bytes, 0);
  }
}
