import { ordersOf } from '../allocation/tiers.js';
import { splitUsage } from '../allocation/usage-split.js';
import { pledgedCommitment, type ChargeTotals } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import type { CommitmentTerms } from '../terms/terms.js';

/** Units of 10^-12, by period index. Absent: nothing. */
export type ByPeriod = ReadonlyMap<number, bigint>;

export interface ProjectedUse {
  readonly applied: ByPeriod;
  /** Of what is used besides, what the commitment does not take. */
  readonly overage: ByPeriod;
}

/**
 * What of a commitment will be applied in each period once something is used besides what is applied, as the allocation of
 * usage itself has it: its split after, less its split before. What is added is eligible use, within the caps of classes; the
 * terms are taken to stay as they are, and no other commitment to take any of it.
 */
export const projectedUse = (
  terms: CommitmentTerms,
  applied: ByPeriod,
): ((added: ByPeriod) => ProjectedUse) => {
  const commitments = [pledgedCommitment('projected', terms.startsAt, { ...terms, caps: [] })];
  const book = { commitments, orders: ordersOf(commitments) };
  const splitOf = (used: ByPeriod): ByPeriod => {
    const { postings } = splitUsage(book, [...used].map(totalsOf));
    return new Map(postings.values().map((posting) => [posting.period, posting.applied]));
  };
  const before = splitOf(applied);
  return (added) => {
    const after = splitOf(plus(applied, added));
    const growth = plus(after, negative(before));
    return { applied: plus(applied, growth), overage: plus(added, negative(growth)) };
  };
};

const totalsOf = ([period, usage]: readonly [number, bigint]): ChargeTotals => ({
  key: `${period}`,
  order: 0,
  placements: [{ commitmentId: 'projected', statement: 0, period, class: '', fraction: WHOLE }],
  usage,
  refunds: 0n,
  eligible: usage,
  eligibleFraction: WHOLE,
});

const plus = (left: ByPeriod, right: ByPeriod): ByPeriod => {
  const sum = new Map(left);
  for (const [period, amount] of right) sum.set(period, (sum.get(period) ?? 0n) + amount);
  return sum;
};

const negative = (amounts: ByPeriod): ByPeriod =>
  new Map([...amounts].map(([period, amount]) => [period, -amount]));
