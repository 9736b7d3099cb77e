import { describe, expect, it } from '@jest/globals';
import { formatUnits, unitsOf } from '../../money.js';
import { periods, pool, terms, usd } from '../../testing/builders.js';
import { at } from '../../testing/context.js';
import type { Termination } from '../commitment.js';
import type { CommitmentTerms } from '../terms/terms.js';
import { statement } from '../terms/timeline.js';
import { dueParts, nextDueOf, pastDueOf } from './due.js';
import { periodFigures, type PeriodFigures } from './periods.js';

const figures = (
  of: CommitmentTerms,
  applied: readonly string[],
  now = at('2027-01'),
  termination: Termination | null = null,
): readonly PeriodFigures[] =>
  periodFigures({
    statement: statement(of.startsAt, 0, of),
    termination,
    appliedByPeriod: new Map(applied.map((amount, period) => [period, unitsOf(amount)])),
    now,
  });

const quarters = (
  mode: 'period-minimums' | 'sum-of-periods',
  changed: Partial<CommitmentTerms['schedule']> = {},
) => terms({ total: usd('400'), schedule: periods(mode, ['100', '100', '100', '100'], changed) });

const shortfalls = (of: readonly PeriodFigures[]) =>
  of.map(({ shortfall }) => formatUnits(shortfall));

describe('the figures of periods', () => {
  it('tell shortfall, rolled in and rolled out of each', () => {
    const rolling = figures(quarters('period-minimums', { rolloverFraction: '0.15' }), [
      '70',
      '120',
      '100',
      '0',
    ]);
    const told = rolling.map((each) =>
      [each.rolledIn, each.need, each.shortfall, each.rolledOut].map(formatUnits).join(' '),
    );
    expect(told).toEqual(['0 100 15 15', '15 115 0 0', '0 100 0 0', '0 100 95 0']);
  });

  it('never ask for more together than is still owed', () => {
    // 290 are applied of 400: 110 are owed, and periods miss 60, 40 and 60.
    expect(shortfalls(figures(quarters('period-minimums'), ['40', '60', '150', '40']))).toEqual([
      '60',
      '40',
      '0',
      '10',
    ]);
  });

  it('count carried excess where it is needed, and say how much', () => {
    const carrying = figures(quarters('sum-of-periods', { excessCarriesForward: true }), [
      '170',
      '50',
      '60',
      '100',
    ]);
    expect(carrying.map(({ carriedCredit }) => formatUnits(carriedCredit))).toEqual([
      '0',
      '50',
      '20',
      '0',
    ]);
    expect(shortfalls(carrying)).toEqual(['0', '0', '20', '0']);
  });

  it('tell what is behind to date apart from what the whole period misses', () => {
    // Half of the second quarter of 91 days has passed.
    const now = at('2026-05-16T12:00');
    const running = figures(quarters('period-minimums'), ['100', '20'], now);
    expect(running.map(({ state }) => state)).toEqual(['ended', 'running', 'ahead', 'ahead']);
    expect(running.map(({ shortfallToDate }) => formatUnits(shortfallToDate))).toEqual([
      '0',
      '30',
      '0',
      '0',
    ]);
    expect(shortfalls(running)).toEqual(['0', '80', '100', '100']);
  });

  it('roll nothing out of a period that still runs', () => {
    const of = quarters('period-minimums', { rolloverFraction: '0.5' });
    const [first] = figures(of, ['0'], at('2026-03'));
    expect(formatUnits(first!.rolledOut)).toBe('0');
    expect(formatUnits(figures(of, ['0'], at('2026-04'))[0]!.rolledOut)).toBe('50');
  });

  it('miss nothing of what was released, and all of what survives', () => {
    const end = (obligation: Termination['obligation']) =>
      figures(quarters('period-minimums'), ['100', '30'], at('2026-07'), {
        at: at('2026-05'),
        obligation,
      });
    expect(shortfalls(end('released'))).toEqual(['0', '0', '0', '0']);
    expect(shortfalls(end('survives'))).toEqual(['0', '70', '100', '100']);
    expect(end('survives').map(({ state }) => state)).toEqual([
      'ended',
      'terminated',
      'terminated',
      'terminated',
    ]);
  });
});

describe('what is due', () => {
  it('is each shortfall by the last day of its period, and the rest at the end', () => {
    const of = terms({ total: usd('500'), schedule: periods('period-minimums', ['100', '100']) });
    const { parts, atEnd } = dueParts(figures(of, ['60', '100']), unitsOf('340'));
    expect(parts.map(({ dueOn, amount }) => `${dueOn} ${formatUnits(amount)}`)).toEqual([
      '2026-06-30 40',
      '2026-12-31 0',
      '2026-12-31 300',
    ]);
    expect(formatUnits(atEnd)).toBe('300');
  });

  it('has no day where the end is unknown', () => {
    const of = terms({ endsAt: null, schedule: pool(at('2026-01'), null) });
    const { parts } = dueParts(figures(of, ['60']), unitsOf('940'));
    expect(parts.at(-1)).toEqual({ dueOn: null, amount: unitsOf('940') });
  });

  it('is past due from its last day on, and next is all of the next day that has any', () => {
    const of = terms({ total: usd('500'), schedule: periods('period-minimums', ['100', '100']) });
    // 60 of the first half are applied; of the 440 that remain, 40 are due with it, and 400 at the end: 100 and 300.
    const { parts } = dueParts(figures(of, ['60'], at('2026-07')), unitsOf('440'));
    const told = (asOf: string) => {
      const next = nextDueOf(parts, asOf);
      return [
        formatUnits(pastDueOf(parts, asOf)),
        next && `${next.dueOn} ${formatUnits(next.amount)}`,
      ];
    };
    expect(told('2026-06-29')).toEqual(['0', '2026-06-30 40']);
    expect(told('2026-06-30')).toEqual(['40', '2026-12-31 400']);
    expect(told('2026-12-31')).toEqual(['440', null]);
  });

  it('is next without a day where nothing has one, and nothing where all is applied', () => {
    expect(nextDueOf([{ dueOn: null, amount: 5n }], '2026-01-01')).toEqual({
      dueOn: null,
      amount: 5n,
    });
    expect(nextDueOf([{ dueOn: '2026-02-01', amount: 0n }], '2026-01-01')).toBeNull();
  });
});
