import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatQuantity, parseQuantity } from './quantity.js';

describe('quantities', () => {
  it('keep eighteen decimals', () => {
    expect(parseQuantity('0.000000000000000001')).toBe(1n);
    expect(parseQuantity('-720.5')).toBe(-720_500_000_000_000_000_000n);
    expect(formatQuantity(720_500_000_000_000_000_000n)).toBe('720.5');
    expect(formatQuantity(-1n)).toBe('-0.000000000000000001');
    expect(formatQuantity(0n)).toBe('0');
  });

  it.each(['', '+1', '1e3', '-0', '01', '1.', '0.0000000000000000001', '100000000000000000000'])(
    'refuse %j',
    (text) => expect(parseQuantity(text)).toBeNull(),
  );

  it('are written as they were read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), (units) => {
        expect(parseQuantity(formatQuantity(units))).toBe(units);
      }),
    );
  });
});
