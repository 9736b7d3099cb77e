import type { Instant } from '../../decider.js';
import { dayOf } from '../../instant.js';
import type { Placement } from '../commitment.js';
import type { AllocationTrace } from '../events.js';

/** A UTC day, `YYYY-MM-DD`. */
export type CalendarDay = string;

/** What rules can tell of a charge: its category, and which of the book's questions it answers with yes. */
export interface ChargeProfile {
  readonly category: string;
  /** Indexes into the book's questions, ascending, comma separated. */
  readonly yes: string;
  /** How many questions had been asked when it was recorded: of later ones nothing is known. */
  readonly asked: number;
}

/** Where charges fall, by the terms as they are known: derived, and derived anew when terms change. */
export interface Destination {
  readonly order: number;
  readonly placements: readonly Placement[];
  readonly trace: readonly AllocationTrace[];
  readonly totalsKey: string;
  /** The terms have ended before it, as is known by now: it counts nowhere. */
  readonly isOutside: boolean;
}

/**
 * Charges that took effect on one day and that no terms can tell apart. Amounts in units of 10^-12: below zero only where
 * reversals take back more than there is beside them, on a later day or under other questions than their original.
 */
export interface Charges extends ChargeProfile {
  /** The moments that place them, the first and the last: their own, and of a reversal its original's. */
  readonly at: Instant;
  readonly last: Instant;
  readonly usage: bigint;
  readonly refunds: bigint;
  readonly destination: Destination;
}

export interface DayCharges {
  readonly day: CalendarDay;
  readonly charges: readonly Charges[];
}

/** A charge, or the reversal of one, on its way into the book. */
export interface Posted {
  /** Takes effect on this day; placed by `at`, which for a reversal is the moment of its original. */
  readonly day: CalendarDay;
  readonly at: Instant;
  readonly profile: ChargeProfile;
  readonly usage: bigint;
  readonly refunds: bigint;
}

export const postedOf = (effectiveAt: Instant, profile: ChargeProfile, gross: bigint): Posted => ({
  day: dayOf(effectiveAt),
  at: effectiveAt,
  profile,
  usage: gross > 0n ? gross : 0n,
  refunds: gross < 0n ? -gross : 0n,
});

/** A reversal takes effect on its own day and falls where its original did. `taken`: in the original's sign. */
export const takenBack = (
  effectiveAt: Instant,
  at: Instant,
  profile: ChargeProfile,
  taken: bigint,
): Posted => ({
  day: dayOf(effectiveAt),
  at,
  profile,
  usage: taken > 0n ? -taken : 0n,
  refunds: taken < 0n ? taken : 0n,
});

/** It takes back a charge of an earlier day, and counts only from its own day on. */
export const isLater = ({
  day,
  at,
}: {
  readonly day: CalendarDay;
  readonly at: Instant;
}): boolean => day !== dayOf(at);
