import type { Pool } from 'pg';

/** Pieces of agreements that a process keeps of all questions together, at about a kilobyte each. */
const PIECES_MAX = 50_000;

interface Sized {
  readonly pieces: ReadonlyMap<string, unknown>;
}

interface Slot<Kept extends Sized> {
  kept: Kept | null;
  running: Promise<Kept> | null;
  waiting: Promise<Kept> | null;
}

/**
 * What a process keeps between questions, so that nobody reads the same twice at once: whoever comes while a run is under way
 * shares the next one, which begins after they came, and so sees what they have seen. The longest unasked is let go first.
 */
export class KeptRuns<Kept extends Sized> {
  /** The latest asked is last. */
  private readonly slots = new Map<string, Slot<Kept>>();

  constructor(private readonly max = PIECES_MAX) {}

  /** What the last run kept. */
  latest(name: string): Kept | null {
    return this.slots.get(name)?.kept ?? null;
  }

  /** @param run Of what was kept before, what is kept now. Where it fails nothing is kept. */
  next(name: string, run: (before: Kept | null) => Promise<Kept>): Promise<Kept> {
    const slot = this.slots.get(name) ?? { kept: null, running: null, waiting: null };
    this.slots.delete(name);
    this.slots.set(name, slot);
    if (slot.waiting !== null) return slot.waiting;
    if (slot.running === null) return this.start(slot, run);
    slot.waiting = slot.running
      .catch(() => undefined)
      .then(() => {
        slot.waiting = null;
        return this.start(slot, run);
      });
    return slot.waiting;
  }

  private start(slot: Slot<Kept>, run: (before: Kept | null) => Promise<Kept>): Promise<Kept> {
    const running = run(slot.kept).then(
      (kept) => {
        slot.kept = kept;
        slot.running = null;
        this.letGo();
        return kept;
      },
      (error: unknown) => {
        slot.kept = null;
        slot.running = null;
        throw error;
      },
    );
    slot.running = running;
    return running;
  }

  private letGo(): void {
    let held = 0;
    for (const [name, slot] of [...this.slots].toReversed()) {
      const size = 1 + (slot.kept?.pieces.size ?? 0);
      if (held + size <= this.max) {
        held += size;
        continue;
      }
      slot.kept = null;
      if (slot.running === null) this.slots.delete(name);
    }
  }
}

const runs = new WeakMap<Pool, KeptRuns<Sized>>();

/** Of the process that has this pool, and gone with it. */
export const runsOf = <Kept extends Sized>(pool: Pool): KeptRuns<Kept> => {
  const known = runs.get(pool) ?? new KeptRuns<Sized>();
  runs.set(pool, known);
  return known as unknown as KeptRuns<Kept>;
};
