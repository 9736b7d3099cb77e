import type { Interval } from '../../domain/calendar.js';
import { inCurrency, moneyIn, sumOf } from '../../domain/money.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import { nowOf, type Views } from '../asking/read-view.js';
import type { RowsOf } from '../asking/rows-wanted.js';
import type { Told } from '../asking/seen.js';
import { outlookOf } from '../burn-down/outlook.js';
import { readCommitment, type burnDownWanted } from '../burn-down/query.js';
import { commitmentsAsOf, remainingOf } from '../facts/commitments.js';
import type { Forecast } from './answer.js';
import { foresee } from './foresee.js';
import { historyOf, knownDays, type KnownDays } from './history.js';
import { Projected } from './projected.js';
import { expectedPerDay, toldForecast } from './told.js';

export interface ForecastQuestion extends TimeAxes {
  readonly commitmentId: string;
  /** Default: month. */
  readonly interval?: Interval | undefined;
}

/** Null: no such commitment as of then, as known then. */
export const forecast = async (
  views: Views,
  question: ForecastQuestion,
): Promise<Forecast | null> => {
  const view = await readCommitment(views, question);
  const known = knownDays(view.asked, nowOf(views));
  const answer = forecastOf(view.rows, view.asked, known, question);
  return answer && { ...answer, ...view.seen };
};

type Rows = RowsOf<ReturnType<typeof burnDownWanted>>;

export const forecastOf = (
  rows: Rows,
  asked: Asked,
  known: KnownDays,
  { commitmentId, interval = 'month' }: Pick<ForecastQuestion, 'commitmentId' | 'interval'>,
): Told<Forecast> | null => {
  const commitment = commitmentsAsOf(rows.commitments).get(commitmentId);
  if (!commitment) return null;
  const { terms, currency, total, termination } = commitment;
  const days = inCurrency(rows.days, currency);
  const money = moneyIn(currency);
  const applied = sumOf(days.map((day) => day.applied));
  const { pace, exhaustion } = outlookOf(commitment, days, asked);
  const history = historyOf(days, known.lastWhole);
  const told = {
    agreementId: commitment.agreementId,
    commitmentId,
    termsVersion: rows.said.length,
    name: terms.name,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
    terminatedAt: termination?.at ?? null,
    total: money(total),
    applied: money(applied),
    remaining: money(remainingOf(commitment, applied)),
    computed: 'on-request',
    method: 'weekly-pattern-damped-trend',
    history: history && { from: history.from, to: history.to, days: history.daily.length },
    interval,
  } as const;
  const perDay = {
    until: pace?.requiredBy ?? null,
    needed: pace?.requiredPerDay ?? null,
    recent: pace?.recentPerDay ?? null,
  };
  const without = (reason: Forecast['reason']): Told<Forecast> => ({
    ...told,
    perDay: { ...perDay, expected: null },
    reason,
    forecast: null,
  });
  const foreseen = foresee(commitment, days, known);
  if (foreseen.reason !== null) return without(foreseen.reason);
  const { applied: appliedByPeriod, use, span } = foreseen;
  const projected = new Projected(commitment, appliedByPeriod, use, span);
  return {
    ...told,
    perDay: { ...perDay, expected: expectedPerDay(projected, perDay.until) },
    reason: null,
    forecast: toldForecast(
      projected,
      interval,
      exhaustion?.outcome === 'already' ? exhaustion.on : null,
    ),
  };
};
