import { displayInstant, microsOf, type Instant } from '../../domain/instant.js';
import type { Finding } from './finding.js';

/** A live view that has not seen all that the ledger has. */
export interface ViewBehind {
  readonly name: string;
  /** Shards that stand still at an event that it cannot fold. */
  readonly stoppedShards: readonly number[];
  /** When the oldest entry that it has not seen was recorded. */
  readonly since: Instant;
  /** Entries that it has not seen. */
  readonly events: number;
}

/** A view that goes on, and is behind for longer than this, might as well stand still. */
const BEHIND_MICROS = 5n * 60_000_000n;

/** A view stands still, or nobody projects it. What it cannot fold is not told: it may be another tenant's. */
export const projectionStopped = (
  behind: readonly ViewBehind[],
  now: Instant,
): readonly Finding[] =>
  behind
    .filter(
      ({ stoppedShards, since }) =>
        stoppedShards.length > 0 || microsOf(now) - microsOf(since) > BEHIND_MICROS,
    )
    .map(({ name, stoppedShards, since, events }) => ({
      subject: name,
      facts: {
        ...{ value: stoppedShards.length > 0 ? 'stopped' : 'behind', threshold: null },
        ...{ since: displayInstant(since), events: String(events) },
      },
    }));
