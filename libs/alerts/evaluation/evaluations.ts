import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { RuleKind } from '../../domain/alert-rules/kinds.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import type { Concentration } from '../../projections/vendor-concentration/answer.js';
import { pastDue, periodClosesWithin, remainingBelow, utilisationAbove } from './commitments.js';
import { hhiAbove } from './concentration.js';
import type { Finding } from './finding.js';

/** What rules are evaluated on: each question is asked once, however many rules need it, and only if one does. */
export interface Questions {
  obligations(): Promise<Obligations>;
  concentration(): Promise<Concentration>;
}

type Evaluation = (rule: AlertRule, questions: Questions) => Promise<readonly Finding[]>;

/** How a rule of each kind is evaluated: the one list beside that of the domain. */
const EVALUATIONS: Readonly<Record<RuleKind, Evaluation>> = {
  'remaining-below': async (rule, ask) => remainingBelow(rule, await ask.obligations()),
  'utilisation-above': async (rule, ask) => utilisationAbove(rule, await ask.obligations()),
  'past-due': async (rule, ask) => pastDue(rule, await ask.obligations()),
  'period-closes-within': async (rule, ask) => periodClosesWithin(rule, await ask.obligations()),
  'hhi-above': async (rule, ask) => hhiAbove(rule, await ask.concentration()),
};

/** A rule, and what it found. Null: what it is evaluated on was not answered, so nothing is known of it. */
export interface Evaluated {
  readonly rule: AlertRule;
  readonly findings: readonly Finding[] | null;
  /** Why not; null: it was. */
  readonly trouble: string | null;
}

export const evaluate = (
  rules: readonly AlertRule[],
  questions: Questions,
): Promise<readonly Evaluated[]> =>
  Promise.all(
    rules.map(async (rule): Promise<Evaluated> => {
      try {
        const findings = await EVALUATIONS[rule.kind](rule, questions);
        return { rule, findings, trouble: null };
      } catch (error) {
        return { rule, findings: null, trouble: String(error) };
      }
    }),
  );
