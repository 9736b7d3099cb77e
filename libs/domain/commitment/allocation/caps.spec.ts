import { describe, expect, it } from '@jest/globals';
import { unitsOf } from '../../money.js';
import type { CapLimit } from '../terms/limits.js';
import { cutByCap } from './caps.js';
import type { Share } from './offer.js';
import { AppliedAmounts } from './postings.js';
import { amounts, share } from '../../testing/shares.js';

const CLASS = 'marketplace';
const perPeriod = (...byPeriod: readonly string[]): CapLimit => ({
  class: CLASS,
  byPeriod: byPeriod.map(unitsOf),
  overall: 0n,
});
const overall = (limit: string): CapLimit => ({
  class: CLASS,
  byPeriod: null,
  overall: unitsOf(limit),
});
const nothing = new AppliedAmounts([]);
const after = (cap: CapLimit, shares: readonly Share[], earlier = nothing) => {
  cutByCap(cap, shares, earlier);
  return shares.map(amounts);
};

describe('a cap', () => {
  it('of each period cuts what is above it there, the latest first, and no other class', () => {
    const shares = [
      share('60', 0, CLASS),
      share('50', 0, CLASS),
      share('90', 1),
      share('90', 1, CLASS),
    ];
    expect(after(perPeriod('100', '100'), shares)).toEqual([
      { eligible: '60', cut: '0', overage: '0' },
      { eligible: '40', cut: '10', overage: '0' },
      { eligible: '90', cut: '0', overage: '0' },
      { eligible: '90', cut: '0', overage: '0' },
    ]);
  });

  it('over the term cuts the latest periods first, over several if it must', () => {
    const shares = [share('60', 0, CLASS), share('50', 1, CLASS), share('40', 2, CLASS)];
    expect(after(overall('90'), shares).map(({ cut }) => cut)).toEqual(['0', '20', '40']);
  });

  it('is used up by what earlier terms applied of its class, and never cuts more than there is', () => {
    const earlier = new AppliedAmounts([]);
    earlier.add({ period: 0, class: CLASS }, unitsOf('130'));
    earlier.add({ period: 1, class: '' }, unitsOf('500'));
    const shares = [share('20', 0, CLASS), share('30', 1, CLASS)];
    expect(after(perPeriod('100', '100'), shares, earlier).map(({ cut }) => cut)).toEqual([
      '20',
      '0',
    ]);
    const left = [share('30', 1, CLASS)];
    expect(after(overall('150'), left, earlier).map(({ cut }) => cut)).toEqual(['10']);
  });

  it('lets nothing count in a period that has none: earlier terms had more periods', () => {
    expect(after(perPeriod('100'), [share('30', 4, CLASS)])).toEqual([
      { eligible: '0', cut: '30', overage: '0' },
    ]);
  });
});
