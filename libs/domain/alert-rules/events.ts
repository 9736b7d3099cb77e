import type { RuleKind, Severity } from './kinds.js';

/** What a rule watches, and from where on it fires. */
export interface RuleTerms {
  /** For people. */
  readonly name: string;
  readonly kind: RuleKind;
  /** Decimal text of what the kind says; null where it has none. */
  readonly threshold: string | null;
  /** Of money; else null. */
  readonly currency: string | null;
  /** Only commitments of this agreement; null: of all. */
  readonly agreementId: string | null;
  /** Only this commitment; null: all. */
  readonly commitmentId: string | null;
  /** Absent: `warning`, as in all rules of before there were any. */
  readonly severity?: Severity;
}

// These names and shapes are stored for ever: add, never rename. `version`: how often the rule was stated or changed by then.
export type AlertRulesEvent =
  | {
      readonly type: 'AlertRuleDefined';
      readonly body: { readonly ruleId: string; readonly version: number } & RuleTerms;
    }
  | {
      readonly type: 'AlertRuleChanged';
      readonly body: { readonly ruleId: string; readonly version: number } & RuleTerms;
    }
  | {
      readonly type: 'AlertRuleRetired';
      readonly body: {
        readonly ruleId: string;
        readonly version: number;
        readonly reason: string;
      };
    };
