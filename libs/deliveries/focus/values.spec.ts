import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatUnits, parseUnits, unitsOf } from '../../domain/money.js';
import { decimalText } from './decimal.js';
import { codeProblem, parseDecimal, parseTime, rememberingTimes } from './values.js';

describe('FOCUS numbers', () => {
  it.each([
    ['0.00000080000', '0.0000008'],
    ['-0.00', '0'],
    ['-2.61370000000', '-2.6137'],
    ['1.5E-3', '0.0015'],
    ['-1.5e3', '-1500'],
    ['4E-11', '0.00000000004'],
    ['12345e-2', '123.45'],
    ['9007199254740993', '9007199254740993'],
    ['007.50', '7.5'],
  ])('reads %s as %s', (text, value) => expect(parseDecimal(text, 12)).toEqual({ value }));

  it.each([
    ['1.23E+15', 'spreadsheet-number'],
    ['1,234.50', 'spreadsheet-number'],
    ['(500.00)', 'spreadsheet-number'],
    ['$5', 'spreadsheet-number'],
    ['1 000', 'spreadsheet-number'],
    ['+5', 'not-a-number'],
    ['.5', 'not-a-number'],
    ['1.', 'not-a-number'],
    ['NaN', 'not-a-number'],
    ['0x10', 'not-a-number'],
    ['１２', 'not-a-number'],
    ['0.' + '1'.repeat(120), 'number-too-long'],
    ['999999999999999999.9999999999995', 'number-too-large'],
    ['1234567890123456789', 'number-too-large'],
    ['1e18', 'number-too-large'],
  ])('refuses %s with %s', (text, code) => expect(parseDecimal(text, 12)).toEqual({ code }));

  it.each([
    ['21.44988849635786', '21.449888496358', '0.00000000000014'],
    ['0.30000000000000004', '0.3', '-0.00000000000000004'],
    ['1.0416666666666667E-05', '0.000010416667', '0.000000000000333333333'],
    ['0.0000000000005', '0', '-0.0000000000005'],
    ['0.0000000000015', '0.000000000002', '0.0000000000005'],
    ['0.0000000000025', '0.000000000002', '-0.0000000000005'],
    ['-0.00000000000050001', '-0.000000000001', '-0.00000000000049999'],
    ['-1E-13', '0', '0.0000000000001'],
    ['0.9999999999999', '1', '0.0000000000001'],
    ['5e-324', '0', null],
  ])('rounds %s half to even to %s', (text, value, difference) => {
    const parsed = parseDecimal(text, 12);
    if (!('value' in parsed) || parsed.difference === undefined)
      throw new Error(JSON.stringify(text));
    expect(parsed.value).toBe(value);
    if (difference !== null) expect(decimalText(parsed.difference)).toBe(difference);
  });

  it('is never off by more than half of the last place, and value and difference give what was written', () => {
    const last = 10n ** 12n;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
        fc.integer({ min: 24, max: 40 }),
        (units, scale) => {
          const parsed = parseDecimal(decimalText({ units, scale }), 12);
          if (!('value' in parsed)) throw new Error(parsed.code);
          const { units: off, scale: at } = parsed.difference ?? { units: 0n, scale: 0 };
          const twice = 2n * (off < 0n ? -off : off) * last;
          expect(twice <= 10n ** BigInt(at)).toBe(true);
          const kept = unitsOf(parsed.value) * 10n ** BigInt(scale);
          const changed = (off * last * 10n ** BigInt(scale)) / 10n ** BigInt(at);
          expect(kept - changed).toBe(units * last);
        },
      ),
    );
  });

  it('keeps the exact value whatever the exponent', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 14n) + 1n, max: 10n ** 14n - 1n }),
        fc.integer({ min: -12, max: 4 }),
        (digits, exponent) => {
          const parsed = parseDecimal(`${digits}e${exponent}`, 12);
          const units = digits * 10n ** BigInt(12 + exponent);
          expect(parsed).toEqual({ value: formatUnits(units) });
          expect(parseUnits(formatUnits(units))).toBe(units);
        },
      ),
    );
  });
});

describe('FOCUS times', () => {
  const noon = { value: '2024-09-18T22:00:00.000000Z' };

  it.each([
    '2024-09-18T22:00:00Z',
    '2024-09-18 22:00:00',
    '2024-09-18T22:00:00',
    '2024-09-18T22:00Z',
    '2024-09-18 22:00:00 UTC',
    '2024-09-18 22:00:00+00:00',
    '2024-09-19T00:00:00+0200',
    '2024-09-18T22:00:00.0000000Z',
    '2024-09-18 22:00:00+00',
    '2024-09-18 22:00:00-00:00',
    '2024-09-18 22:00:00 GMT',
    '2024-09-18T22:00:00gmt',
    '2024-09-18T22:00:00utc',
    '2024-09-18 18:30:00-0330',
    '2024-09-18T23:00:00+01',
    '2024-09-18 22:00:00.000+00',
  ])('reads %s', (text) => expect(parseTime(text)).toEqual(noon));

  it('reads a day as its start', () =>
    expect(parseTime('2024-09-18')).toEqual({ value: '2024-09-18T00:00:00.000000Z' }));

  it.each([
    ['45321', 'spreadsheet-date'],
    ['45321.5', 'spreadsheet-date'],
    ['09/18/2024', 'spreadsheet-date'],
    ['3/4/26 00:00', 'spreadsheet-date'],
    ['18.09.2024 22:00', 'spreadsheet-date'],
    ['2024/09/18', 'spreadsheet-date'],
    ['18-09-2024', 'spreadsheet-date'],
    ['18-Sep-24', 'spreadsheet-date'],
    ['2024-09-18 22:00:00 EST', 'not-a-time'],
    ['2024-09-18 22:00:00+00:00:00', 'not-a-time'],
    ['2024-02-30T00:00:00Z', 'not-a-time'],
    ['2024-09-18T24:00:00Z', 'not-a-time'],
    ['1024-09-18T00:00:00Z', 'not-a-time'],
    ['yesterday', 'not-a-time'],
  ])('refuses %s with %s', (text, code) => expect(parseTime(text)).toEqual({ code }));

  it('remembers without growing', () => {
    const time = rememberingTimes(2);
    for (const hour of ['00', '01', '02', '00', '03']) {
      expect(time(`2024-09-18 ${hour}:00:00`)).toEqual(parseTime(`2024-09-18 ${hour}:00:00`));
    }
  });
});

describe('codes', () => {
  it.each([
    ['=1+1', 'formula-in-code'],
    ['@SUM(A1)', 'formula-in-code'],
    ['1.23457E+11', 'spreadsheet-number'],
    [' 123', 'space-around-code'],
    ['000123', null],
    ['-', null],
    ['/providers/Microsoft.Billing/billingAccounts/1', null],
  ])('%s: %s', (text, problem) => expect(codeProblem(text)).toBe(problem));
});
