import { maxUnits, minUnits } from '../../money.js';
import { handover, needOf, NOTHING_HANDED, periodRules } from '../obligation/period-need.js';
import type { TermsStatement } from '../terms/timeline.js';
import { excess, fromLatest, sharesBy, sumApplied, type Share } from './offer.js';
import type { AppliedAmounts } from './postings.js';

/** What goes above the needs of periods and above the total is overage. Shares are in order of their periods. */
export const cutByLimits = (
  statement: TermsStatement,
  shares: readonly Share[],
  earlier: AppliedAmounts,
): void => {
  const { limits, terms } = statement;
  const { mode } = terms.schedule;
  if (mode === 'sum-of-periods') cutAboveNeeds(statement, shares, earlier);
  // Also where minimums make up the total: an amendment can lower it below what its periods still take.
  let above = excess(sumApplied(shares), limits.total - earlier.of(null, null));
  if (above > 0n && mode === 'period-minimums') {
    above = cutBeyondNeeds(statement, shares, earlier, above);
  }
  cutLatest(shares, above);
};

/** The total is the sum of the periods: each takes its need, or with all the others what all of them need. */
const cutAboveNeeds = (
  { terms, limits }: TermsStatement,
  shares: readonly Share[],
  earlier: AppliedAmounts,
): void => {
  const rules = periodRules(terms, limits);
  let handed = NOTHING_HANDED;
  let handedBefore = NOTHING_HANDED;
  byPeriodIndex(shares, limits.minimums.length).forEach((inPeriod, period) => {
    const before = earlier.of(period, null);
    if (!rules.excessCarriesForward && inPeriod.length > 0) {
      const room = needOf(rules, period, handed) - before;
      cutLatest(inPeriod, excess(sumApplied(inPeriod), room));
    }
    handed = handover(rules, period, before + sumApplied(inPeriod), handed);
    handedBefore = handover(rules, period, before, handedBefore);
  });
  // What no period needs after every period's excess went to the next ones.
  cutLatest(shares, maxUnits(0n, handed.credit - handedBefore.credit));
};

/** The total binds: what goes beyond the needs of periods is cut first. Answers what is left to cut. */
const cutBeyondNeeds = (
  { terms, limits }: TermsStatement,
  shares: readonly Share[],
  earlier: AppliedAmounts,
  amount: bigint,
): bigint => {
  const rules = periodRules(terms, limits);
  let handed = NOTHING_HANDED;
  const beyond = byPeriodIndex(shares, limits.minimums.length).map((inPeriod, period) => {
    const used = sumApplied(inPeriod);
    const applied = earlier.of(period, null) + used;
    const above = minUnits(used, excess(applied, needOf(rules, period, handed)));
    handed = handover(rules, period, applied, handed);
    return { inPeriod, above };
  });
  let left = amount;
  for (const { inPeriod, above } of beyond.toReversed()) {
    const taken = minUnits(above, left);
    cutLatest(inPeriod, taken);
    left -= taken;
  }
  return left;
};

const cutLatest = (shares: readonly Share[], amount: bigint): void =>
  fromLatest(shares, amount, (share, taken) => share.cutByLimit(taken));

/** One list per period of the terms, and of later ones if earlier terms had more. */
const byPeriodIndex = (shares: readonly Share[], count: number): readonly (readonly Share[])[] => {
  const lists = sharesBy('period', shares);
  const length = Math.max(count, ...[...lists.keys()].map((period) => period + 1));
  return Array.from({ length }, (_, period) => lists.get(period) ?? []);
};
