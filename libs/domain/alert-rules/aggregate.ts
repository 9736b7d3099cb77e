import type { Aggregate } from '../aggregate.js';
import { plainJson } from '../state-json.js';
import { noRules, ruleOf, RULES_KEY, type AlertRules } from './alert-rules.js';
import type { AlertRulesCommand } from './commands.js';
import { decide } from './decide.js';
import type { AlertRulesEvent } from './events.js';
import { evolve } from './evolve.js';
import { ALERT_RULES_REFUSALS } from './rejections.js';

const SCOPE = [
  { kind: 'agreement', member: 'agreementId' },
  { kind: 'commitment', member: 'commitmentId' },
] as const;

/** One stream per tenant. The terms are those of a rule, and each has a version of its own. */
export const alertRules: Aggregate<AlertRulesCommand, AlertRulesEvent, AlertRules> = {
  decider: {
    initial: noRules,
    decide,
    termsVersion: ({ ruleId }, state) => ruleOf(state, ruleId)?.version ?? 0,
    evolve,
    ...plainJson<AlertRules>(),
  },
  streamOf: () => RULES_KEY,
  agreementOf: null,
  references: { DefineAlertRule: SCOPE, ChangeAlertRule: SCOPE, RetireAlertRule: [] },
  changesTerms: { AlertRuleDefined: true, AlertRuleChanged: true, AlertRuleRetired: true },
  askedBy: {
    AlertRuleDefined: 'DefineAlertRule',
    AlertRuleChanged: 'ChangeAlertRule',
    AlertRuleRetired: 'RetireAlertRule',
  },
  refusals: ALERT_RULES_REFUSALS,
};
