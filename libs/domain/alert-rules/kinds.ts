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
  /** Fires while a commitment that runs is behind its pace by more than this fraction of it. */
  'behind-pace-by': { threshold: 'fraction', scope: 'commitment' },
  /** Fires while more than `threshold` of a period, or of the term, is expected to be missing when it ends. */
  'shortfall-projected-above': { threshold: 'money', scope: 'commitment' },
  /** Fires from so many days before an undecided milestone is due, until it is decided or overdue. */
  'milestone-due-within': { threshold: 'days', scope: 'agreement' },
  /** Fires while a milestone is missed, or undecided after it was due. */
  'milestone-missed': { threshold: 'none', scope: 'agreement' },
  /** Fires while nothing was recorded for so many hours of the usage of an agreement with a commitment that runs. */
  'ingest-silent-for': { threshold: 'hours', scope: 'agreement' },
  /** Fires while a view stands still at an event, or is far behind the ledger: what other rules need. */
  'projection-stopped': { threshold: 'none', scope: 'tenant' },
} as const satisfies Readonly<
  Record<string, { readonly threshold: ThresholdKind; readonly scope: RuleScope }>
>;

/**
 * `fraction` 0 to 1, `days` whole, 0 to 366, `hours` whole, 1 to 8,784, `index` 0 to 10,000; money needs a currency, and
 * nothing else has one.
 */
export type ThresholdKind = 'none' | 'money' | 'fraction' | 'days' | 'hours' | 'index';
/** The smallest thing that a rule can be about: a commitment, or its agreement; an agreement; all that a tenant has. */
export type RuleScope = 'commitment' | 'agreement' | 'tenant';
export type RuleKind = keyof typeof RULE_KINDS;

/** How bad it is when a rule fires, for whoever decides whom to wake. The mildest first. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const RULE_KIND_NAMES = Object.keys(RULE_KINDS) as readonly RuleKind[];
