import { divideHalfEven } from '../../rational.js';
import { firstOf, type ChargeTotals, type CommitmentBook, type Placement } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import { isLater, type CalendarDay, type Charges, type Destination } from './charges.js';

/** What one group of charges grew by, or shrank. */
export interface Growth {
  readonly destination: Destination;
  readonly usage: bigint;
  readonly refunds: bigint;
  /** Of `usage`, what the first eligible placement's fraction leaves. */
  readonly eligible: bigint;
  /** Of a reversal that takes effect after its original. */
  readonly isLater: boolean;
}

/** The fraction of the first placement that takes anything; 0: none does. */
export const firstFraction = (placements: readonly Placement[]): bigint =>
  placements.find(({ fraction }) => fraction > 0n)?.fraction ?? 0n;

export const eligiblePart = (gross: bigint, fraction: bigint): bigint =>
  fraction === WHOLE ? gross : divideHalfEven(gross * fraction, WHOLE);

export const growthOf = (day: CalendarDay, before: Charges | null, after: Charges): Growth => {
  const { destination } = after;
  const fraction = firstFraction(destination.placements);
  const usedBefore = before?.usage ?? 0n;
  return {
    destination,
    usage: after.usage - usedBefore,
    refunds: after.refunds - (before?.refunds ?? 0n),
    eligible: eligiblePart(after.usage, fraction) - eligiblePart(usedBefore, fraction),
    isLater: isLater({ day, at: after.at }),
  };
};

export const noTotals = ({ order, placements, totalsKey: key }: Destination): ChargeTotals => ({
  key,
  order,
  placements,
  usage: 0n,
  refunds: 0n,
  eligible: 0n,
  eligibleFraction: firstFraction(placements),
});

export const grown = (
  totals: ChargeTotals,
  { usage, refunds, eligible }: Growth,
): ChargeTotals => ({
  key: totals.key,
  order: totals.order,
  placements: totals.placements,
  usage: totals.usage + usage,
  refunds: totals.refunds + refunds,
  eligible: totals.eligible + eligible,
  eligibleFraction: totals.eligibleFraction,
});

type TotalsByPeriod = CommitmentBook['totalsByPeriod'];

export const totalsOf = (
  totalsByPeriod: TotalsByPeriod,
  destination: Destination,
): ChargeTotals => {
  const shelf = totalsByPeriod[firstOf(destination.placements).period];
  if (shelf !== undefined) {
    for (const totals of shelf) if (totals.key === destination.totalsKey) return totals;
  }
  return noTotals(destination);
};

export const withGrowth = (totalsByPeriod: TotalsByPeriod, growth: Growth): TotalsByPeriod => {
  const totals = totalsOf(totalsByPeriod, growth.destination);
  const period = firstOf(totals.placements).period;
  const next = totalsByPeriod.slice();
  while (next.length <= period) next.push([]);
  const shelf: ChargeTotals[] = [];
  for (const other of next[period] ?? []) if (other !== totals) shelf.push(other);
  shelf.push(grown(totals, growth));
  next[period] = shelf;
  return next;
};
