import {
  about,
  boolean,
  day,
  instant,
  integer,
  list,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { answer, termsVersionSchema } from '../asking/seen.js';

export const MoneyRange = named(
  'MoneyRange',
  { p10: money(), expected: money(), p90: money() },
  {
    description:
      'One in ten of the drawn paths is below p10, one in ten above p90. `expected` is the line without any chance in it.',
  },
);

const OVERAGE = 'Of what is expected to be used, what the commitment does not take.';

const ForecastBucket = named('ForecastBucket', {
  from: day(),
  to: day(),
  use: about(MoneyRange, 'As far as it is eligible: applied and overage together.'),
  cumulativeApplied: MoneyRange,
  planned: orNull(money(), 'What the schedule plans to be applied by then. Null: it has no plan.'),
});
/** What is taken to be used in a stretch of days, and what is applied by its end. */
export type ForecastBucket = AnswerOf<typeof ForecastBucket>;

export const ForecastPeriod = named('ForecastPeriod', {
  index: integer('As the periods of the commitment have it.'),
  start: instant(),
  end: orNull(instant()),
  dueOn: orNull(day(), 'The last day of the period: what is missing then is due.'),
  minimum: orNull(money(), 'Null: this period has none.'),
  applied: MoneyRange,
  shortfall: MoneyRange,
  overage: about(MoneyRange, OVERAGE),
});

export const ForecastEnd = named('ForecastEnd', {
  on: day('The last day that the forecast reaches.'),
  isEndOfTerm: boolean(),
  applied: MoneyRange,
  shortfall: orNull(
    MoneyRange,
    'What is still owed when the term ends. Null: the forecast does not reach it.',
  ),
  overage: about(MoneyRange, OVERAGE),
});

export const ForecastExhaustion = named('ForecastExhaustion', {
  outcome: oneOf(['already', 'expected', 'not-within']),
  earliest: orNull(
    day(),
    'One in ten paths has used it up by then. Null: not within the forecast.',
  ),
  on: orNull(day(), 'By the expected use. Null: not within the forecast.'),
  latest: orNull(day(), 'Nine in ten have. Null: fewer do within the forecast.'),
});

const UseForecast = named('UseForecast', {
  from: day(),
  to: day('The last day of the term, or of what a forecast reaches at most.'),
  series: list(ForecastBucket),
  periods: list(
    ForecastPeriod,
    'Those that have not ended and that the forecast reaches the end of.',
  ),
  end: ForecastEnd,
  exhaustion: ForecastExhaustion,
});

export const withoutForecast = () =>
  orNull(
    oneOf(['history-too-short', 'history-too-sparse', 'terminated', 'term-ended']),
    'Why there is no forecast. Null: there is one.',
  );

export const Forecast = answer('CommitmentForecast', {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  startsAt: instant(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
  total: money('The ceiling: what is used beyond it is overage.'),
  applied: money(),
  remaining: money(),
  computed: oneOf(
    ['on-request'],
    'Where it is asked, from what is recorded. It is no fact and is stored nowhere.',
  ),
  method: oneOf(
    ['weekly-pattern-damped-trend'],
    'Computed in floating point and rounded to the minor unit.',
  ),
  history: orNull(
    named('ForecastHistory', { from: day('The first day with use.'), to: day(), days: integer() }),
    'The whole days that it is made of. Null: nothing was used.',
  ),
  interval: oneOf(['day', 'week', 'month']),
  perDay: named('ForecastPerDay', {
    until: orNull(day(), 'The last day by which what is needed must be applied.'),
    needed: orNull(money(), 'Null: no day is left, the end is unknown, or it was terminated.'),
    recent: orNull(money(), 'Of the last 30 days, as the burn-down has it.'),
    expected: orNull(MoneyRange, 'Of what is forecast up to `until`, or to its end.'),
  }),
  reason: withoutForecast(),
  forecast: orNull(UseForecast),
});
/** How the use of a commitment may go on, and what that comes to under its terms. */
export type Forecast = AnswerOf<typeof Forecast>;
