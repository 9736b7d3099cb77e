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
  MoneyRange,
  withoutForecast,
} from '../forecast/answer.js';
import { CurrencyConcentration } from '../vendor-concentration/answer.js';

const ScenarioOutcome = named('ScenarioOutcome', {
  end: ForecastEnd,
  exhaustion: ForecastExhaustion,
});

const ScenarioPoint = named('ScenarioPoint', {
  from: day(),
  to: day(),
  baseline: MoneyRange,
  supposed: MoneyRange,
});

const ScenarioCommitment = named('ScenarioCommitment', {
  agreementId: text(),
  commitmentId: text(),
  name: text(),
  vendorId: text(),
  customerId: text(),
  total: money(),
  applied: money('By now.'),
  remaining: money('By now.'),
  reason: withoutForecast(),
  baseline: orNull(ScenarioOutcome, 'The forecast. Null: there is none, and `reason` says why.'),
  supposed: orNull(ScenarioOutcome, 'With what is supposed. Null: there is no forecast.'),
  burnDown: list(ScenarioPoint, 'What is applied by the end of each month.'),
});
/** One commitment as it is forecast, and as it would be. */
export type ScenarioCommitment = AnswerOf<typeof ScenarioCommitment>;

const ScenarioConcentration = named('ScenarioConcentration', {
  today: list(CurrencyConcentration, 'Spend of the last twelve months.'),
  baseline: list(CurrencyConcentration, 'Expected use of the next twelve months.'),
  supposed: list(CurrencyConcentration),
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
