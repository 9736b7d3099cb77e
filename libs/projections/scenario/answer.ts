import {
  day,
  list,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { answer } from '../asking/seen.js';
import { CircularPair } from '../circularity/answer.js';
import {
  ForecastEnd,
  ForecastExhaustion,
  ForecastPeriod,
  MoneyRange,
  withoutForecast,
} from '../forecast/answer.js';
import { CurrencyConcentration } from '../vendor-concentration/answer.js';

const ScenarioOutcome = named('ScenarioOutcome', {
  total: money(),
  periods: list(
    ForecastPeriod,
    'Those that have not ended and that the forecast reaches the end of.',
  ),
  end: ForecastEnd,
  exhaustion: ForecastExhaustion,
});
export type ScenarioOutcome = AnswerOf<typeof ScenarioOutcome>;

const ScenarioPoint = named('ScenarioPoint', {
  from: day(),
  to: day(),
  baseline: orNull(MoneyRange, 'Null: it is not there, not forecast, or has ended before.'),
  supposed: orNull(MoneyRange, 'Null: it is not there, not forecast, or has ended before.'),
});

const ScenarioCommitment = named('ScenarioCommitment', {
  agreementId: text(),
  commitmentId: text(),
  name: text(),
  vendorId: text(),
  customerId: text(),
  change: orNull(
    oneOf(['added', 'amended', 'ended']),
    'What is supposed of the commitment itself. Null: it stays as it is.',
  ),
  total: money('As it is; of one that is added, as supposed.'),
  applied: money('By now.'),
  remaining: money('By now.'),
  reason: withoutForecast(),
  baseline: orNull(
    ScenarioOutcome,
    'The forecast. Null: it would be added, or `reason` says why there is no forecast.',
  ),
  supposed: orNull(
    ScenarioOutcome,
    'With what is supposed. Null: `reason` says why there is no forecast.',
  ),
  burnDown: list(ScenarioPoint, 'What is applied by the end of each month, or of its term.'),
});
/** One commitment as it is forecast, and as it would be. */
export type ScenarioCommitment = AnswerOf<typeof ScenarioCommitment>;

const ScenarioConcentration = named('ScenarioConcentration', {
  today: list(CurrencyConcentration, 'Spend of the last twelve months.'),
  baseline: list(CurrencyConcentration, 'Expected use of the next twelve months.'),
  supposed: list(CurrencyConcentration),
  committed: named('ScenarioCommitted', {
    today: list(CurrencyConcentration, 'What is committed and was not released, in force.'),
    supposed: list(CurrencyConcentration, 'The same, with what is added, amended and ended.'),
  }),
});

const ScenarioCircularity = named('ScenarioCircularity', {
  today: list(CircularPair),
  baseline: list(CircularPair, 'With the expected use of the next twelve months besides.'),
  supposed: list(CircularPair),
});

export const Scenario = answer('Scenario', {
  computed: oneOf(
    ['on-request'],
    'Supposed and computed where it is asked: nothing of it is recorded.',
  ),
  method: oneOf(['weekly-pattern-damped-trend'], 'Of the forecast: its baseline.'),
  nextMonths: named(
    'ScenarioWindow',
    { from: day(), to: day() },
    { description: 'The twelve months that concentration and circularity are about.' },
  ),
  commitments: list(ScenarioCommitment, 'Those in force that were asked about.'),
  concentration: ScenarioConcentration,
  circularity: ScenarioCircularity,
});
/** What would come of use, beside what is forecast. */
export type Scenario = AnswerOf<typeof Scenario>;
