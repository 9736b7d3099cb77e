import { describe, expect, it } from '@jest/globals';
import { CURRENCY_DECIMALS } from './currencies.js';
import { amountRefusal, currencyDecimals, minorUnit } from './currency.js';
import { unitsOf } from './money.js';

describe('currencies', () => {
  it('know their minor units', () => {
    expect(['USD', 'EUR', 'JPY', 'KWD', 'CLP', 'XAF'].map(currencyDecimals)).toEqual([
      2, 2, 0, 3, 0, 0,
    ]);
    expect(minorUnit('USD')).toBe(unitsOf('0.01'));
    expect(minorUnit('JPY')).toBe(unitsOf('1'));
    expect(() => minorUnit('DEM')).toThrow('not a currency in use: "DEM"');
  });

  it.each([
    'usd',
    'Usd',
    'DEM',
    'BGN',
    'HRK',
    'XXX',
    'XTS',
    'XAU',
    'XDR',
    'CHW',
    'BTC',
    '$',
    '',
    'US',
  ])('are not %j', (code) => expect(currencyDecimals(code)).toBeNull());

  it('are three upper-case letters each', () => {
    const codes = [...CURRENCY_DECIMALS.keys()];
    expect(codes.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
    expect(codes.length).toBeGreaterThan(150);
  });

  it('make an agreed amount whole and positive', () => {
    const refused = (amount: string, currency = 'USD') =>
      amountRefusal({ amount, currency })?.rejection.name ?? null;
    expect(refused('0.01')).toBeNull();
    expect(refused('0')).toBe('AmountNotPositive');
    expect(refused('-1')).toBe('AmountNotPositive');
    expect(refused('0.001')).toBe('AmountTooPrecise');
    expect(refused('0.5', 'JPY')).toBe('AmountTooPrecise');
    expect(refused('1', 'XXX')).toBe('CurrencyUnknown');
  });
});
