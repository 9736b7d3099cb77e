import type { AlertRulesCommand } from '../../domain/alert-rules/commands.js';
import type { RuleTerms } from '../../domain/alert-rules/events.js';
import { toAmount } from '../to-values.js';
import type { ChangeAlertRuleBody, DefineAlertRuleBody, RetireAlertRuleBody } from './bodies.js';

export const toDefineAlertRule = (body: DefineAlertRuleBody): AlertRulesCommand => ({
  type: 'DefineAlertRule',
  ruleId: body.id,
  ...toTerms(body),
});

export const toChangeAlertRule = (
  ruleId: string,
  body: ChangeAlertRuleBody,
): AlertRulesCommand => ({ type: 'ChangeAlertRule', ruleId, ...toTerms(body) });

export const toRetireAlertRule = (
  ruleId: string,
  { reason }: RetireAlertRuleBody,
): AlertRulesCommand => ({ type: 'RetireAlertRule', ruleId, reason });

const toTerms = (body: ChangeAlertRuleBody): RuleTerms => ({
  name: body.name,
  kind: body.kind,
  threshold: body.threshold === undefined ? null : toAmount(body.threshold),
  currency: body.currency ?? null,
  agreementId: body.agreementId ?? null,
  commitmentId: body.commitmentId ?? null,
  ...(body.severity === undefined ? {} : { severity: body.severity }),
});
