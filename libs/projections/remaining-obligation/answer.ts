import {
  about,
  boolean,
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
import { PartyName } from '../deals/answer.js';
import { pageAnswer } from '../lists/page.js';

const periodMembers = {
  index: integer('From 0, as the lines of recorded drawdowns name it.'),
  start: instant(),
  end: orNull(instant(), 'Exclusive. Null: unknown.'),
  dueOn: orNull(day(), 'The last day of the period: what is missing then is due.'),
  state: oneOf(
    ['ahead', 'running', 'ended', 'terminated'],
    'terminated: the commitment ended before the period did.',
  ),
  minimum: orNull(money(), 'Null: this period has none.'),
  rolledIn: money('From the shortfall of the period before.'),
  applied: money(),
  carriedCredit: money('Excess of earlier periods that counts here.'),
  shortfallToDate: money('Against the part of minimum and rolled in whose time has passed.'),
  shortfall: money(
    'What is missing of minimum and rolled in as if nothing more came, less what rolls out; never more than is still owed. ' +
      'Not assessed: nobody was charged for it.',
  ),
  rolledOut: money(
    "What is missing of the period's own minimum and moves to the next one: not in shortfall.",
  ),
  due: money('The part of the remaining obligation that falls due with it: its shortfall.'),
};

const DueYear = named('DueYear', { from: day(), to: day(), amount: money() });

const ObligationByDue = named('ObligationByDue', {
  pastDue: money(),
  years: list(DueYear, 'Five times twelve months from the day after asOf.'),
  thereafter: money(),
  undated: money('The end of the term is unknown.'),
});
/** The remaining obligation again, by when it falls due: the parts add up to it. */
export type ObligationByDue = AnswerOf<typeof ObligationByDue>;

const subjectMembers = {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
};

const owedMembers = {
  total: money(),
  applied: money(),
  released: money(),
  remaining: money('total - applied - released, never below 0.'),
  dueAtEnd: money("The part of remaining that no period's minimum claims: due when the term ends."),
  byDue: about(ObligationByDue, 'remaining again, by when it falls due; the parts add up to it.'),
};

export const RemainingObligation = answer('RemainingObligation', {
  ...subjectMembers,
  ...owedMembers,
  periods: list(named('PeriodObligation', periodMembers)),
});
/** What is still owed, by due period. */
export type RemainingObligation = AnswerOf<typeof RemainingObligation>;

const ListedObligation = named('ListedObligation', {
  ...subjectMembers,
  vendor: PartyName,
  customer: PartyName,
  binding: boolean('False: its agreement is a proposal, or another one took its place.'),
  ...owedMembers,
});
export type ListedObligation = AnswerOf<typeof ListedObligation>;

const ObligationTogether = named('ObligationTogether', {
  currency: text(),
  commitments: integer(),
  ...owedMembers,
});
export type ObligationTogether = AnswerOf<typeof ObligationTogether>;

export const ObligationList = pageAnswer('ObligationList', ListedObligation, {
  together: list(
    ObligationTogether,
    'Of all pages: what binds, as the filters leave it. Currencies are never mixed.',
  ),
});
/** What is still owed of each commitment, and of all of them together. */
export type ObligationList = AnswerOf<typeof ObligationList>;

export const CommitmentPeriods = answer('CommitmentPeriods', {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  name: text(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
  mode: oneOf(['total-only', 'period-minimums', 'sum-of-periods']),
  excessCarriesForward: boolean('What a period takes beyond its minimum counts later.'),
  rolloverFraction: orNull(
    decimal(),
    "The part of a period's minimum that may move, as shortfall, to the next one.",
  ),
  periods: list(
    named('Period', {
      ...periodMembers,
      overage: money('Used in this period beyond what the commitment takes.'),
      netCredit: money('Given back in it beyond all that was used by then.'),
    }),
    'In order, as the terms have them as of then.',
  ),
});
/** The periods of a commitment, and what is used in each. */
export type CommitmentPeriods = AnswerOf<typeof CommitmentPeriods>;
