import type { Instant } from '../decider.js';
import type { Milestone } from './investment.js';

/** Where the unfunded part of a tranche stands. */
export type TrancheStage = 'gated' | 'eligible' | 'called' | 'funded' | 'lapsed' | 'cancelled';

export interface TrancheProgress {
  /** What was said of it by then: `called`, `cancelled`, `lapsed`. */
  readonly said: ReadonlySet<string>;
  /** In units of 10^-12. Not above zero: all of it is paid. */
  readonly unfunded: bigint;
  readonly gateOpen: boolean;
}

/** Payment in full ends a tranche, then its cancellation, then its long stop; a call needs its gate no more. */
export const stageOf = ({ said, unfunded, gateOpen }: TrancheProgress): TrancheStage => {
  if (unfunded <= 0n) return 'funded';
  if (said.has('cancelled')) return 'cancelled';
  if (said.has('lapsed')) return 'lapsed';
  if (said.has('called')) return 'called';
  return gateOpen ? 'eligible' : 'gated';
};

/** A milestone that nobody has decided before `now` although it was due: an attestation decides nothing yet. */
export const isOverdue = (
  { status, dueAt }: Pick<Milestone, 'status' | 'dueAt'>,
  now: Instant,
): boolean => (status === 'pending' || status === 'attested') && dueAt !== null && dueAt < now;
