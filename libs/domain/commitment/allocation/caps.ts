import type { CapLimit } from '../terms/limits.js';
import { excess, fromLatest, sharesBy, type Share } from './offer.js';
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
  for (const [period, inPeriod] of sharesBy('period', ofClass)) {
    cutAbove(inPeriod, (cap.byPeriod[period] ?? 0n) - earlier.of(period, cap.class));
  }
};

const cutAbove = (shares: readonly Share[], room: bigint): void => {
  const eligible = shares.reduce((sum, share) => sum + share.eligible, 0n);
  fromLatest(shares, excess(eligible, room), (share, amount) => share.cutByCap(amount));
};
