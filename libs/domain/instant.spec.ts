import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOfMicros, microsOf, parseInstant } from './instant.js';

describe('instants as microseconds', () => {
  it('are the same instant again', () => {
    const to = microsOf(parseInstant('2200-12-31T23:59:59.999999Z')!);
    fc.assert(
      fc.property(fc.bigInt({ min: -86_400_000_000n, max: to }), (micros) => {
        expect(microsOf(instantOfMicros(micros))).toBe(micros);
      }),
    );
  });

  it('count forwards also in the last second before 1970', () => {
    expect(instantOfMicros(0n)).toBe('1970-01-01T00:00:00.000000Z');
    expect(instantOfMicros(-1n)).toBe('1969-12-31T23:59:59.999999Z');
    expect(instantOfMicros(-1_000_000n)).toBe('1969-12-31T23:59:59.000000Z');
  });
});
