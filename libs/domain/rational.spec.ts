import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { apportion, divideFloor, divideHalfEven, ratioText } from './rational.js';

describe('dividing exactly', () => {
  it('rounds halves to the even neighbour, on both sides of zero', () => {
    const halves = [5n, 15n, 25n, -5n, -15n, -25n].map((value) => divideHalfEven(value, 10n));
    expect(halves).toEqual([0n, 2n, 2n, 0n, -2n, -2n]);
    expect(divideHalfEven(26n, -10n)).toBe(-3n);
  });

  it('floors towards minus infinity', () => {
    expect([7n, -7n].map((value) => divideFloor(value, 2n))).toEqual([3n, -4n]);
    expect(divideFloor(7n, -2n)).toBe(-4n);
  });

  it('writes ratios as short decimal text', () => {
    expect(ratioText(100n, 5n, 4)).toBe('20');
    expect(ratioText(-1n, 3n, 4)).toBe('-0.3333');
    expect(ratioText(1n, 2n, 0)).toBe('0');
  });
});

describe('apportioning', () => {
  it('gives what is left to the largest remainders, the earlier first', () => {
    expect(apportion(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(apportion(100n, [50n, 30n, 21n])).toEqual([49n, 30n, 21n]);
    expect(apportion(1000n, [1n, 2n], 100n)).toEqual([300n, 700n]);
  });

  it('refuses what cannot be divided', () => {
    expect(() => apportion(1n, [1n, -1n])).toThrow('weights that sum to zero');
    expect(() => apportion(150n, [1n], 100n)).toThrow('not a multiple');
  });

  it('always adds up, and no part is a whole unit off', () => {
    const weights = fc.array(fc.bigInt({ min: -1000n, max: 1000n }), { minLength: 1 });
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }), weights, (total, list) => {
        const sum = list.reduce((left, right) => left + right, 0n);
        fc.pre(sum !== 0n);
        const parts = apportion(total, list);
        expect(parts.reduce((left, right) => left + right, 0n)).toBe(total);
        parts.forEach((part, index) => {
          const off = (part * sum - total * list[index]!) * (sum < 0n ? -1n : 1n);
          const size = sum < 0n ? -sum : sum;
          expect(off > -size && off < size).toBe(true);
        });
      }),
    );
  });
});
