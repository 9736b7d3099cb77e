import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import { formatUnits, unitsOf } from '../../domain/money.js';
import type { CommitmentStanding, Portfolio } from '../../projections/portfolio/answer.js';
import type { Finding } from './finding.js';
import { inScope } from './scope.js';
import { thresholdOf } from './threshold.js';

const WHOLE = unitsOf('1');

/**
 * A commitment that runs is behind its pace by more than the rule says: 1 less the pace ratio of its burn-down, which is
 * applied / planned where there are minimums, and recent use / required use a day where there are none.
 */
export const behindPaceBy = (rule: AlertRule, { data }: Portfolio): readonly Finding[] => {
  const threshold = thresholdOf(rule);
  return inScope(rule, data)
    .filter(isRunning)
    .flatMap(({ commitmentId, pace, applied }) => {
      if (pace === null || pace.paceRatio === null) return [];
      const behind = WHOLE - unitsOf(pace.paceRatio);
      if (behind <= threshold) return [];
      const { planned, recentPerDay, requiredPerDay, requiredBy } = pace;
      return [
        {
          subject: commitmentId,
          facts: {
            ...{ value: formatUnits(behind), threshold: rule.threshold },
            ...{ applied, planned, recentPerDay, requiredPerDay, requiredBy },
          },
        },
      ];
    });
};

/** In its term, of an agreement that binds. */
export const isRunning = ({ state, agreementStatus }: CommitmentStanding): boolean =>
  state === 'running' && agreementStatus === 'active';
