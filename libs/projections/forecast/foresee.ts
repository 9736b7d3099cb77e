import { addDays, daysBetween, lastDayBefore } from '../../domain/calendar.js';
import type { Instant } from '../../domain/decider.js';
import { startOfDay } from '../../domain/instant.js';
import { addTo } from '../../domain/money.js';
import { forecastUse, type UseForecast } from '../../forecast/forecast.js';
import type { CommitmentAsOf } from '../facts/commitments.js';
import type { Forecast } from './answer.js';
import { historyOf, type KnownDays, type UsedDay } from './history.js';
import type { Span } from './projected.js';

/** How the use of a commitment may go on after its history, or why nobody can say. */
export type Foreseen =
  | { readonly reason: NonNullable<Forecast['reason']> }
  | {
      readonly reason: null;
      readonly use: UseForecast;
      readonly span: Span;
      /** Units by now, by period. */
      readonly applied: ReadonlyMap<number, bigint>;
    };

/** Ten years: further on, a pattern of weeks says nothing. */
const DAYS_MAX = 3_653;
/** Where the end of the term is unknown. */
const DAYS_WITHOUT_END = 730;

export const foresee = (
  commitment: CommitmentAsOf,
  days: readonly UsedDay[],
  known: KnownDays,
): Foreseen => {
  const { termination } = commitment;
  if (termination !== null && termination.at <= startOfDay(addDays(known.last, 1))) {
    return { reason: 'terminated' };
  }
  const to = lastDay(commitment, known.last);
  if (to <= known.last) return { reason: 'term-ended' };
  const history = historyOf(days, known.lastWhole);
  if (history === null) return { reason: 'history-too-short' };
  const use = forecastUse(history.daily, daysBetween(history.to, to));
  if (typeof use === 'string') return { reason: use };
  const applied = new Map<number, bigint>();
  for (const day of days) addTo(applied, day.period, day.applied);
  return { reason: null, use, span: { dayZero: history.to, after: known.last, to }, applied };
};

/** The last day of the forecast. */
export const lastDay = (commitment: CommitmentAsOf, last: string): string => {
  const ends = endOfUse(commitment);
  if (ends === null) return addDays(last, DAYS_WITHOUT_END);
  const end = lastDayBefore(ends);
  const furthest = addDays(last, DAYS_MAX);
  return end < furthest ? end : furthest;
};

/** From when on it takes nothing any more: the end of its term, or what ended it before. Null: unknown. */
export const endOfUse = ({
  terms,
  termination,
}: Pick<CommitmentAsOf, 'terms' | 'termination'>): Instant | null =>
  termination === null || (terms.endsAt !== null && terms.endsAt <= termination.at)
    ? terms.endsAt
    : termination.at;
