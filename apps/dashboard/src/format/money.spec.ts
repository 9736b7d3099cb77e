import { describe, expect, it } from '@jest/globals';
import { add, grouped, less, rounded, shifted, signOf } from './decimal.js';
import { compact, exact, KEPT, sums } from './money.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });

describe('amounts', () => {
  it('are added and taken from each other to the last digit', () => {
    expect(add('0.1', '0.2')).toBe('0.3');
    expect(add('99999999999999999999.000000000001', '1')).toBe(
      '100000000000000000000.000000000001',
    );
    expect(less('1', '1.5')).toBe('-0.5');
    expect(less('2.50', '2.5')).toBe('0');
  });

  it('are rounded half up, and the sign of nothing is dropped', () => {
    expect(['1.005', '-1.005', '2.5', '-0.004', '7'].map((text) => rounded(text, 2))).toEqual([
      ...['1.01', '-1.01', '2.50', '0.00', '7.00'],
    ]);
    expect(rounded('999.995', 2)).toBe('1000.00');
    expect(rounded('12', 0)).toBe('12');
  });

  it('move their point, are grouped, and have a sign', () => {
    expect(shifted('1356091960.9194', 9)).toBe('1.3560919609194');
    expect(shifted('-5', 3)).toBe('-0.005');
    expect(grouped('-1234567.8912')).toBe('-1,234,567.8912');
    expect(['-1', '0.00', '0.01'].map(signOf)).toEqual([-1, 0, 1]);
  });

  it('are short for a glance', () => {
    expect(
      [
        '1356091960.9194',
        '143978099070.94',
        '80604156.577',
        '999999.99',
        '12.5',
        '0',
        '-2500000',
      ].map((amount) => compact(usd(amount)).replace(KEPT, ' ')),
    ).toEqual([
      ...['USD 1.36 B', 'USD 143.98 B', 'USD 80.60 M', 'USD 1.00 M', 'USD 12.50', 'USD 0.00'],
      'USD -2.50 M',
    ]);
  });

  it('and whole for whoever counts', () => {
    expect(['1356091960.9194', '38000000000', '1.5'].map((amount) => exact(usd(amount)))).toEqual([
      ...['USD 1,356,091,960.9194', 'USD 38,000,000,000.00', 'USD 1.50'],
    ]);
  });

  it('of several currencies are not mixed', () => {
    expect(sums([usd('1'), { amount: '5', currency: 'EUR' }, usd('2.5')])).toEqual([
      usd('3.5'),
      { amount: '5', currency: 'EUR' },
    ]);
  });
});
