import { describe, expect, it } from '@jest/globals';
import {
  amount,
  asTyped,
  bar,
  compact,
  exact,
  grouped,
  percent,
  plural,
  roundMoney,
  times,
} from './format.js';

describe('hints', () => {
  const hint = 'Next: commitment-ledger show portfolio';

  it('name the program when it was called by its name', () => expect(asTyped(hint, {})).toBe(hint));

  it('go through npm for whoever came through npm', () =>
    expect(asTyped(hint, { npm_lifecycle_event: 'cli' })).toBe(
      'Next: npm run cli -- show portfolio',
    ));
});

describe('amounts for people', () => {
  it.each([
    ['0', '0.00'],
    ['1234567.891', '1,234,567.89'],
    ['100000000000', '100,000,000,000.00'],
    ['-1234.5', '-1,234.50'],
    ['999.995', '1,000.00'],
    ['0.125', '0.12'],
    ['0.135', '0.14'],
    ['-0.005000000001', '-0.01'],
    ['0.000000000001', '< 0.01'],
    ['-0.004', '> -0.01'],
  ])('%s is shown as %s', (text, shown) => expect(grouped(text)).toBe(shown));

  it.each([
    ['0', '0.00'],
    ['94356021110.42', '94.36 B'],
    ['5644777589.23', '5.64 B'],
    ['700000000', '700.00 M'],
    ['999999.99', '999,999.99'],
    ['999999.995', '1.00 M'],
    ['999994999.99', '999.99 M'],
    ['999995000', '1.00 B'],
    ['999999999999', '1.00 T'],
    ['-2345000', '-2.34 M'],
    ['1234567890123456', '1,234.57 T'],
    ['0.000000000001', '< 0.01'],
  ])('%s in a narrow table is %s', (text, shown) => expect(compact(text)).toBe(shown));

  it.each([
    ['1234567.891', '1,234,567.891'],
    ['-100000000000', '-100,000,000,000'],
    ['0.000000000001', '0.000000000001'],
  ])('%s with all digits is %s', (text, shown) => expect(exact(text)).toBe(shown));

  it('says what is not known', () => expect(amount(null)).toBe('–'));

  it.each([
    ['100000000000', 'USD 100 billion'],
    ['11720000000', 'USD 11.72 billion'],
    ['1500000000000', 'USD 1.50 trillion'],
    ['-2500000', 'USD -2.50 million'],
    ['999999.99', 'USD 999,999.99'],
  ])('%s in a sentence is %s', (text, words) =>
    expect(roundMoney({ amount: text, currency: 'USD' })).toBe(words),
  );
});

describe('ratios for people', () => {
  it.each([
    [null, '–'],
    ['0', '0.0 %'],
    ['0.0004', '< 0.1 %'],
    ['0.123456', '12.3 %'],
    ['1', '100.0 %'],
  ])('%s is %s', (ratio, shown) => expect(percent(ratio)).toBe(shown));

  it.each([
    ['0', '░░░░'],
    ['0.0001', '▏░░░'],
    ['0.5', '██░░'],
    ['0.66', '██▋░'],
    ['1', '████'],
    ['1.7', '████'],
    [null, '░░░░'],
  ])('a bar of %s is %s', (ratio, drawn) => expect(bar(ratio, 4)).toBe(drawn));

  it('counts in words', () => {
    expect([times('0.984'), times(null)]).toEqual(['0.98×', '–']);
    expect([plural(1, 'row'), plural(1200, 'row'), plural(2, 'is', 'are')]).toEqual([
      '1 row',
      '1,200 rows',
      '2 are',
    ]);
  });
});
