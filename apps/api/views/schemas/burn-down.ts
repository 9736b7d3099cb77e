import {
  about,
  day,
  decimal,
  instant,
  integer,
  list,
  money,
  name,
  object,
  oneOf,
  orNull,
  text,
} from '../schema.js';
import { seen, termsVersion } from './seen.js';

export const burnDown = name(
  'BurnDown',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    name: text,
    startsAt: instant,
    endsAt: orNull(instant),
    terminatedAt: orNull(instant),
    total: money,
    applied: money,
    overage: money,
    ineligible: money,
    netCredit: about(money, 'Given back beyond all that was used.'),
    released: money,
    remaining: money,
    utilisation: orNull(decimal),
    interval: oneOf('day', 'week', 'month'),
    series: list(
      name(
        'BurnDownBucket',
        object({
          from: day,
          to: day,
          gross: orNull(money),
          applied: orNull(money),
          overage: orNull(money),
          ineligible: orNull(money),
          cumulativeApplied: orNull(money),
          burnDown: about(orNull(money), 'Total less what was applied and released. A level.'),
          planned: orNull(money),
        }),
      ),
    ),
    pace: about(
      orNull(
        name(
          'Pace',
          object({
            recentDays: integer,
            recentApplied: about(
              money,
              'By these days; one on which more was given or taken back than used is a day without use.',
            ),
            recentPerDay: orNull(money),
            planned: about(orNull(money), 'What the schedule plans to be applied by now.'),
            state: about(
              orNull(oneOf('ahead', 'on', 'behind')),
              'With minimums: applied against planned. Without: recent use against required.',
            ),
            required: about(
              money,
              'What must be applied by requiredBy: in the period that runs, or of the total without minimums.',
            ),
            requiredBy: orNull(day),
            daysLeft: orNull(integer),
            requiredPerDay: orNull(money),
            paceRatio: about(
              orNull(decimal),
              'With minimums: applied / planned. Without: recent / required a day.',
            ),
          }),
        ),
      ),
      'Null: terminated.',
    ),
    exhaustion: about(
      orNull(
        name(
          'Exhaustion',
          object({
            outcome: oneOf('already', 'expected', 'after-end', 'never'),
            on: orNull(day),
          }),
        ),
      ),
      'Null: terminated.',
    ),
    ...seen,
  }),
);

/** Of one period; nothing here was assessed, so nobody was charged for a shortfall. */
