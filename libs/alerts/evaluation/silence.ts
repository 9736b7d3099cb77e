import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { displayInstant, microsOf, startOfDay, type Instant } from '../../domain/instant.js';
import type { CommitmentStanding, Portfolio } from '../../projections/portfolio/answer.js';
import type { Finding } from './finding.js';
import { isRunning } from './pace.js';
import { inScope } from './scope.js';

/** When the ledger heard of an agreement. */
export interface Heard {
  /** When its first commitment was recorded. */
  readonly first: Instant;
  /** When usage of it was recorded last; null: never. */
  readonly usage: Instant | null;
}

const HOUR = 3_600_000_000n;

/**
 * Nothing was recorded of an agreement's usage for so many hours. Counted from the last usage; where there was none, from
 * when the first of its commitments that run began, or was recorded, whichever is later.
 */
export const ingestSilentFor = (
  rule: AlertRule,
  { data }: Portfolio,
  heard: ReadonlyMap<string, Heard>,
  now: Instant,
): readonly Finding[] =>
  [...beginnings(inScope(rule, data).filter(isRunning))].flatMap(([agreementId, began]) => {
    const known = heard.get(agreementId);
    if (known === undefined) return [];
    const since = known.usage ?? (known.first > began ? known.first : began);
    const hours = (microsOf(now) - microsOf(since)) / HOUR;
    if (hours < BigInt(rule.threshold ?? '0')) return [];
    return [
      {
        subject: agreementId,
        facts: {
          ...{ value: String(hours), threshold: rule.threshold, since: displayInstant(since) },
          lastUsage: known.usage === null ? null : displayInstant(known.usage),
        },
      },
    ];
  });

/** Agreements with a commitment that runs, and since when one does. */
const beginnings = (running: readonly CommitmentStanding[]): ReadonlyMap<string, Instant> => {
  const began = new Map<string, Instant>();
  for (const { agreementId, startsAt } of running) {
    const before = began.get(agreementId) ?? FAR;
    began.set(agreementId, startsAt < before ? startsAt : before);
  }
  return began;
};

const FAR = startOfDay('9999-12-31');
