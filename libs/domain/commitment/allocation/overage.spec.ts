import { describe, expect, it } from '@jest/globals';
import { formatUnits, unitsOf } from '../../money.js';
import { periods, pool, terms, usd } from '../../testing/builders.js';
import { at } from '../../testing/context.js';
import { share } from '../../testing/shares.js';
import type { CommitmentTerms } from '../terms/terms.js';
import { statement } from '../terms/timeline.js';
import { AppliedAmounts } from './postings.js';
import { cutByLimits } from './overage.js';

const under = (changed: Partial<CommitmentTerms>) => statement(at('2026-01'), 0, terms(changed));
const sums = (carries = false, rolloverFraction: string | null = null) =>
  under({
    total: usd('300'),
    schedule: periods('sum-of-periods', ['100', '100', '100'], {
      excessCarriesForward: carries,
      rolloverFraction,
    }),
  });

/** Overage of usage per period, in the order of the periods. */
const overage = (
  of: ReturnType<typeof under>,
  usage: readonly string[],
  earlier = new AppliedAmounts([]),
): readonly string[] => {
  const shares = usage.map((amount, period) => share(amount, period));
  cutByLimits(of, shares, earlier);
  return shares.map((each) => formatUnits(each.overage));
};

describe('what goes above the limits', () => {
  it.each([
    [
      'of a pool is above its total',
      under({ total: usd('250'), schedule: pool() }),
      ['200', '90'],
      ['0', '40'],
    ],
    [
      'of a sum of periods is above the need of each',
      sums(),
      ['150', '80', '120'],
      ['50', '0', '20'],
    ],
    [
      'where excess carries forward is above what all need',
      sums(true),
      ['150', '80', '120'],
      ['0', '0', '50'],
    ],
    [
      'with a rollover is above what is left open, 50 at most',
      sums(false, '0.5'),
      ['30', '200', '0'],
      ['0', '50', '0'],
    ],
    [
      'with a chained rollover does not roll on what was rolled in',
      sums(false, '1'),
      ['0', '0', '250'],
      ['0', '0', '50'],
    ],
  ])('%s', (_, of, usage, expected) => {
    expect(overage(of, usage)).toEqual(expected);
  });

  it('of minimums under a lower total is first what no period needs, the latest first', () => {
    const minimums = under({
      total: usd('250'),
      schedule: periods('period-minimums', ['100', '100', '100']),
    });
    expect(overage(minimums, ['150', '100', '60'])).toEqual(['50', '0', '10']);
    expect(overage(minimums, ['120', '100', '20'])).toEqual(['0', '0', '0']);
  });

  it('is less what terms of before applied: of the period, and of the total', () => {
    const earlier = new AppliedAmounts([]);
    earlier.add({ period: 0, class: '' }, unitsOf('90'));
    expect(overage(sums(), ['30', '100'], earlier)).toEqual(['20', '0']);
    expect(overage(under({ total: usd('100') }), ['30'], earlier)).toEqual(['20']);
  });

  it('is all of it where earlier terms have used the limit up, and never below zero', () => {
    const earlier = new AppliedAmounts([]);
    earlier.add({ period: 0, class: '' }, unitsOf('500'));
    expect(overage(under({ total: usd('100') }), ['30'], earlier)).toEqual(['30']);
    expect(overage(sums(), ['0', '40'], earlier)).toEqual(['0', '40']);
  });
});
