import type { Checkpoint, SkippedEvent } from '../../projections/engine/checkpoint.js';
import type { LedgerFaultName } from './chain.js';
import type { Difference } from './compare.js';
import type { PassedOver } from './decisions.js';
import type { FailedEvent, ProjectionReplay } from './projection-replay.js';
import type { ReplayStore } from './store.js';

export const EVENTS_TOLD = 20;

export interface ReplayedProjection {
  readonly name: string;
  readonly version: number;
  /** False: there is no live view of this version, and nothing to compare with. */
  readonly built: boolean;
  readonly ledgerPosition: Readonly<Record<string, number>>;
  /** Events in the ledger that the view has not seen: they are not compared. */
  readonly lag: number;
  /** Entries that were folded (or are of no concern to the view), and rows compared in all tables. */
  readonly entries: number;
  readonly rows: number;
  readonly differences: number;
  /** In the order of the projection's tables, then by key. */
  readonly first: Difference | null;
  /** The view was folded from other entries than the ledger has: what is wrong, and null when nothing is. */
  readonly chain: string | null;
  /** Events that cannot be folded and that the ledger has a decision to pass over, and the first 20 of them. */
  readonly skipped: number;
  readonly skippedEvents: readonly PassedOver[];
  /** Events that cannot be folded, without a decision: the view must not have gone past them. The first 20. */
  readonly failed: number;
  readonly failedEvents: readonly FailedEvent[];
  /** The difference between the skipped events that the view lists and those that were passed over here; null: none. */
  readonly record: string | null;
}

export interface Replay {
  /** Every view is there, and is what the events fold to, but for those that were passed over by decision. */
  readonly matches: boolean;
  /** Where the ledger itself does not hold: then nothing was compared. */
  readonly ledger: {
    readonly fault: LedgerFaultName;
    readonly shard: number;
    readonly position: number;
    readonly detail: string;
  } | null;
  readonly store: ReplayStore['kind'];
  readonly projections: readonly ReplayedProjection[];
}

export const isSound = ({
  built,
  differences,
  chain,
  failed,
  record,
}: ReplayedProjection): boolean =>
  built && differences === 0 && chain === null && failed === 0 && record === null;

/** The view ends with a hash of the ledger: another one means that it was folded from other entries. */
export const chainFault = (
  replay: ProjectionReplay,
  checkpoints: readonly Checkpoint[],
): string | null => {
  for (const { shard, position, hash } of checkpoints) {
    const at = replay.at(shard);
    if (at.position === position && at.hash === hash) continue;
    return at.position === position
      ? `shard ${shard}: the view was folded up to ${hash} at position ${position}, the ledger has ${at.hash} there`
      : `shard ${shard}: the view went back to position ${position} while it was compared`;
  }
  return null;
};

export const recordFault = (
  says: readonly SkippedEvent[],
  passedOver: readonly PassedOver[],
): string | null => {
  const text = ({ shard, position }: SkippedEvent): string => `${shard}:${position}`;
  const [said, done] = [says.map(text), passedOver.map(text)];
  const folded = said.filter((each) => !done.includes(each));
  const silent = done.filter((each) => !said.includes(each));
  const listed = (events: readonly string[]): string =>
    events.slice(0, EVENTS_TOLD).join(', ') + (events.length > EVENTS_TOLD ? ', …' : '');
  if (folded.length > 0)
    return `the view says that it lacks ${listed(folded)}, without a decision in the ledger that is needed for it`;
  return silent.length > 0 ? `the view does not say that it lacks ${listed(silent)}` : null;
};
