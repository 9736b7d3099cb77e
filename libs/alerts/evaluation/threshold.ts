import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { unitsOf } from '../../domain/money.js';

/** The threshold of a rule whose kind has one, to be compared. */
export const thresholdOf = ({ ruleId, threshold }: AlertRule): bigint => {
  if (threshold === null) throw new Error(`the rule ${ruleId} has no threshold`);
  return unitsOf(threshold);
};
