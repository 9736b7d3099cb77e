import type { RecordedEntry } from '../../ledger/ledger.js';
import { NetChanges } from './net-changes.js';
import type { Projection, RowChanges } from './projection.js';
import { storableOnly } from './storable.js';

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

  private readonly rows: RowChanges;

  /** `storable`: for rows that PostgreSQL does not get to see, see storable.ts. */
  constructor(
    private readonly projection: Projection,
    storable: 'storable-only' | 'as-folded' = 'as-folded',
  ) {
    this.handled = handledBy(projection);
    this.rows = storable === 'storable-only' ? storableOnly(this.changes) : this.changes;
  }

  /** @throws what the fold throws, and LedgerUnreadable for an event that this version cannot read. */
  take(entry: RecordedEntry): void {
    if (this.handled.has(entry.event.type)) this.projection.fold(entry, this.rows);
  }
}
