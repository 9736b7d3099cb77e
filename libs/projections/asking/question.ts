import { addDays, isDay } from '../../domain/calendar.js';
import type { Instant } from '../../domain/decider.js';
import { dayOf, parseInstant, startOfDay } from '../../domain/instant.js';

/** A question that cannot be answered as asked. `code` is stable; callers go by it. */
export class QueryRefused extends Error {
  constructor(
    readonly code:
      | 'as-of-granularity'
      | 'known-at-invalid'
      | 'known-at-in-future'
      | 'known-twice'
      | 'since-invalid'
      | 'range-invalid'
      | 'scenario-too-wide'
      | 'scenario-repeats'
      | 'scenario-out-of-scope'
      | 'scenario-not-ahead'
      | 'range-too-long'
      | 'window-invalid'
      | 'figure-unknown'
      | 'figure-of-what'
      | 'cursor-malformed'
      | 'position-unknown'
      | 'view-behind'
      | 'view-not-ready'
      | 'view-stopped',
    message: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** The two axes as a caller gives them. */
export interface TimeAxes {
  readonly tenant: string;
  /** A UTC day `YYYY-MM-DD`, the whole of it included. Default: today. */
  readonly asOf?: string | undefined;
  /** An RFC 3339 instant, included. Default: everything the view has seen. */
  readonly knownAt?: string | undefined;
  /** Instead of `knownAt`: the last position of each shard that counts, as `ledgerPosition` of an answer says it; nothing of others. */
  readonly knownPosition?: Positions | undefined;
}

/** Per shard, its last position. */
export type Positions = Readonly<Record<string, number>>;

/** The axes as they are used: entries with effectiveAt before `effectiveBefore` and recordedAt at or before `knownAt`. */
export interface Asked {
  readonly tenant: string;
  readonly asOf: string;
  readonly effectiveBefore: Instant;
  readonly knownAt: Instant | null;
}

export const asked = (axes: TimeAxes, now: Instant): Asked => {
  const asOf = axes.asOf ?? dayOf(now);
  // Amounts are kept per day, so a moment inside a day has no exact answer from them.
  if (!isDay(asOf)) {
    throw new QueryRefused('as-of-granularity', 'asOf is a UTC day, like 2026-03-31', { asOf });
  }
  const knownAt = axes.knownAt === undefined ? null : parseInstant(axes.knownAt);
  if (axes.knownAt !== undefined && knownAt === null) {
    throw new QueryRefused('known-at-invalid', 'knownAt is an RFC 3339 instant with an offset', {
      knownAt: axes.knownAt,
    });
  }
  if (axes.knownAt !== undefined && axes.knownPosition !== undefined) {
    throw new QueryRefused('known-twice', 'knownAt and knownPosition say the same: send one', {});
  }
  // What will be known later cannot be answered now and stay the same.
  if (knownAt !== null && knownAt > now) {
    throw new QueryRefused('known-at-in-future', 'knownAt is later than now', { knownAt, now });
  }
  return { tenant: axes.tenant, asOf, effectiveBefore: startOfDay(addDays(asOf, 1)), knownAt };
};

export const SKIPPED_EVENTS_TOLD = 20;
