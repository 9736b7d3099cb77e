/**
 * What a rule can watch: the one list. `threshold` says of what the rule's threshold is, `scope` what it may be narrowed to.
 * Names are stored for ever: add, never rename.
 */
export const RULE_KINDS = {
  /** Fires while less than `threshold` of a commitment in that currency remains. */
  'remaining-below': { threshold: 'money', scope: 'commitment' },
  /** Fires while more than this fraction of a commitment's total is applied. */
  'utilisation-above': { threshold: 'fraction', scope: 'commitment' },
  /** Fires while something is past due. */
  'past-due': { threshold: 'none', scope: 'commitment' },
  /** Fires from so many days before a period with something missing ends, until it has ended or nothing is missing. */
  'period-closes-within': { threshold: 'days', scope: 'commitment' },
  /** Fires while the Herfindahl-Hirschman index of the vendors' spend of twelve months is above it, per currency. */
  'hhi-above': { threshold: 'index', scope: 'tenant' },
} as const satisfies Readonly<
  Record<string, { readonly threshold: ThresholdKind; readonly scope: 'commitment' | 'tenant' }>
>;

/** `fraction` 0 to 1, `days` whole, 0 to 366, `index` 0 to 10,000; money needs a currency, and nothing else has one. */
export type ThresholdKind = 'none' | 'money' | 'fraction' | 'days' | 'index';
export type RuleKind = keyof typeof RULE_KINDS;

export const RULE_KIND_NAMES = Object.keys(RULE_KINDS) as readonly RuleKind[];
