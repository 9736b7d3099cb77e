import type { BookedCommitment, Offered, Placement } from '../commitment.js';
import { WHOLE } from '../terms/limits.js';
import type { Growth } from './totals.js';

/** What a commitment could be asked to take at most: rounded up, so that below its limits nothing can bind. */
const atMost = (gross: bigint, fraction: bigint): bigint =>
  fraction === WHOLE ? gross : (gross * fraction) / WHOLE + (gross > 0n ? 1n : 0n);

export const withOffered = (
  commitments: readonly BookedCommitment[],
  { destination, usage, refunds, isLater: isTakenBackLater }: Growth,
): readonly BookedCommitment[] => {
  if (isTakenBackLater) return commitments;
  let next: BookedCommitment[] | null = null;
  for (const placement of destination.placements) {
    if (placement.fraction === 0n) continue;
    next ??= commitments.slice();
    const at = next.findIndex(({ commitmentId }) => commitmentId === placement.commitmentId);
    const before = next[at];
    if (!before) throw new Error(`the commitment ${placement.commitmentId} was never pledged`);
    const more = atMost(usage, placement.fraction);
    // Spelled out: a spread of this object is a sixth of the cost of a drawdown.
    next[at] = {
      commitmentId: before.commitmentId,
      statements: before.statements,
      timeline: before.timeline,
      termination: before.termination,
      offered: offeredMore(before.offered, placement, more),
      offeredTotal: before.offeredTotal + more,
      refundsTotal: before.refundsTotal + refunds,
      refundsCovered: before.refundsCovered,
    };
  }
  return next ?? commitments;
};

const offeredMore = (
  offered: BookedCommitment['offered'],
  { period, class: name }: Placement,
  usage: bigint,
): BookedCommitment['offered'] => {
  const next = offered.slice();
  while (next.length <= period) next.push([]);
  const classes = next[period] ?? [];
  const at = classes.findIndex((each) => each.class === name);
  const before: Offered | undefined = classes[at];
  const after: Offered = { class: name, usage: (before?.usage ?? 0n) + usage };
  next[period] = at < 0 ? [...classes, after] : classes.with(at, after);
  return next;
};

/** Offered in one period (null: in all) for one class (null: for all). */
export const offeredIn = (
  { offered }: BookedCommitment,
  period: number | null,
  className: string | null,
): bigint => {
  let sum = 0n;
  const periods = period === null ? offered : [offered[period] ?? []];
  for (const classes of periods) {
    for (const each of classes)
      if (className === null || each.class === className) sum += each.usage;
  }
  return sum;
};
