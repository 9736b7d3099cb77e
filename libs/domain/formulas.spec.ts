import { describe, expect, it } from '@jest/globals';
import {
  circularityRatio,
  commitmentMultiple,
  effectiveNumber,
  hhi,
  hhiBand,
  recycledCapital,
  share,
  topShare,
  US_2010,
  US_2023,
  utilisation,
} from './formulas.js';
import { unitsOf } from './money.js';

const billions = (...amounts: number[]): bigint[] =>
  amounts.map((amount) => unitsOf(`${amount}000000000`));

describe('concentration', () => {
  it('is 10,000 for one vendor and 10,000 / n for n equal ones', () => {
    expect(hhi(billions(100))).toBe('10000');
    expect(hhi(billions(5, 5, 5))).toBe('3333.3333');
    expect(effectiveNumber(billions(5, 5, 5))).toBe('3');
  });

  it('is the sum of squared shares', () => {
    expect(hhi(billions(50, 30, 20))).toBe('3800');
    expect(effectiveNumber(billions(50, 30, 20))).toBe('2.6316');
    expect(topShare(billions(20, 50, 30), 1)).toBe('0.5');
    expect(topShare(billions(20, 50, 30), 2)).toBe('0.8');
    expect(topShare(billions(20, 50, 30), 9)).toBe('1');
  });

  it('gives a vendor with net refunds no share, and nothing at all no index', () => {
    expect(hhi(billions(50, -50))).toBe('10000');
    for (const formula of [hhi, effectiveNumber]) {
      expect(formula([])).toBeNull();
      expect(formula(billions(-1))).toBeNull();
    }
  });

  it('falls in the bands of either guideline', () => {
    const bands = (index: string) => [hhiBand(index, US_2023), hhiBand(index, US_2010)];
    expect(bands('999.9999')).toEqual(['low', 'low']);
    expect(bands('1000')).toEqual(['moderate', 'low']);
    expect(bands('1800')).toEqual(['moderate', 'moderate']);
    expect(bands('1800.0001')).toEqual(['high', 'moderate']);
    expect(bands('2500.0001')).toEqual(['high', 'high']);
  });
});

describe('capital against spend', () => {
  it('has a multiple of 20 for 100 pledged against 5 invested', () => {
    const [pledged, invested] = billions(100, 5);
    expect(commitmentMultiple(pledged!, invested!)).toBe('20');
    expect(commitmentMultiple(pledged!, 0n)).toBeNull();
  });

  it('bounds what could have come back', () => {
    expect(circularityRatio(unitsOf('5'), unitsOf('8'))).toBe('0.625');
    expect(circularityRatio(unitsOf('9'), unitsOf('8'))).toBe('1');
    expect(circularityRatio(unitsOf('5'), 0n)).toBeNull();
    expect(recycledCapital(unitsOf('5'), unitsOf('2'))).toBe('0.4');
    expect(recycledCapital(unitsOf('5'), unitsOf('8'))).toBe('1');
    expect(recycledCapital(unitsOf('5'), unitsOf('-1'))).toBe('0');
    expect(recycledCapital(0n, unitsOf('1'))).toBeNull();
  });

  it('has no ratio to nothing', () => {
    expect(share(unitsOf('1'), 0n)).toBeNull();
    expect(utilisation(unitsOf('228'), unitsOf('1200'))).toBe('0.19');
  });
});
