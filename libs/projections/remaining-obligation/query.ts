import { addDays, addMonths } from '../../domain/calendar.js';
import { dueOn, dueParts, type Due } from '../../domain/commitment/obligation/due.js';
import { periodFigures, type PeriodFigures } from '../../domain/commitment/obligation/periods.js';
import { limitsOf } from '../../domain/commitment/terms/limits.js';
import type { Instant } from '../../domain/decider.js';
import { rootOf } from '../../domain/ids.js';
import { inCurrency, moneyIn, type MoneyText, sumOf } from '../../domain/money.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import { commitmentFacts, commitmentsAsOf, releasedOf, remainingOf } from '../facts/commitments.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { facts, said, sums, type RowsOf } from '../asking/wanted.js';

export interface RemainingObligationQuestion extends TimeAxes {
  readonly commitmentId: string;
}

/** Shortfalls are what is missing so far, not assessed: nobody was charged for them. */
export interface ObligationPeriod {
  readonly index: number;
  readonly start: Instant;
  /** Exclusive. */
  readonly end: Instant | null;
  readonly dueOn: string | null;
  readonly state: PeriodFigures['state'];
  readonly minimum: MoneyText | null;
  readonly rolledIn: MoneyText;
  readonly applied: MoneyText;
  readonly carriedCredit: MoneyText;
  readonly shortfallToDate: MoneyText;
  readonly shortfall: MoneyText;
  readonly rolledOut: MoneyText;
  /** The part of the remaining obligation that falls due with this period: its shortfall. */
  readonly due: MoneyText;
}

export interface DueBucket {
  /** UTC days, both included. */
  readonly from: string;
  readonly to: string;
  readonly amount: MoneyText;
}

export interface RemainingObligation {
  readonly agreementId: string;
  readonly commitmentId: string;
  /** How often its terms were stated or changed by then, whenever that takes effect: what If-Match names. */
  readonly termsVersion: number;
  readonly name: string;
  readonly endsAt: Instant | null;
  readonly terminatedAt: Instant | null;
  readonly total: MoneyText;
  readonly applied: MoneyText;
  readonly released: MoneyText;
  /** R = max(0, total - applied - released). */
  readonly remaining: MoneyText;
  readonly periods: readonly ObligationPeriod[];
  /** The part of R that no period's minimum claims: due when the term ends. */
  readonly dueAtEnd: MoneyText;
  /** R again, by when it falls due; the parts add up to R. */
  readonly byDue: {
    readonly pastDue: MoneyText;
    /** Five times twelve months from the day after `asOf`. */
    readonly years: readonly DueBucket[];
    readonly thereafter: MoneyText;
    /** The end of the term is unknown. */
    readonly undated: MoneyText;
  };
}

const YEARS = 5;

/** Null: no such commitment as of then, as known then. */
export const remainingObligation = async (
  views: Views,
  question: RemainingObligationQuestion,
): Promise<(RemainingObligation & Seen) | null> => {
  const view = await readObligation(views, question);
  const answer = remainingObligationOf(view.rows, view.asked, question.commitmentId);
  return answer && { ...answer, ...view.seen };
};

export const readObligation = (views: Views, question: RemainingObligationQuestion) =>
  readView(
    views,
    burnDownReads,
    question,
    () => remainingObligationWanted(question.commitmentId),
    rootOf(question.commitmentId),
  );

export const remainingObligationWanted = (commitmentId: string) => ({
  commitments: facts(commitmentFacts, { commitmentId }),
  said: said(commitmentFacts, { commitmentId }),
  periods: sums(burnDownDays, {
    where: { commitmentId },
    by: ['period', 'currency'],
    per: 'all',
  }),
});

export const remainingObligationOf = (
  rows: RowsOf<ReturnType<typeof remainingObligationWanted>>,
  { asOf, effectiveBefore }: Asked,
  commitmentId: string,
): RemainingObligation | null => {
  const commitment = commitmentsAsOf(rows.commitments).get(commitmentId);
  if (!commitment) return null;
  const { terms, total, termination, currency } = commitment;
  const money = moneyIn(currency);
  const appliedRows = inCurrency(rows.periods, currency);
  const appliedByPeriod = new Map(appliedRows.map((row) => [row.period, row.applied]));
  const applied = sumOf(appliedByPeriod.values());
  const remaining = remainingOf(commitment, applied);
  const statement = { terms, limits: limitsOf(terms) };
  const figures = periodFigures({ statement, termination, appliedByPeriod, now: effectiveBefore });
  const due = dueParts(figures, remaining);
  return {
    agreementId: commitment.agreementId,
    commitmentId,
    termsVersion: rows.said.length,
    name: terms.name,
    endsAt: terms.endsAt,
    terminatedAt: termination?.at ?? null,
    total: money(total),
    applied: money(applied),
    released: money(releasedOf(commitment, applied)),
    remaining: money(remaining),
    periods: figures.map((each) => ({
      index: each.index,
      start: each.start,
      end: each.end,
      dueOn: dueOn(each),
      state: each.state,
      minimum: each.minimum === null ? null : money(each.minimum),
      rolledIn: money(each.rolledIn),
      applied: money(each.applied),
      carriedCredit: money(each.carriedCredit),
      shortfallToDate: money(each.shortfallToDate),
      shortfall: money(each.shortfall),
      rolledOut: money(each.rolledOut),
      due: money(each.shortfall),
    })),
    dueAtEnd: money(due.atEnd),
    byDue: byDue(due.parts, asOf, money),
  };
};

const byDue = (
  dated: readonly Due[],
  asOf: string,
  money: (units: bigint) => MoneyText,
): RemainingObligation['byDue'] => {
  const between = (after: string, to: string): bigint =>
    sumOf(
      dated
        .filter(({ dueOn }) => dueOn !== null && dueOn > after && dueOn <= to)
        .map(({ amount }) => amount),
    );
  const horizon = addMonths(asOf, 12 * YEARS);
  return {
    pastDue: money(between('', asOf)),
    years: Array.from({ length: YEARS }, (_, year) => {
      const after = addMonths(asOf, 12 * year);
      const to = addMonths(asOf, 12 * (year + 1));
      return { from: addDays(after, 1), to, amount: money(between(after, to)) };
    }),
    thereafter: money(between(horizon, '9999-12-31')),
    undated: money(sumOf(dated.filter(({ dueOn }) => dueOn === null).map(({ amount }) => amount))),
  };
};
