import { describe, expect, it } from '@jest/globals';
import { addDays } from '../../calendar.js';
import { startOfDay } from '../../instant.js';
import { formatUnits, sumOf, unitsOf } from '../../money.js';
import { periods, pool, terms, usd } from '../../testing/builders.js';
import { at } from '../../testing/context.js';
import type { CommitmentTerms } from '../terms/terms.js';
import { statement } from '../terms/timeline.js';
import { exhaustionOf, paceOf, type Progress } from './pace.js';
import { periodFigures } from './periods.js';
import { elapsedPart, plannedBy } from './plan.js';
import { committedAmount, overageAndCredit, releasedAmount, stillOwed } from './remaining.js';

/** What was applied on which days of 2026, all of it in the period that is named. */
const progress = (
  of: CommitmentTerms,
  asOf: string,
  applied: Readonly<Record<string, string>>,
  period = 0,
): Progress => {
  const days = Object.entries(applied).map(([when, amount]) => ({
    when,
    applied: unitsOf(amount),
  }));
  const sum = sumOf(days.map((day) => day.applied));
  const total = unitsOf(of.total.amount);
  const figures = periodFigures({
    statement: statement(of.startsAt, 0, of),
    termination: null,
    appliedByPeriod: new Map([[period, sum]]),
    now: startOfDay(addDays(asOf, 1)),
  });
  const remaining = stillOwed(total, sum, 'owed');
  return { terms: of, total, applied: sum, remaining, figures, asOf, days };
};

const year = terms({ total: usd('3650'), schedule: pool() });
const halves = terms({ total: usd('400'), schedule: periods('sum-of-periods', ['100', '300']) });

describe('the plan line', () => {
  it('is even within a period and steeper in the next', () => {
    const planned = (on: string) => formatUnits(plannedBy(halves, at(on))!);
    expect(planned('2026-01')).toBe('0');
    expect(planned('2026-07')).toBe('100');
    expect(planned('2026-10')).toBe('250');
    expect(planned('2028-01')).toBe('400');
  });

  it('of a pool is even over its term, and there is none without an end', () => {
    expect(formatUnits(plannedBy(year, at('2026-01-11'))!)).toBe('100');
    expect(
      plannedBy(terms({ endsAt: null, schedule: pool(at('2026-01'), null) }), at('2026-02')),
    ).toBeNull();
  });

  it('rounds down what has passed of a period', () => {
    expect(elapsedPart(10n, at('2026-01-01'), at('2026-01-04'), at('2026-01-02'))).toBe(3n);
  });
});

describe('the pace', () => {
  it('of a pool is recent use a day over what is required a day', () => {
    // 30 days of 20 a day; 335 days are left for 3,050.
    const days = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [addDays('2026-01-02', at), '20']),
    );
    const pace = paceOf(progress(year, '2026-01-31', days));
    expect(pace).toMatchObject({
      recentDays: 30,
      recentApplied: unitsOf('600'),
      required: unitsOf('3050'),
      requiredBy: '2026-12-31',
      daysLeft: 334,
      state: 'ahead',
    });
    expect(pace.ratio).toBe('2.190164');
  });

  it('of a schedule is what is applied over what is planned, and asks for the period that runs', () => {
    const pace = paceOf(progress(halves, '2026-06-30', { '2026-02-01': '80' }));
    expect(pace).toMatchObject({ ratio: '0.8', state: 'behind', planned: unitsOf('100') });
    // On the last day of a period it is the next one that must be used for.
    expect(pace).toMatchObject({
      required: unitsOf('300'),
      requiredBy: '2026-12-31',
      daysLeft: 184,
    });
  });

  it('takes what corrects older usage for no use, and not for less', () => {
    const days = { '2026-03-01': '100', '2026-03-05': '-40', '2026-03-10': '10' };
    expect(paceOf(progress(year, '2026-03-10', days)).recentApplied).toBe(unitsOf('110'));
  });

  it('has no ratio without an end, nor on the last day of a pool', () => {
    const open = terms({ endsAt: null, schedule: pool(at('2026-01'), null) });
    const without = paceOf(progress(open, '2026-03-10', { '2026-03-01': '10' }));
    expect(without).toMatchObject({ ratio: null, state: null, requiredBy: null, daysLeft: null });
    expect(paceOf(progress(year, '2026-12-31', { '2026-12-01': '10' }))).toMatchObject({
      ratio: null,
      daysLeft: 0,
    });
  });
});

describe('exhaustion', () => {
  const pooled = terms({ total: usd('100'), schedule: pool() });

  it('is the day since when the total has been reached without a break', () => {
    const days = { '2026-02-01': '100', '2026-02-03': '-20', '2026-02-09': '20' };
    expect(exhaustionOf(progress(pooled, '2026-03-01', days))).toEqual({
      outcome: 'already',
      on: '2026-02-09',
    });
  });

  it.each([
    [
      'expected by recent use',
      '2026-01-10',
      { '2026-01-10': '50' },
      { outcome: 'expected', on: '2026-01-20' },
    ],
    [
      'after the end',
      '2026-12-20',
      { '2026-12-20': '30' },
      { outcome: 'after-end', on: '2027-02-28' },
    ],
    [
      'never, where nothing was used lately',
      '2026-06-20',
      { '2026-01-20': '30' },
      { outcome: 'never', on: null },
    ],
  ])('is %s', (_, asOf, days, expected) => {
    expect(exhaustionOf(progress(pooled, asOf, days))).toEqual(expected);
  });

  it('goes along the plan where that is kept: a ramp ends with its term', () => {
    const ramp = progress(halves, '2026-06-30', { '2026-01-15': '100' });
    expect(exhaustionOf(ramp)).toEqual({ outcome: 'expected', on: '2026-12-31' });
  });
});

describe('what remains', () => {
  it.each([
    ['100', '30', 'owed', '70', '0'],
    ['100', '130', 'owed', '0', '0'],
    ['100', '30', 'released', '0', '70'],
    ['100', '130', 'released', '0', '0'],
  ] as const)(
    'of %s with %s applied, %s, is %s, and %s is let go',
    (total, applied, state, left, letGo) => {
      const [whole, used] = [unitsOf(total), unitsOf(applied)];
      expect(formatUnits(stillOwed(whole, used, state))).toBe(left);
      expect(formatUnits(releasedAmount(whole, used, state))).toBe(letGo);
    },
  );

  it('binds to the total less what was let go, and overage below zero is a credit', () => {
    expect(committedAmount(100n, 30n, 'released')).toBe(30n);
    expect(committedAmount(100n, 30n, 'owed')).toBe(100n);
    expect(overageAndCredit(5n)).toEqual({ overage: 5n, netCredit: 0n });
    expect(overageAndCredit(-5n)).toEqual({ overage: 0n, netCredit: 5n });
  });
});
