import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOfMicros, microsOf } from '../../instant.js';
import { unitsOf } from '../../money.js';
import { periods, pool, terms, usd } from '../../testing/builders.js';
import { at } from '../../testing/context.js';
import { custom, flat, linear, scheduleFault, step } from './schedule.js';
import type { CommitmentSchedule, CommitmentTerms } from './terms.js';

const year = { startsAt: at('2026-01'), endsAt: at('2027-01'), every: 'month' } as const;
const minimums = (generated: { periods: readonly { minimum: string | null }[] }) =>
  generated.periods.map(({ minimum }) => minimum);

describe('generating a schedule', () => {
  it('flat: the odd cents go to the first months, so that the months add up', () => {
    const generated = flat(year, usd('1000'));
    expect(minimums(generated)).toEqual([
      ...Array<string>(4).fill('83.34'),
      ...Array<string>(8).fill('83.33'),
    ]);
    expect(generated.periods[1]).toMatchObject({ start: at('2026-02'), end: at('2026-03') });
  });

  it('rounds to the minor unit of the currency', () => {
    const quarters = { startsAt: at('2026-01'), endsAt: at('2026-04'), every: 'month' } as const;
    expect(minimums(flat(quarters, { amount: '100', currency: 'JPY' }))).toEqual([
      '34',
      '33',
      '33',
    ]);
    expect(minimums(flat(quarters, { amount: '1', currency: 'KWD' }))).toEqual([
      '0.334',
      '0.333',
      '0.333',
    ]);
  });

  it('linear: equal steps from the first to the last, down as well as up', () => {
    const three = {
      startsAt: at('2026-01'),
      endsAt: at('2029-01'),
      every: 'contract-year',
    } as const;
    expect(linear(three, '30', '10', 'USD')).toMatchObject({ total: usd('60') });
    expect(minimums(linear(three, '30', '10', 'USD'))).toEqual(['30', '20', '10']);
    expect(minimums(linear({ ...three, endsAt: at('2027-01') }, '30', '10', 'USD'))).toEqual([
      '30',
    ]);
  });

  it('step: a minimum for some periods, then the next', () => {
    const steps = [
      { periods: 9, minimum: '10' },
      { periods: 3, minimum: '70' },
    ];
    const generated = step(year, steps, 'USD');
    expect(generated.total).toEqual(usd('300'));
    expect(minimums(generated).slice(8, 10)).toEqual(['10', '70']);
  });

  it('custom: one minimum per period, neither more nor fewer', () => {
    expect(() => custom(year, ['1', '2'], 'USD')).toThrow('2 minimums for 12 periods');
    const two = { startsAt: at('2026-01'), endsAt: at('2026-03'), every: 'month' } as const;
    expect(custom(two, ['1.50', '2'], 'USD')).toMatchObject({ total: usd('3.5') });
  });

  it('counts from the start of the term: 29 February and the 31st come back', () => {
    const leap = {
      startsAt: at('2024-02-29'),
      endsAt: at('2029-02-28'),
      every: 'contract-year',
    } as const;
    expect(flat(leap, usd('500')).periods.map(({ start }) => start.slice(0, 10))).toEqual([
      '2024-02-29',
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
    ]);
    const ends = { startsAt: at('2026-01-31'), endsAt: at('2026-05-15'), every: 'month' } as const;
    expect(flat(ends, usd('4')).periods.map(({ start, end }) => [start, end])).toEqual([
      [at('2026-01-31'), at('2026-02-28')],
      [at('2026-02-28'), at('2026-03-31')],
      [at('2026-03-31'), at('2026-04-30')],
      [at('2026-04-30'), at('2026-05-15')],
    ]);
  });

  it('refuses an empty term', () => {
    expect(() => flat({ ...year, endsAt: year.startsAt }, usd('1'))).toThrow('the term is empty');
  });

  it('is frozen data', () => {
    const { periods: list } = flat(year, usd('12'));
    expect(Object.isFrozen(list) && list.every((period) => Object.isFrozen(period))).toBe(true);
  });

  it('always adds up, is contiguous and passes validation', () => {
    const day = fc.integer({ min: 0, max: 3_000 });
    const cents = fc.bigInt({ min: 1n, max: 10n ** 13n });
    const every = fc.constantFrom('month' as const, 'contract-year' as const);
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 1, max: 2_000 }),
        every,
        cents,
        (from, days, unit, amount) => {
          const dayAt = (n: number) =>
            instantOfMicros(microsOf(at('2024-01')) + BigInt(n) * 86_400_000_000n);
          const cadence = { startsAt: dayAt(from), endsAt: dayAt(from + days), every: unit };
          const total = { amount: `${amount}`, currency: 'USD' };
          const generated = flat(cadence, total);
          const sum = generated.periods.reduce((so, { minimum }) => so + unitsOf(minimum!), 0n);
          expect(sum).toBe(unitsOf(total.amount));
          const schedule: CommitmentSchedule = {
            mode: 'sum-of-periods',
            periods: generated.periods,
            excessCarriesForward: false,
            rolloverFraction: null,
          };
          const { startsAt, endsAt } = cadence;
          expect(scheduleFault(terms({ total, startsAt, endsAt, schedule }))).toBeNull();
        },
      ),
    );
  });
});

