import type { MoneyText } from '../../domain/money.js';
import { overageAndCredit } from '../../domain/commitment/obligation/remaining.js';
import { inCurrency, moneyIn, sumOf } from '../../domain/money.js';
import type { Asked } from '../asking/question.js';
import {
  remainingObligationOf,
  type remainingObligationWanted,
} from '../remaining-obligation/query.js';
import type { RowsOf } from '../asking/rows-wanted.js';
import type { FigureChange } from './answer.js';

/** What is compared of a commitment, in the order in which it is told. */
export interface Levels {
  readonly agreementId: string;
  readonly name: string;
  readonly currency: string;
  readonly figures: readonly (Pick<FigureChange, 'view' | 'figure'> & {
    readonly amount: MoneyText;
  })[];
}

/** By the answers of the views themselves. Null: no such commitment as of then. */
export const levelsOf = (
  rows: RowsOf<ReturnType<typeof remainingObligationWanted>>,
  asked: Asked,
  commitmentId: string,
): Levels | null => {
  const obligation = remainingObligationOf(rows, asked, commitmentId);
  if (obligation === null) return null;
  const { agreementId, name, total, applied, released, remaining, byDue } = obligation;
  const { currency } = total;
  const money = moneyIn(currency);
  const periods = inCurrency(rows.periods, currency);
  const beyond = overageAndCredit(sumOf(periods.map(({ overage }) => overage)));
  const ineligible = sumOf(periods.map((period) => period.ineligible));
  const burnDown = {
    ...{ total, applied },
    overage: money(beyond.overage),
    ineligible: money(ineligible),
    netCredit: money(beyond.netCredit),
    ...{ released, remaining },
  };
  const due = {
    'byDue.pastDue': byDue.pastDue,
    ...Object.fromEntries(byDue.years.map(({ amount }, year) => [`byDue.years.${year}`, amount])),
    'byDue.thereafter': byDue.thereafter,
    'byDue.undated': byDue.undated,
  };
  return {
    ...{ agreementId, name, currency },
    figures: [
      ...Object.entries(burnDown).map(([figure, amount]) => ({
        view: 'burn-down' as const,
        ...{ figure, amount },
      })),
      ...Object.entries(due).map(([figure, amount]) => ({
        view: 'remaining-obligation' as const,
        ...{ figure, amount },
      })),
    ],
  };
};
