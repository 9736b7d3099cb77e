/** Pieces of all questions together, of one to three kilobytes each. */
const PIECES_MAX = 50_000;

/** What was read of one question, tenant and day. */
interface Sized {
  readonly pieces: ReadonlyMap<string, unknown>;
}

interface Slot {
  kept: Sized | null;
  running: Promise<Sized> | null;
  waiting: Promise<Sized> | null;
}

type Run = (before: Sized | null) => Promise<Sized>;

/**
 * What a process keeps between questions, so that nobody reads the same twice at once: whoever comes while a run is under way
 * shares the next one, which begins after they came, and so sees what they have seen. The longest unasked is let go first.
 */
export class KeptPieces {
  /** The latest asked is last. */
  private readonly slots = new Map<string, Slot>();

  constructor(private readonly max = PIECES_MAX) {}

  /** What the last run kept. */
  latest<Kept extends Sized>(name: string): Kept | null {
    return (this.slots.get(name)?.kept ?? null) as Kept | null;
  }

  /** @param run Of what was kept before, what is kept now. Where it fails nothing is kept. */
  next<Kept extends Sized>(
    name: string,
    run: (before: Kept | null) => Promise<Kept>,
  ): Promise<Kept> {
    // One name, one kind of question.
    return this.after(name, run as Run) as Promise<Kept>;
  }

  private after(name: string, run: Run): Promise<Sized> {
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

  private start(slot: Slot, run: Run): Promise<Sized> {
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
