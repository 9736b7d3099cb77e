import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addTo,
  CurrencyMismatch,
  formatUnits,
  inCurrency,
  moneyIn,
  parseUnits,
  sumOf,
  unitsOf,
} from './money.js';

describe('amounts of money', () => {
  it.each([
    ['0', 0n],
    ['0.000', 0n],
    ['1', 1_000_000_000_000n],
    ['-12.50', -12_500_000_000_000n],
    ['-0.000000000001', -1n],
    ['100000000000.000000000001', 100_000_000_000_000_000_000_001n],
    ['999999999999999999.999999999999', 10n ** 30n - 1n],
  ])('reads %s', (text, units) => {
    expect(parseUnits(text)).toBe(units);
  });

  it.each([
    '',
    ' 5',
    '5 ',
    '+5',
    '5.',
    '.5',
    '05',
    '-0',
    '-0.00',
    '1e3',
    '5,000.00',
    '1_000',
    '1\n',
    '5 USD',
    'NaN',
    'Infinity',
    '0x10',
    '１２',
    '٣',
    '1.0000000000001',
    '--1',
  ])('refuses %j', (text) => {
    expect(parseUnits(text)).toBeNull();
    expect(() => unitsOf(text)).toThrow('not a decimal amount');
  });

  it('takes 18 integer digits of one amount, and more of a stored sum', () => {
    const sum = '1000000000000000000';
    expect(parseUnits(sum)).toBeNull();
    expect(unitsOf(sum)).toBe(10n ** 30n);
    expect(unitsOf(`-${sum}.5`)).toBe(-(10n ** 30n) - 5n * 10n ** 11n);
    expect(() => unitsOf('9'.repeat(27))).toThrow('not a decimal amount');
  });

  it('writes what it read, without trailing zeros', () => {
    expect(formatUnits(unitsOf('12.500'))).toBe('12.5');
    expect(formatUnits(unitsOf('-0.10'))).toBe('-0.1');
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n) + 1n, max: 10n ** 30n - 1n }), (units) => {
        expect(parseUnits(formatUnits(units))).toBe(units);
      }),
    );
  });

  it('adds up what is in one currency only', () => {
    const rows = ['5', '-2'].map((amount) => ({ units: unitsOf(amount), currency: 'USD' }));
    const sum = sumOf(inCurrency(rows, 'USD').map(({ units }) => units));
    expect(moneyIn('USD')(sum)).toEqual({ amount: '3', currency: 'USD' });
    expect(() => inCurrency([...rows, { units: 1n, currency: 'EUR' }], 'USD')).toThrow(
      CurrencyMismatch,
    );
    expect(() => inCurrency([{}], 'USD')).toThrow(CurrencyMismatch);
  });

  it('adds up under keys in the order in which they first came', () => {
    const totals = new Map<string, bigint>();
    for (const [key, amount] of [
      ['b', 2n],
      ['a', 1n],
      ['b', 3n],
    ] as const)
      addTo(totals, key, amount);
    expect([...totals]).toEqual([
      ['b', 5n],
      ['a', 1n],
    ]);
  });
});
