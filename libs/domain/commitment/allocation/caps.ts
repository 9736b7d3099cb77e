import type { CapLimit } from '../terms/limits.js';
import { excess, fromLatest, type Share } from './offer.js';
import type { AppliedAmounts } from './postings.js';

/** What a class may count at most, per period or over the term: usage above it is ineligible, the latest first. */
export const cutByCap = (
  cap: CapLimit,
  shares: readonly Share[],
  earlier: AppliedAmounts,
): void => {
  const ofClass = shares.filter(({ placement }) => placement.class === cap.class);
  if (cap.byPeriod === null) {
    cutAbove(ofClass, cap.overall - earlier.of(null, cap.class));
    return;
  }
  for (const inPeriod of byPeriod(ofClass)) {
    const { period } = inPeriod[0]!.placement;
    cutAbove(inPeriod, (cap.byPeriod[period] ?? 0n) - earlier.of(period, cap.class));
  }
};

const cutAbove = (shares: readonly Share[], room: bigint): void => {
  const eligible = shares.reduce((sum, share) => sum + share.eligible, 0n);
  fromLatest(shares, excess(eligible, room), (share, amount) => share.cutByCap(amount));
};

/** Shares are in order of their periods: those of each that has any. */
const byPeriod = (shares: readonly Share[]): readonly Share[][] => {
  const lists: Share[][] = [];
  for (const share of shares) {
    const last = lists.at(-1);
    if (last?.[0]?.placement.period === share.placement.period) last.push(share);
    else lists.push([share]);
  }
  return lists;
};
