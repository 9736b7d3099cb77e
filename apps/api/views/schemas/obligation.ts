import {
  about,
  boolean,
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

const periodMembers = {
  index: about(integer, 'From 0, as the lines of recorded drawdowns name it.'),
  start: instant,
  end: about(orNull(instant), 'Exclusive. Null: unknown.'),
  dueOn: about(orNull(day), 'The last day of the period: what is missing then is due.'),
  state: about(
    oneOf('ahead', 'running', 'ended', 'terminated'),
    'terminated: the commitment ended before the period did.',
  ),
  minimum: about(orNull(money), 'Null: this period has none.'),
  rolledIn: about(money, 'From the shortfall of the period before.'),
  applied: money,
  carriedCredit: about(money, 'Excess of earlier periods that counts here.'),
  shortfallToDate: about(money, 'Against the part of minimum and rolled in whose time has passed.'),
  shortfall: about(
    money,
    'What is missing of minimum and rolled in as if nothing more came, less what rolls out; never more than is still owed.',
  ),
  rolledOut: about(
    money,
    "What is missing of the period's own minimum and moves to the next one: not in shortfall.",
  ),
  due: about(money, 'The part of the remaining obligation that falls due with it: its shortfall.'),
};

export const remainingObligation = name(
  'RemainingObligation',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    name: text,
    endsAt: orNull(instant),
    terminatedAt: orNull(instant),
    total: money,
    applied: money,
    released: money,
    remaining: money,
    periods: list(name('PeriodObligation', object(periodMembers))),
    dueAtEnd: money,
    byDue: name(
      'ObligationByDue',
      object({
        pastDue: money,
        years: list(name('DueYear', object({ from: day, to: day, amount: money }))),
        thereafter: money,
        undated: money,
      }),
    ),
    ...seen,
  }),
);

export const periods = name(
  'CommitmentPeriods',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    name: text,
    endsAt: orNull(instant),
    terminatedAt: orNull(instant),
    mode: oneOf('total-only', 'period-minimums', 'sum-of-periods'),
    excessCarriesForward: about(boolean, 'What a period takes beyond its minimum counts later.'),
    rolloverFraction: about(
      orNull(decimal),
      "The part of a period's minimum that may move, as shortfall, to the next one.",
    ),
    periods: list(
      name(
        'Period',
        object({
          ...periodMembers,
          overage: about(money, 'Used in this period beyond what the commitment takes.'),
          netCredit: about(money, 'Given back in it beyond all that was used by then.'),
        }),
      ),
    ),
    ...seen,
  }),
);
