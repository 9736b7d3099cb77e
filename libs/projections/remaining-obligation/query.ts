import { addDays, addMonths } from '../../domain/calendar.js';
import { dueOn, dueParts, type Due } from '../../domain/commitment/obligation/due.js';
import { periodFigures } from '../../domain/commitment/obligation/periods.js';
import { limitsOf } from '../../domain/commitment/terms/limits.js';
import { rootOf } from '../../domain/ids.js';
import { inCurrency, moneyIn, type MoneyText, sumOf } from '../../domain/money.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import type { ObligationByDue, RemainingObligation } from './answer.js';
import { readView, type Views } from '../asking/read-view.js';
import { commitmentFacts, commitmentsAsOf, releasedOf, remainingOf } from '../facts/commitments.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { facts, said, sums, type RowsOf } from '../asking/rows-wanted.js';

export interface RemainingObligationQuestion extends TimeAxes {
  readonly commitmentId: string;
}

const YEARS = 5;

/** Null: no such commitment as of then, as known then. */
export const remainingObligation = async (
  views: Views,
  question: RemainingObligationQuestion,
): Promise<RemainingObligation | null> => {
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
): Told<RemainingObligation> | null => {
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
): ObligationByDue => {
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
