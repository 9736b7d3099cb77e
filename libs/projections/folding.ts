import type { RecordedEntry } from '../ledger/ledger.js';
import { NetChanges } from './net-changes.js';
import type { Projection } from './projection.js';

const handled = new WeakMap<Projection, ReadonlySet<string>>();

const handledBy = (projection: Projection): ReadonlySet<string> => {
  const known = handled.get(projection) ?? new Set(projection.handles);
  handled.set(projection, known);
  return known;
};

/** A chunk as one projection takes it, entry by entry. What an entry that throws has left behind is not to be used. */
export class Folding {
  readonly changes = new NetChanges();
  private readonly handled: ReadonlySet<string>;

  constructor(
    private readonly projection: Projection,
    private readonly skipped: ReadonlySet<number>,
  ) {
    this.handled = handledBy(projection);
  }

  take(entry: RecordedEntry): void {
    if (!this.handled.has(entry.event.type) || this.skipped.has(entry.position)) return;
    this.projection.fold(entry, this.changes);
  }
}
