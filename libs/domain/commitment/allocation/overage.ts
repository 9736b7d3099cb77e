import { maxUnits, minUnits } from '../../money.js';
import { handover, needOf, NOTHING_HANDED, periodRules } from '../obligation/period-need.js';
import type { TermsStatement } from '../terms/timeline.js';
import { excess, fromLatest, sumApplied, type Share } from './offer.js';
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
  const periods = byPeriodIndex(shares, limits.minimums.length);
  let handed = NOTHING_HANDED;
  const beyond = periods.map((inPeriod, period) => {
    const used = sumApplied(inPeriod);
    const applied = earlier.of(period, null) + used;
    const above = minUnits(used, excess(applied, needOf(rules, period, handed)));
    handed = handover(rules, period, applied, handed);
    return above;
  });
  let left = amount;
  for (let period = beyond.length - 1; period >= 0 && left > 0n; period -= 1) {
    const taken = minUnits(beyond[period]!, left);
    cutLatest(periods[period]!, taken);
    left -= taken;
  }
  return left;
};

const cutLatest = (shares: readonly Share[], amount: bigint): void =>
  fromLatest(shares, amount, (share, taken) => share.cutByLimit(taken));

/** One list per period of the terms, and of later ones if earlier terms had more. */
const byPeriodIndex = (shares: readonly Share[], count: number): readonly Share[][] => {
  const periods = Array.from({ length: count }, (): Share[] => []);
  for (const share of shares) {
    while (periods.length <= share.placement.period) periods.push([]);
    periods[share.placement.period]!.push(share);
  }
  return periods;
};
