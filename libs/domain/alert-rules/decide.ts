import { accept, type Decision } from '../decider.js';
import {
  ACTIVE_RULES_MAX,
  activeRules,
  ruleOf,
  RULES_MAX,
  severityOf,
  type AlertRules,
} from './alert-rules.js';
import type { AlertRulesCommand } from './commands.js';
import type { AlertRulesEvent, RuleTerms } from './events.js';
import { refuse } from './rejections.js';
import { termsFault } from './terms-faults.js';

type Command<Type extends AlertRulesCommand['type']> = Extract<AlertRulesCommand, { type: Type }>;

export const decide = (
  command: AlertRulesCommand,
  state: AlertRules,
): Decision<AlertRulesEvent> => {
  switch (command.type) {
    case 'DefineAlertRule':
      return define(command, state);
    case 'ChangeAlertRule':
      return change(command, state);
    case 'RetireAlertRule':
      return retire(command, state);
  }
};

/** A rule that was retired keeps its id: alerts of before name it. */
const define = (
  command: Command<'DefineAlertRule'>,
  state: AlertRules,
): Decision<AlertRulesEvent> => {
  const { ruleId } = command;
  if (ruleOf(state, ruleId)) return refuse('AlertRuleAlreadyDefined', { ruleId });
  if (activeRules(state).length >= ACTIVE_RULES_MAX)
    return refuse('AlertRulesTooMany', { most: ACTIVE_RULES_MAX });
  if (Object.keys(state.rules).length >= RULES_MAX)
    return refuse('AlertRulesTooMany', { most: RULES_MAX });
  const terms = termsOf(command);
  return (
    termsFault(terms) ??
    accept({ type: 'AlertRuleDefined', body: { ruleId, version: 1, ...terms } })
  );
};

const change = (
  command: Command<'ChangeAlertRule'>,
  state: AlertRules,
): Decision<AlertRulesEvent> => {
  const { ruleId } = command;
  const rule = ruleOf(state, ruleId);
  if (!rule) return refuse('AlertRuleUnknown', { ruleId });
  if (rule.status === 'retired') return refuse('AlertRuleAlreadyRetired', { ruleId });
  const terms = termsOf(command);
  const fault = termsFault(terms);
  if (fault) return fault;
  if (isSame(terms, termsOf(rule))) return accept();
  const version = rule.version + 1;
  return accept({ type: 'AlertRuleChanged', body: { ruleId, version, ...terms } });
};

const retire = (
  { ruleId, reason }: Command<'RetireAlertRule'>,
  state: AlertRules,
): Decision<AlertRulesEvent> => {
  const rule = ruleOf(state, ruleId);
  if (!rule) return refuse('AlertRuleUnknown', { ruleId });
  if (rule.status === 'retired') return refuse('AlertRuleAlreadyRetired', { ruleId });
  return accept({
    type: 'AlertRuleRetired',
    body: { ruleId, version: rule.version + 1, reason },
  });
};

const termsOf = (terms: RuleTerms): RuleTerms => {
  const { name, kind, threshold, currency, agreementId, commitmentId, severity } = terms;
  const stated = { name, kind, threshold, currency, agreementId, commitmentId };
  return severity === undefined ? stated : { ...stated, severity };
};

const isSame = (left: RuleTerms, right: RuleTerms): boolean =>
  severityOf(left) === severityOf(right) &&
  (['name', 'kind', 'threshold', 'currency', 'agreementId', 'commitmentId'] as const).every(
    (name) => left[name] === right[name],
  );
