import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { RuleKind } from '../../domain/alert-rules/kinds.js';
import type { Instant } from '../../domain/instant.js';
import type { Forecast } from '../../projections/forecast/answer.js';
import type { Portfolio } from '../../projections/portfolio/answer.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import type { TranchePipelines } from '../../projections/tranche-pipeline/answer.js';
import type { Concentration } from '../../projections/vendor-concentration/answer.js';
import { pastDue, periodClosesWithin, remainingBelow, utilisationAbove } from './commitments.js';
import { hhiAbove } from './concentration.js';
import type { Finding } from './finding.js';
import { ForecastsUnfinished } from './forecasts.js';
import { milestoneDueWithin, milestoneMissed } from './milestones.js';
import { behindPaceBy } from './pace.js';
import { mayFallShort, shortfallAbove } from './shortfalls.js';
import { ingestSilentFor, type Heard } from './silence.js';
import { projectionStopped, type ViewBehind } from './views.js';

/** What rules are evaluated on: each question is asked once, however many rules need it, and only if one does. */
export interface Questions {
  readonly now: Instant;
  obligations(): Promise<Obligations>;
  concentration(): Promise<Concentration>;
  portfolio(): Promise<Portfolio>;
  tranches(): Promise<TranchePipelines>;
  /** Of the agreements of these commitments. */
  heard(portfolio: Portfolio): Promise<ReadonlyMap<string, Heard>>;
  /** @throws ForecastsUnfinished */
  forecast(of: Obligations['commitments'][number], asOf: string): Promise<Forecast | null>;
  viewsBehind(): readonly ViewBehind[];
}

/** A view that a rule needs has not seen enough: nothing is known of the rule, and of no other. */
export class ViewLacking extends Error {
  constructor(
    readonly because: 'view-stopped' | 'view-behind',
    message: string,
  ) {
    super(message);
  }
}

type Evaluation = (rule: AlertRule, questions: Questions) => Promise<readonly Finding[]>;

const shortfallProjectedAbove: Evaluation = async (rule, ask) => {
  const obligations = await ask.obligations();
  const findings: Finding[] = [];
  for (const owed of mayFallShort(rule, obligations)) {
    const forecast = await ask.forecast(owed, obligations.asOf);
    if (forecast !== null) findings.push(...shortfallAbove(rule, forecast));
  }
  return findings;
};

const silent: Evaluation = async (rule, ask) => {
  const portfolio = await ask.portfolio();
  return ingestSilentFor(rule, portfolio, await ask.heard(portfolio), ask.now);
};

/** How a rule of each kind is evaluated: the one list beside that of the domain. */
const EVALUATIONS: Readonly<Record<RuleKind, Evaluation>> = {
  'remaining-below': async (rule, ask) => remainingBelow(rule, await ask.obligations()),
  'utilisation-above': async (rule, ask) => utilisationAbove(rule, await ask.obligations()),
  'past-due': async (rule, ask) => pastDue(rule, await ask.obligations()),
  'period-closes-within': async (rule, ask) => periodClosesWithin(rule, await ask.obligations()),
  'hhi-above': async (rule, ask) => hhiAbove(rule, await ask.concentration()),
  'behind-pace-by': async (rule, ask) => behindPaceBy(rule, await ask.portfolio()),
  'shortfall-projected-above': shortfallProjectedAbove,
  'milestone-due-within': async (rule, ask) => milestoneDueWithin(rule, await ask.tranches()),
  'milestone-missed': async (rule, ask) => milestoneMissed(rule, await ask.tranches()),
  'ingest-silent-for': silent,
  'projection-stopped': (_, ask) => Promise.resolve(projectionStopped(ask.viewsBehind(), ask.now)),
};

/** Why nothing is known of a rule. `unfinished`: it takes longer, and the next evaluation goes on. */
export interface Unknown {
  readonly because: ViewLacking['because'] | 'unfinished' | 'failed';
  readonly reason: string;
}

/** A rule, and what it found. Null: nothing is known of it. */
export interface Evaluated {
  readonly rule: AlertRule;
  readonly findings: readonly Finding[] | null;
  /** Null: it was evaluated. */
  readonly unknown: Unknown | null;
}

export const evaluate = (
  rules: readonly AlertRule[],
  questions: Questions,
): Promise<readonly Evaluated[]> =>
  Promise.all(
    rules.map(async (rule): Promise<Evaluated> => {
      try {
        const findings = await EVALUATIONS[rule.kind](rule, questions);
        return { rule, findings, unknown: null };
      } catch (error) {
        return { rule, findings: null, unknown: unknownOf(error) };
      }
    }),
  );

const unknownOf = (error: unknown): Unknown => {
  if (error instanceof ViewLacking) return { because: error.because, reason: error.message };
  if (error instanceof ForecastsUnfinished)
    return { because: 'unfinished', reason: 'forecasts are being made' };
  return { because: 'failed', reason: String(error) };
};
