import type { ChargeProfile } from '../allocation/charges.js';
import type { Instant } from '../../decider.js';
import type { EligibilityRule } from './terms.js';
import { WHOLE } from './limits.js';
import { indexOfQuestion, type Question } from './questions.js';
import type { TermsStatement } from './timeline.js';

/** How much of a charge may count for a commitment, in which class, and which rule said so. */
export interface Eligibility {
  /** Units of 10^-12: 10^12 is all of it. */
  readonly fraction: bigint;
  readonly class: string;
  /** A ruleId, `default`, or `category:<name>` for charge categories that do not draw down. */
  readonly rule: string;
}

const BY_DEFAULT: Eligibility = { fraction: WHOLE, class: '', rule: 'default' };

/** The category decides first; then the first rule in force at `at` that matches; else all of it counts. */
export const eligibilityOf = (
  profile: ChargeProfile,
  questions: readonly Question[],
  at: Instant,
  { terms, rules }: Pick<TermsStatement, 'terms' | 'rules'>,
): Eligibility => {
  if (!(terms.countedCategories as readonly string[]).includes(profile.category)) {
    return { fraction: 0n, class: '', rule: `category:${profile.category}` };
  }
  if (rules.length === 0) return BY_DEFAULT;
  const yes = new Set(profile.yes === '' ? [] : profile.yes.split(',').map(Number));
  const found = rules.find(
    ({ rule, question }) => isInForce(rule, at) && yes.has(indexOfQuestion(questions, question)),
  );
  if (!found) return BY_DEFAULT;
  return { fraction: found.fraction, class: found.rule.class, rule: found.rule.ruleId };
};

export const isInForce = (rule: EligibilityRule, at: Instant): boolean =>
  (rule.from === null || rule.from <= at) && (rule.until === null || at < rule.until);
