import { describe, expect, it } from '@jest/globals';
import { formatUnits, unitsOf } from '../../money.js';
import { periods, terms, usd } from '../../testing/builders.js';
import { limitsOf } from '../terms/limits.js';
import { handover, needOf, NOTHING_HANDED, periodRules } from './period-need.js';

/** Per period: its need, the credit that goes on, and the shortfall that rolls out. */
const walk = (applied: readonly string[], carries: boolean, rolloverFraction: string | null) => {
  const minimums = applied.map(() => '100');
  const total = usd(String(100 * applied.length));
  const schedule = periods('sum-of-periods', minimums, {
    excessCarriesForward: carries,
    rolloverFraction,
  });
  const of = terms({ total, schedule });
  const rules = periodRules(of, limitsOf(of));
  let handed = NOTHING_HANDED;
  return applied.map((amount, period) => {
    const need = needOf(rules, period, handed);
    handed = handover(rules, period, unitsOf(amount), handed);
    return [need, handed.credit, handed.rolledOut].map(formatUnits).join(' ');
  });
};

describe('what a period needs and hands on', () => {
  it.each([
    [
      'nothing, whatever is over or short',
      ['150', '30', '100'],
      false,
      null,
      ['100 0 0', '100 0 0', '100 0 0'],
    ],
    [
      'its excess, until it is needed',
      ['150', '30', '180'],
      true,
      null,
      ['100 50 0', '100 0 0', '100 80 0'],
    ],
    [
      'excess over several periods',
      ['350', '0', '0'],
      true,
      null,
      ['100 250 0', '100 150 0', '100 50 0'],
    ],
    [
      'its shortfall, up to the fraction of its minimum',
      ['80', '10', '0'],
      false,
      '0.25',
      ['100 0 20', '120 0 25', '125 0 0'],
    ],
    [
      'no shortfall that rolled in before',
      ['0', '0', '0'],
      false,
      '1',
      ['100 0 100', '200 0 100', '200 0 0'],
    ],
    [
      'the shortfall that carried excess does not cover',
      ['130', '20', '0'],
      true,
      '1',
      ['100 30 0', '100 0 50', '150 0 0'],
    ],
  ])('hands on %s', (_, applied, carries, rollover, expected) => {
    expect(walk(applied, carries, rollover)).toEqual(expected);
  });
});
