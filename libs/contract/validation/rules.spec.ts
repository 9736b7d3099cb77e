import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '../../domain/instant.js';
import { parseUnits } from '../../domain/money.js';
import { parseQuantity } from '../../domain/quantity.js';
import { amount, instant, isInstant, quantity } from './rules.js';

const digits = (count: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
    .map((d) => d.join(''));
/** Mostly close to an instant, and often not one. */
const nearly = fc
  .tuple(
    fc.oneof(fc.constantFrom('1969', '1970', '2024', '2026', '2200', '2201'), digits(4)),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
    fc.integer({ min: 0, max: 25 }),
    fc.integer({ min: 0, max: 61 }),
    fc.constantFrom('', '.5', '.123456', '.1234567', '.'),
    fc.constantFrom('Z', 'z', '+02:00', '-00:00', '+24:00', ''),
  )
  .map(([year, month, day, hour, minute, fraction, zone]) => {
    const two = (n: number) => String(n).padStart(2, '0');
    return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00${fraction}${zone}`;
  });

describe('amounts', () => {
  it('are those that the domain can read', () => {
    const piece = fc.constantFrom(
      '',
      '-',
      '+',
      '0',
      '1',
      '9',
      '00',
      '.',
      '10',
      '5'.repeat(10),
      'e',
      ' ',
    );
    const nearlyAmount = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(nearlyAmount, (text) => {
        expect(amount()(text, {}) === null).toBe(parseUnits(text) !== null);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('quantities', () => {
  it('are those that the domain can read', () => {
    const piece = fc.constantFrom('', '-', '0', '7', '.', '5'.repeat(9), '9'.repeat(10), 'e', ' ');
    const nearlyQuantity = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(nearlyQuantity, (text) => {
        expect(quantity(text, { unit: 'h' }) === null).toBe(parseQuantity(text) !== null);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('instants', () => {
  it('are those that the domain can read', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        expect(isInstant(text)).toBe(parseInstant(text) !== null);
      }),
      { numRuns: 2000 },
    );
  });

  it('that end an interval are later than its start', () => {
    const rule = instant('from');
    fc.assert(
      fc.property(nearly, nearly, (from, to) => {
        const [start, end] = [parseInstant(from), parseInstant(to)];
        const late = start !== null && end !== null && end <= start;
        expect(rule(to, { from })?.code === 'end-not-after-start').toBe(late);
      }),
    );
  });
});
