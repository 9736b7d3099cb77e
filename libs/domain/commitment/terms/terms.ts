import type { Instant } from '../../decider.js';
import type { MoneyText } from '../../money.js';

/** Which cost of a charge counts against the commitment (FOCUS ListCost, ContractedCost, BilledCost, EffectiveCost). */
export const COST_BASES = ['list', 'contracted', 'billed', 'effective'] as const;
export type CostBasis = (typeof COST_BASES)[number];

/** FOCUS ChargeCategory, in lower case. */
export const CHARGE_CATEGORIES = ['usage', 'purchase', 'tax', 'credit', 'adjustment'] as const;
export type ChargeCategory = (typeof CHARGE_CATEGORIES)[number];

/** [start, end) in UTC. `end` null only for the single period of a commitment with an unknown end. */
export interface CommitmentPeriod {
  readonly start: Instant;
  readonly end: Instant | null;
  /** Decimal text in the commitment's currency; null: this period has no minimum. */
  readonly minimum: string | null;
}

/**
 * total-only          one pool, one period, no minimum
 * period-minimums     every period has its own minimum, under an independent total
 * sum-of-periods      the total is the sum of the periods' minimums; a period's excess is overage unless carried forward
 */
export type ScheduleMode = 'total-only' | 'period-minimums' | 'sum-of-periods';

/** Frozen data: contiguous, ordered, covering the term. Ramps are expanded before they are pledged (schedule.ts). */
export interface CommitmentSchedule {
  readonly mode: ScheduleMode;
  readonly periods: readonly CommitmentPeriod[];
  /** sum-of-periods only: what a period takes beyond its minimum counts for later periods. */
  readonly excessCarriesForward: boolean;
  /** Part of a period's shortfall that may move to the next period, a fraction 0..1 of that period's minimum, or null. */
  readonly rolloverFraction: string | null;
}

/** Facts of a charge that rules may ask for. All optional, compared exactly. */
export const CHARGE_ATTRIBUTES = [
  'vendor',
  'publisher',
  'account',
  'subAccount',
  'region',
  'serviceCategory',
  'service',
  'sku',
  'pricingCategory',
] as const;
export type ChargeAttribute = (typeof CHARGE_ATTRIBUTES)[number];

/** Every named attribute must be one of the listed values; every named tag must have one of the listed values. */
export interface ChargeMatch {
  readonly attributes: Readonly<Partial<Record<ChargeAttribute, readonly string[]>>>;
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

/**
 * Dated eligibility rule. The first rule, in list order, that is in force at the charge's effectiveAt and matches, decides.
 * No rule matches: eligible in full, default class. exclude: fraction 0. include: `fraction` (0..1) counts, in class `class`.
 */
export interface EligibilityRule {
  readonly ruleId: string;
  readonly effect: 'include' | 'exclude';
  readonly match: ChargeMatch;
  readonly fraction: string;
  /** Class for caps, e.g. `marketplace`; the default class is the empty string. */
  readonly class: string;
  readonly from: Instant | null;
  readonly until: Instant | null;
}

/** What of a class may count: a fraction of each period's minimum, a fraction of the total, or an absolute amount. */
export interface ClassCap {
  readonly class: string;
  readonly of: 'period-minimum' | 'total' | 'absolute';
  /** A fraction 0..1, or for `absolute` an amount in the commitment's currency (over the whole term). */
  readonly value: string;
}

export interface CommitmentTerms {
  readonly name: string;
  readonly total: MoneyText;
  readonly basis: CostBasis;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
  readonly schedule: CommitmentSchedule;
  /** Charge categories that draw down. Others are recorded as ineligible (rule `category:<name>`). Usual: usage, purchase. */
  readonly countedCategories: readonly ChargeCategory[];
  readonly eligibility: readonly EligibilityRule[];
  readonly caps: readonly ClassCap[];
  /** Lower first when several commitments of an agreement could take a charge; then the earlier end, then the id. */
  readonly priority: number;
  /** A charge counts for two commitments only if both say so. */
  readonly stackable: boolean;
}
