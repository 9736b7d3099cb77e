import type { Group } from './admission.js';
import { CopyRows } from '../postgres/copy-rows.js';
import type { Plan, PlannedHead, Planner } from './plan.js';
import type { Clock } from '../format/recorded-at.js';

/** Submissions decided in one turn of the event loop, and rows in one COPY. */
const SLICE = 128;
/** The server has nothing to do before it has the first ones. */
const FIRST_SLICE = 32;

/** A plan in the making, slice by slice, with the rows of what is decided. */
export class Draft {
  /** `performance.now()`. */
  readonly madeAt = performance.now();
  private decided = 0;
  private encoded = 0;
  private rows: CopyRows | null = null;
  private readonly copies: (readonly Buffer[])[] = [];

  constructor(
    private readonly planner: Planner,
    private readonly groups: readonly Group[],
    private readonly clock: Clock,
  ) {}

  get head(): PlannedHead {
    return this.planner.head;
  }

  get isDecided(): boolean {
    return this.decided === this.groups.length;
  }

  get isEmpty(): boolean {
    return this.planner.entries.length === 0;
  }

  get mustLookFirst(): boolean {
    return this.planner.mustLookFirst;
  }

  decideSlice(): void {
    const sizeMax = this.decided === 0 ? FIRST_SLICE : SLICE;
    let until = this.decided;
    let size = 0;
    while (until < this.groups.length && size < sizeMax)
      size += this.groups[until++]!.submissions.length;
    const slice = this.groups.slice(this.decided, until);
    this.decided = until;
    this.planner.decide(slice, this.clock());
  }

  decideAll(): void {
    while (!this.isDecided) this.decideSlice();
  }

  /** Makes the rows of what was decided since the last call. */
  encode(): void {
    const { entries } = this.planner;
    while (this.encoded < entries.length) {
      const until = Math.min(this.encoded + SLICE, entries.length);
      this.rows ??= new CopyRows();
      while (this.encoded < until) this.rows.add(entries[this.encoded++]!);
      this.copies.push(this.rows.take());
    }
  }

  /** The rows of each COPY that were not taken before. */
  takeCopies(): (readonly Buffer[])[] {
    return this.copies.splice(0);
  }

  plan(): Plan {
    return this.planner.plan();
  }

  /** Once the server has taken the rows. */
  release(): void {
    this.rows?.release();
  }
}
