import { severityOf } from '../../domain/alert-rules/alert-rules.js';
import type { Severity } from '../../domain/alert-rules/kinds.js';
import type { Evaluated } from '../evaluation/evaluations.js';
import type { Facts } from '../evaluation/finding.js';

/** An alert that fires, as it is kept. */
export interface Firing {
  /** Of the alert. */
  readonly number: number;
  readonly ruleId: string;
  readonly kind: string;
  readonly subject: string;
  /** Of its rule when it fired. */
  readonly severity: Severity;
}

/** A change of state that is still to be recorded. */
export type Change =
  | {
      readonly state: 'firing';
      readonly ruleId: string;
      readonly kind: string;
      readonly subject: string;
      readonly severity: Severity;
      readonly facts: Facts;
    }
  | {
      readonly state: 'resolved';
      readonly alert: Firing;
      readonly because: 'condition-ended' | 'rule-retired';
    };

/**
 * What changed between what fires already and what was found. What is found and fires already is no change. A rule that
 * could not be evaluated changes nothing; one that is not among those evaluated is not there any more.
 */
export const changesOf = (
  evaluated: readonly Evaluated[],
  firing: readonly Firing[],
): readonly Change[] => {
  const fires = new Set(firing.map(keyOf));
  const fired = evaluated.flatMap(({ rule, findings }) =>
    (findings ?? [])
      .filter(({ subject }) => !fires.has(keyOf({ ...rule, subject })))
      .map(({ subject, facts }): Change => {
        const { ruleId, kind } = rule;
        return { state: 'firing', ruleId, kind, subject, severity: severityOf(rule), facts };
      }),
  );
  const foundOf = new Map(
    evaluated.map(({ rule, findings }) => [
      rule.ruleId,
      findings === null ? null : new Set(findings.map(({ subject }) => subject)),
    ]),
  );
  const resolved = firing.flatMap((alert): Change[] => {
    const found = foundOf.get(alert.ruleId);
    if (found === undefined) return [{ state: 'resolved', alert, because: 'rule-retired' }];
    return found === null || found.has(alert.subject)
      ? []
      : [{ state: 'resolved', alert, because: 'condition-ended' }];
  });
  return [...resolved, ...fired];
};

const keyOf = ({
  ruleId,
  subject,
}: {
  readonly ruleId: string;
  readonly subject: string;
}): string => `${ruleId} ${subject}`;
