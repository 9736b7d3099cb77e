import type { ListedObligation, Money } from '../api/types.js';
import { bySize, sums } from '../format/money.js';
import type { Rung } from './rungs.js';

/** What is owed to one vendor, in one currency. */
export interface Owed {
  readonly vendorId: string;
  readonly vendor: string;
  readonly remaining: Money;
  /** In the order of the rungs. */
  readonly rungs: readonly Money[];
}

const sumIn = (currency: string, amounts: readonly Money[]): Money =>
  sums(amounts)[0] ?? { amount: '0', currency };

/** Together, of one currency. */
const owedOf = (
  { vendorId, vendor, currency }: Pick<Owed, 'vendorId' | 'vendor'> & { readonly currency: string },
  its: readonly ListedObligation[],
  rungs: readonly Rung[],
): Owed => ({
  ...{ vendorId, vendor },
  remaining: sumIn(
    currency,
    its.map(({ remaining }) => remaining),
  ),
  rungs: rungs.map(({ of }) =>
    sumIn(
      currency,
      its.map(({ byDue }) => of(byDue)),
    ),
  ),
});

/** Those to whom the most is owed first. */
export const byVendor = (
  currency: string,
  all: readonly ListedObligation[],
  rungs: readonly Rung[],
): readonly Owed[] => {
  const ids = [...new Set(all.map(({ vendor }) => vendor.partyId))];
  return ids
    .map((vendorId) => {
      const its = all.filter(({ vendor }) => vendor.partyId === vendorId);
      const vendor = its[0]?.vendor.name ?? vendorId;
      return owedOf({ vendorId, vendor, currency }, its, rungs);
    })
    .sort((one, other) => bySize(one.remaining, other.remaining));
};

/** Some of them as one. */
export const restOf = (currency: string, rest: readonly Owed[]): Owed => ({
  vendorId: '',
  vendor: `${rest.length} others`,
  remaining: sumIn(
    currency,
    rest.map(({ remaining }) => remaining),
  ),
  rungs: (rest[0]?.rungs ?? []).map((_, index) =>
    sumIn(
      currency,
      rest.flatMap(({ rungs }) => rungs[index] ?? []),
    ),
  ),
});
