import type { RecordedEntry } from '../../ledger/ledger.js';
import { skipPlace, skipIn } from '../../projections/engine/skips.js';
import type { Projection } from '../../projections/engine/projection.js';
import { skipKey } from '../../domain/projection/projection.js';

/** An event that could not be folded, and the entry of the ledger that says to go on without it. */
export interface PassedOver {
  readonly shard: number;
  readonly position: number;
  readonly error: string;
  readonly reason: string;
  readonly decidedBy: string;
  readonly decidedAt: string;
  /** Where the decision stands, as `shard:position`. */
  readonly decision: string;
}

type Decision = Omit<PassedOver, 'shard' | 'position' | 'error'>;

/** The decisions to pass over events, as they stand in the entries that were recomputed: nothing else is believed. */
export class Decisions {
  private readonly found = new Map<string, Decision>();

  hear(entry: RecordedEntry): void {
    const skip = skipIn(entry);
    if (skip === null) return;
    const { reason, decidedBy, decidedAt } = skip;
    const decision = `${entry.shard}:${entry.position}`;
    this.found.set(`${entry.tenant} ${skipKey(skip)} ${skip.hash}`, {
      ...{ reason, decidedBy, decidedAt, decision },
    });
  }

  of(
    projection: Projection,
    event: Pick<RecordedEntry, 'tenant' | 'shard' | 'position' | 'hash'>,
  ): Decision | null {
    const key = `${event.tenant} ${skipKey(skipPlace(projection, event))} ${event.hash}`;
    return this.found.get(key) ?? null;
  }
}
