import { conflict, invalid, unknown, refusals, type RefusalTable } from '../refusal.js';

export const ALERT_RULES_REFUSALS = {
  AlertRuleAlreadyDefined: conflict<{ readonly ruleId: string }>(),
  AlertRuleUnknown: unknown<{ readonly ruleId: string }>(),
  AlertRuleAlreadyRetired: conflict<{ readonly ruleId: string }>(),
  AlertRulesTooMany: conflict<{ readonly most: number }>(),
  AlertThresholdInvalid: invalid<{
    readonly kind: string;
    readonly needed: string;
    readonly pointer: string;
  }>(),
  AlertCurrencyInvalid: invalid<{
    readonly kind: string;
    readonly needed: string;
    readonly pointer: string;
  }>(),
  AlertScopeInvalid: invalid<{
    readonly kind: string;
    readonly needed: string;
    readonly pointer: string;
  }>(),
} satisfies RefusalTable;

export const refuse = refusals(ALERT_RULES_REFUSALS);