describe('validating a schedule', () => {
  const halves = periods('sum-of-periods', ['400', '600']);
  const with0 = (changed: Partial<CommitmentSchedule['periods'][number]>): CommitmentSchedule => ({
    ...halves,
    periods: [{ ...halves.periods[0]!, ...changed }, halves.periods[1]!],
  });

  it('accepts each mode', () => {
    for (const schedule of [pool(), halves, periods('period-minimums', ['5', '900'])]) {
      expect(scheduleFault(terms({ schedule }))).toBeNull();
    }
    const open = { endsAt: null, schedule: pool(at('2026-01'), null) };
    expect(scheduleFault(terms(open))).toBeNull();
  });

  it.each<[string, number | null, Partial<CommitmentTerms>]>([
    ['there are no periods', null, { schedule: { ...pool(), periods: [] } }],
    [
      'there are more than 240 periods',
      240,
      { schedule: { ...halves, periods: Array(241).fill(halves.periods[0]) } },
    ],
    ['the first period does not start with the term', 0, { startsAt: at('2025-12') }],
    ['the last period does not end with the term', 0, { endsAt: at('2027-02') }],
    ['only a single period may have an unknown end', 0, { schedule: with0({ end: null }) }],
    ['the period is empty', 0, { schedule: with0({ end: at('2026-01') }) }],
    [
      'the next period does not start where this one ends',
      0,
      { schedule: with0({ end: at('2026-06') }) },
    ],
    ['the period has no minimum', 0, { schedule: with0({ minimum: null }) }],
    ['the minimum is negative or not a number', 0, { schedule: with0({ minimum: '-1' }) }],
    [
      'the minimum has more decimals than the currency',
      0,
      { schedule: with0({ minimum: '0.001' }) },
    ],
    ['the minimums do not add up to the total', null, { schedule: with0({ minimum: '401' }) }],
    [
      'a single pool has no minimum',
      0,
      { schedule: { ...periods('period-minimums', ['5']), mode: 'total-only' } },
    ],
    [
      'a single pool has one period',
      1,
      {
        schedule: {
          ...halves,
          mode: 'total-only',
          periods: halves.periods.map((period) => ({ ...period, minimum: null })),
        },
      },
    ],
    [
      'excess carries forward only where the total is the sum of periods',
      null,
      { schedule: { ...pool(), excessCarriesForward: true } },
    ],
    [
      'a single pool has nothing to roll over',
      null,
      { schedule: { ...pool(), rolloverFraction: '0.1' } },
    ],
    [
      'the rollover is not between 0 and 1',
      null,
      { schedule: { ...halves, rolloverFraction: '1.1' } },
    ],
  ])('says that %s', (fault, period, changed) => {
    expect(scheduleFault(terms(changed))).toEqual({ fault, period });
  });
});
