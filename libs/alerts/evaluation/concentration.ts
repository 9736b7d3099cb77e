import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { unitsOf } from '../../domain/money.js';
import type { Concentration } from '../../projections/vendor-concentration/answer.js';
import type { Finding } from './finding.js';
import { thresholdOf } from './threshold.js';

/** The index of a currency is above what the rule says. */
export const hhiAbove = (rule: AlertRule, { currencies }: Concentration): readonly Finding[] => {
  const threshold = thresholdOf(rule);
  return currencies.flatMap(({ currency, hhi, top1, vendors }) =>
    hhi === null || unitsOf(hhi) <= threshold
      ? []
      : [
          {
            subject: currency,
            facts: {
              value: hhi,
              threshold: rule.threshold,
              top1,
              vendors: String(vendors.length),
            },
          },
        ],
  );
};
