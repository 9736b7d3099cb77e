import {
  day,
  decimal,
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

const BurnDownBucket = named('BurnDownBucket', {
  from: day(),
  to: day(),
  gross: orNull(money(), 'applied + overage + ineligible. Null: it begins after asOf.'),
  applied: orNull(money()),
  overage: orNull(money()),
  ineligible: orNull(money()),
  cumulativeApplied: orNull(
    money(),
    'Since the beginning of the commitment, to the end of the bucket.',
  ),
  burnDown: orNull(
    money(),
    'Total less what was applied and released, with the terms as they were then. A level.',
  ),
  planned: orNull(
    money(),
    'What the schedule plans to be applied by then. Null: it has no plan there.',
  ),
});
/** One bucket of the series. After `asOf` only the plan is known, and the rest is null. */
export type BurnDownBucket = AnswerOf<typeof BurnDownBucket>;

export const Pace = named('Pace', {
  recentDays: integer("30, or fewer in a commitment's first month."),
  recentApplied: money(
    'By these days; one on which more was given or taken back than used is a day without use.',
  ),
  recentPerDay: orNull(money()),
  planned: orNull(
    money(),
    'What the schedule plans to be applied by now. Null: no minimums and no known end.',
  ),
  state: orNull(
    oneOf(['ahead', 'on', 'behind']),
    'With minimums: applied against planned. Without: recent use against required. Null: nothing to compare with.',
  ),
  required: money(
    'What must be applied by requiredBy: in the period that runs, or of the total without minimums.',
  ),
  requiredBy: orNull(day()),
  daysLeft: orNull(integer(), 'After asOf, up to requiredBy. Null: the end is unknown.'),
  requiredPerDay: orNull(
    money(),
    'required / daysLeft. Null: the end is unknown, or no day is left.',
  ),
  paceRatio: orNull(
    decimal(),
    'With minimums: applied / planned. Without: recent / required a day. Null: nothing is planned or required.',
  ),
});

const Exhaustion = named('Exhaustion', {
  outcome: oneOf(['already', 'expected', 'after-end', 'never']),
  on: orNull(day()),
});

export const BurnDown = answer('BurnDown', {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  startsAt: instant(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
  total: money(),
  applied: money(),
  overage: money(),
  ineligible: money(),
  netCredit: money('Given back beyond all that was used. Where there is one, nothing is overage.'),
  released: money(),
  remaining: money(),
  utilisation: orNull(decimal(), 'applied / total. Null: the total is 0.'),
  interval: oneOf(['day', 'week', 'month']),
  series: list(BurnDownBucket),
  pace: orNull(
    Pace,
    'How usage goes, against what the contract plans. Null: it was terminated, and has none any more.',
  ),
  exhaustion: orNull(Exhaustion, 'When it is used up. Null: it was terminated.'),
});
/** How much of a commitment is used, over time. */
export type BurnDown = AnswerOf<typeof BurnDown>;
