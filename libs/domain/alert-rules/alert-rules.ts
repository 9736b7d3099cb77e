import type { RuleTerms } from './events.js';
import type { Severity } from './kinds.js';

export interface AlertRule extends RuleTerms {
  readonly ruleId: string;
  readonly status: 'active' | 'retired';
  /** How often it was stated, changed or retired. */
  readonly version: number;
}

/** All rules of a tenant, those that are retired too, by their ids: together, because there is a limit to them. */
export interface AlertRules {
  readonly rules: Readonly<Record<string, AlertRule>>;
}

export const noRules: AlertRules = { rules: {} };

/** The key of the one stream in which a tenant's rules stand. */
export const RULES_KEY = 'alert-rules';

/** Each active rule is evaluated whenever a view moves. */
export const ACTIVE_RULES_MAX = 100;
/** What was retired stays in the state of the stream, which is read whole. */
export const RULES_MAX = 1_000;

/** Own keys only: `constructor` is a code that a user may choose. */
export const ruleOf = ({ rules }: AlertRules, ruleId: string): AlertRule | undefined =>
  Object.hasOwn(rules, ruleId) ? rules[ruleId] : undefined;

export const severityOf = ({ severity = 'warning' }: RuleTerms): Severity => severity;

/** In the order of their ids. */
export const activeRules = ({ rules }: AlertRules): readonly AlertRule[] =>
  Object.values(rules)
    .filter(({ status }) => status === 'active')
    .sort((left, right) => (left.ruleId < right.ruleId ? -1 : 1));
