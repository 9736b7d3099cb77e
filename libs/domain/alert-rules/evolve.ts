import { ruleOf, type AlertRule, type AlertRules } from './alert-rules.js';
import type { AlertRulesEvent } from './events.js';

export const evolve = (state: AlertRules, event: AlertRulesEvent): AlertRules => {
  switch (event.type) {
    case 'AlertRuleDefined':
    case 'AlertRuleChanged':
      return withRule(state, { ...event.body, status: 'active' });
    case 'AlertRuleRetired': {
      const { ruleId, version } = event.body;
      const rule = ruleOf(state, ruleId);
      if (!rule) throw new Error(`the rule ${ruleId} is retired before it was defined`);
      return withRule(state, { ...rule, version, status: 'retired' });
    }
  }
};

const withRule = (state: AlertRules, rule: AlertRule): AlertRules => ({
  rules: { ...state.rules, [rule.ruleId]: rule },
});
