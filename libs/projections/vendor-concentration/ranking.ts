import { effectiveNumber, hhi, topShare } from '../../domain/formulas.js';
import { addTo, maxUnits, sumOf } from '../../domain/money.js';
import type { Shares } from './answer.js';

/** One vendor's amount in one currency; `month` is the empty string where the base has no months. */
export interface Amount {
  readonly vendorId: string;
  /** Null: the agreement is not there as of then. */
  readonly customerId: string | null;
  readonly currency: string;
  readonly month: string;
  readonly units: bigint;
}

/** Figures of all vendors. */
export interface Ranking extends Pick<Shares, 'top1' | 'top3' | 'hhi' | 'effectiveNumber'> {
  /** The largest first, in units. */
  readonly vendors: readonly (readonly [vendorId: string, units: bigint])[];
  readonly base: bigint;
}

const rankingOf = (byVendor: Totals): Ranking => {
  const vendors = rankedVendors(byVendor);
  const totals = vendors.map(([, units]) => units);
  return {
    vendors,
    base: sumOf(totals.map((units) => maxUnits(0n, units))),
    top1: topShare(totals, 1),
    top3: topShare(totals, 3),
    hhi: hhi(totals),
    effectiveNumber: effectiveNumber(totals),
  };
};

/** All vendors of one currency. */
export interface Ranked extends Ranking {
  readonly currency: string;
  readonly months: readonly (Ranking & { readonly month: string })[];
}

export const rankedIn = (
  agreements: Iterable<readonly Amount[]>,
  { customerId }: { readonly customerId?: string | undefined },
): readonly Ranked[] => {
  const currencies = new Map<string, Map<string, Totals>>();
  for (const amounts of agreements) {
    for (const amount of amounts) {
      if ((customerId ?? amount.customerId) !== amount.customerId) continue;
      const months = within(currencies, amount.currency, () => new Map<string, Totals>());
      addTo(within(months, amount.month, newTotals), amount.vendorId, amount.units);
    }
  }
  return byName(currencies).map(([currency, months]) => {
    const all = newTotals();
    for (const totals of months.values())
      for (const [vendorId, units] of totals) addTo(all, vendorId, units);
    const ranked = byName(months).map(([month, totals]) => ({ month, ...rankingOf(totals) }));
    return { currency, ...rankingOf(all), months: ranked };
  });
};

/** By vendor, in units. */
type Totals = Map<string, bigint>;
const newTotals = (): Totals => new Map();

const within = <Inner>(outer: Map<string, Inner>, name: string, make: () => Inner): Inner => {
  const known = outer.get(name);
  if (known !== undefined) return known;
  const made = make();
  outer.set(name, made);
  return made;
};

const byName = <Inner>(groups: ReadonlyMap<string, Inner>): readonly (readonly [string, Inner])[] =>
  [...groups].sort(([left], [right]) => (left < right ? -1 : 1));

/** The largest first. */
const rankedVendors = (totals: Totals): readonly (readonly [string, bigint])[] =>
  [...totals].sort(([leftId, left], [rightId, right]) =>
    left === right ? (leftId < rightId ? -1 : 1) : left > right ? -1 : 1,
  );
