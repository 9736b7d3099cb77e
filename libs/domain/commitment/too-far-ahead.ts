import type { Instant } from '../decider.js';
import { instantOfMicros, microsOf } from '../instant.js';

const A_DAY_IN_MICROS = 86_400_000_000n;

/** Business may be dated ahead by a day at most: clocks and zones differ, plans are no facts. */
export const isTooFarAhead = (effectiveAt: Instant, now: Instant): boolean =>
  effectiveAt > now && effectiveAt > instantOfMicros(microsOf(now) + A_DAY_IN_MICROS);
