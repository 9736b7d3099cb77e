import { NOTHING, plus, type ChargeTotals, type Sums } from '../commitment.js';
import type { Postings } from './postings.js';
import { Refunds } from './refunds.js';
import { splitUsage, type BookTerms } from './usage-split.js';

/** How everything in the totals splits, refunds included. */
export interface RunningSplit {
  readonly postings: Postings;
  /** applied + overage + ineligible = usage - refunds of all totals. A charge that stackable commitments share once. */
  readonly unstackedTotals: Sums;
}

/** Usage splits as what is left of it when refunds have given back theirs; credits that remain are posted besides. */
export const runningSplit = (
  terms: BookTerms,
  allTotals: readonly ChargeTotals[],
): RunningSplit => {
  if (allTotals.every(({ usage, refunds }) => refunds === 0n && usage >= 0n)) {
    const { postings, splits } = splitUsage(terms, allTotals);
    return { postings, unstackedTotals: sumOf(splits) };
  }
  const refunds = new Refunds(terms, allTotals.map(notNegative));
  const { postings, splits } = splitUsage(terms, refunds.usageLeft());
  let unstackedTotals = sumOf(splits);
  for (const { placement, sums } of refunds.credits) {
    postings.add(placement, sums);
    unstackedTotals = plus(unstackedTotals, sums);
  }
  return { postings, unstackedTotals };
};

const sumOf = (splits: readonly Sums[]): Sums => splits.reduce(plus, NOTHING);

/** Entries of schema 1 do not say where what they reverse lies: it may come off neighbouring totals. */
const notNegative = (totals: ChargeTotals): ChargeTotals =>
  totals.usage >= 0n
    ? totals
    : { ...totals, usage: 0n, eligible: 0n, refunds: totals.refunds - totals.usage };
