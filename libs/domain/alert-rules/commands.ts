import type { RuleTerms } from './events.js';

export type AlertRulesCommand =
  | ({ readonly type: 'DefineAlertRule'; readonly ruleId: string } & RuleTerms)
  | ({ readonly type: 'ChangeAlertRule'; readonly ruleId: string } & RuleTerms)
  | { readonly type: 'RetireAlertRule'; readonly ruleId: string; readonly reason: string };
