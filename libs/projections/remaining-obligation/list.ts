import { isBinding } from '../../domain/agreement/agreement.js';
import { moneyIn, sumOf, unitsOf, type MoneyText } from '../../domain/money.js';
import type { TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import {
  agreementsBetween,
  dealingsWanted,
  partiesNamed,
  type BetweenParties,
} from '../lists/dealings.js';
import { pageOf, type PageAsked } from '../lists/page.js';
import type {
  ListedObligation,
  ObligationList,
  ObligationTogether,
  RemainingObligation,
} from './answer.js';
import { byCommitment, obligationsWanted } from './obligations.js';
import { remainingObligationOf } from './query.js';

export interface ObligationListQuestion extends TimeAxes, PageAsked, BetweenParties {
  readonly agreementId?: string | undefined;
}

/** What is still owed of each commitment, by its id, and of all that bind together. */
export const obligationList = async (
  views: Views,
  question: ObligationListQuestion,
): Promise<ObligationList> => {
  const { rows, seen, asked } = await readView(views, burnDownReads, question, () => ({
    ...dealingsWanted(),
    ...obligationsWanted(),
  }));
  const named = partiesNamed(rows);
  const agreements = agreementsBetween(rows, question);
  const all = [...byCommitment(rows)].flatMap(([commitmentId, its]): ListedObligation[] => {
    const obligation = remainingObligationOf(its, asked, commitmentId);
    const agreement = obligation && agreements.get(obligation.agreementId);
    if (!agreement || (question.agreementId ?? agreement.agreementId) !== agreement.agreementId) {
      return [];
    }
    const { vendorId, customerId } = agreement;
    const parties = { vendor: named(vendorId), customer: named(customerId) };
    return [{ ...lineOf(obligation), ...parties, binding: isBinding(agreement) }];
  });
  const { data, hasMore, next } = pageOf(all, ({ commitmentId }) => commitmentId, question);
  return { data, together: together(all.filter(({ binding }) => binding)), hasMore, next, ...seen };
};

/** Its periods are told with the one commitment. */
const lineOf = (owed: Told<RemainingObligation>) => {
  const { agreementId, commitmentId, termsVersion, name, endsAt, terminatedAt } = owed;
  const { total, applied, released, remaining, dueAtEnd, byDue } = owed;
  return {
    ...{ agreementId, commitmentId, termsVersion, name, endsAt, terminatedAt },
    ...{ total, applied, released, remaining, dueAtEnd, byDue },
  };
};

const together = (all: readonly ListedObligation[]): ObligationTogether[] => {
  const currencies = [...new Set(all.map(({ total }) => total.currency))].sort();
  return currencies.map((currency) => {
    const its = all.filter(({ total }) => total.currency === currency);
    const sum = (of: (owed: ListedObligation) => MoneyText | undefined): MoneyText =>
      moneyIn(currency)(sumOf(its.map((each) => unitsOf(of(each)?.amount ?? '0'))));
    return {
      ...{ currency, commitments: its.length },
      total: sum(({ total }) => total),
      applied: sum(({ applied }) => applied),
      released: sum(({ released }) => released),
      remaining: sum(({ remaining }) => remaining),
      dueAtEnd: sum(({ dueAtEnd }) => dueAtEnd),
      byDue: {
        pastDue: sum(({ byDue }) => byDue.pastDue),
        // Of one day, so the years of all are the same.
        years: (its[0]?.byDue.years ?? []).map(({ from, to }, year) => ({
          ...{ from, to },
          amount: sum(({ byDue }) => byDue.years[year]?.amount),
        })),
        thereafter: sum(({ byDue }) => byDue.thereafter),
        undated: sum(({ byDue }) => byDue.undated),
      },
    };
  });
};
