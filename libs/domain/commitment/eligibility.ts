import type { Instant } from '../decider.js';
import { WHOLE, type Limits } from './commitment.js';
import type { Charge } from './events.js';
import type { ChargeAttribute, ChargeMatch, CommitmentTerms, EligibilityRule } from './terms.js';

/** How much of a charge may count for a commitment, in which class, and which rule said so. */
export interface Eligibility {
  /** Units of 10^-12: 10^12 is all of it. */
  readonly fraction: bigint;
  readonly class: string;
  /** A ruleId, `default`, or `category:<name>` for charge categories that do not draw down. */
  readonly rule: string;
}

const BY_DEFAULT: Eligibility = { fraction: WHOLE, class: '', rule: 'default' };

/** The category decides first; then the first rule in force at `effectiveAt` that matches; else all of it counts. */
export const eligibilityOf = (
  charge: Charge,
  effectiveAt: Instant,
  terms: CommitmentTerms,
  limits: Limits,
): Eligibility => {
  if (!terms.countedCategories.includes(charge.category)) {
    return { fraction: 0n, class: '', rule: `category:${charge.category}` };
  }
  const at = terms.eligibility.findIndex(
    (rule) => isInForce(rule, effectiveAt) && matches(charge, rule.match),
  );
  if (at < 0) return BY_DEFAULT;
  const rule = terms.eligibility[at]!;
  return { fraction: limits.fractions[at]!, class: rule.class, rule: rule.ruleId };
};

const isInForce = (rule: EligibilityRule, effectiveAt: Instant): boolean =>
  (rule.from === null || rule.from <= effectiveAt) &&
  (rule.until === null || effectiveAt < rule.until);

const matches = (charge: Charge, match: ChargeMatch): boolean => {
  for (const name in match.attributes) {
    const value = charge.attributes[name as ChargeAttribute];
    if (value === undefined || !match.attributes[name as ChargeAttribute]!.includes(value)) {
      return false;
    }
  }
  for (const name in match.tags) {
    const value = charge.tags[name];
    if (value === undefined || !match.tags[name]!.includes(value)) return false;
  }
  return true;
};
