import { describe, expect, it } from '@jest/globals';
import type { CommitmentSchedule } from '../../domain/commitment/terms/terms.js';
import { history, viewOf } from '../testing/entries.js';
import { pledged, usd } from '../../domain/testing/builders.js';
import { drawn, instant, line, SAMPLES } from '../../domain/testing/samples.js';
import { commitmentPeriodsOf } from './periods.js';
import { remainingObligationOf, remainingObligationWanted } from './query.js';
import { burnDownReads } from '../burn-down/burn-down.js';

const year = (of: number): string => instant(`${of}-01-01T00:00:00Z`);

const yearly = (
  minimums: readonly (string | null)[],
  changed: Partial<CommitmentSchedule> = {},
) => ({
  startsAt: year(2026),
  endsAt: year(2026 + minimums.length),
  schedule: {
    mode: 'period-minimums' as const,
    periods: minimums.map((minimum, at) => ({
      start: year(2026 + at),
      end: year(2027 + at),
      minimum,
    })),
    excessCarriesForward: false,
    rolloverFraction: null,
    ...changed,
  },
});

/** `applied`: period and amount, each in the middle of its year. */
const ask = (
  terms: Parameters<typeof pledged>[0],
  applied: readonly (readonly [number, string])[],
  asOf: string,
) => {
  const entries = history(
    { event: pledged(terms), effective: '2026-01-01', recorded: '2026-01-01' },
    ...applied.map(([period, amount]) => ({
      event: drawn([line({ applied: amount }, period)]),
      effective: `${2026 + period}-06-15`,
      recorded: `${2026 + period}-06-15`,
    })),
  );
  const commitmentId = 'deal.cloud';
  const { rows, asked } = viewOf(burnDownReads, entries, { asOf }, () =>
    remainingObligationWanted(commitmentId),
  );
  return remainingObligationOf(rows, asked, commitmentId)!;
};

describe('remaining obligation', () => {
  it('puts a ramp of 50, 125, 200, 275, 350 into the years it falls due (worked example 5)', () => {
    const ramp = yearly(['50', '125', '200', '275', '350'], { mode: 'sum-of-periods' });
    const answer = ask(ramp, [[0, '50']], '2026-12-31');
    expect(answer.remaining).toEqual(usd('950'));
    expect(answer.byDue.years).toEqual([
      { from: '2027-01-01', to: '2027-12-31', amount: usd('125') },
      { from: '2028-01-01', to: '2028-12-31', amount: usd('200') },
      { from: '2029-01-01', to: '2029-12-31', amount: usd('275') },
      { from: '2030-01-01', to: '2030-12-31', amount: usd('350') },
      { from: '2031-01-01', to: '2031-12-31', amount: usd('0') },
    ]);
    expect(answer.byDue).toMatchObject({ pastDue: usd('0'), thereafter: usd('0') });
  });

  it('rolls up to 15 % of an ended year into the next, once', () => {
    const ramp = yearly(['100', '100', '100'], { rolloverFraction: '0.15' });
    const { periods } = ask({ ...ramp, total: usd('300') }, [[0, '70']], '2027-12-31');
    expect(
      periods.map(({ rolledIn, shortfall, rolledOut }) => [
        rolledIn.amount,
        shortfall.amount,
        rolledOut.amount,
      ]),
    ).toEqual([
      ['0', '15', '15'],
      ['15', '100', '15'],
      ['15', '115', '0'],
    ]);
  });

  it('lets excess count for later years only where the contract says so', () => {
    const carried = (excessCarriesForward: boolean) =>
      ask(
        { ...yearly(['100', '100'], { excessCarriesForward }), total: usd('300') },
        [[0, '130']],
        '2026-12-31',
      ).periods.map(({ carriedCredit, shortfall }) => [carriedCredit.amount, shortfall.amount]);
    expect(carried(true)).toEqual([
      ['0', '0'],
      ['30', '70'],
    ]);
    expect(carried(false)).toEqual([
      ['0', '0'],
      ['0', '100'],
    ]);
  });

  it('tells what is missing to date from what the whole period still needs', () => {
    // On 1 July 2026 181 of 365 days of the year are over, and the day itself counts: 182.
    const [first] = ask(
      { ...yearly(['365', '365']), total: usd('730') },
      [[0, '82']],
      '2026-07-01',
    ).periods;
    expect(first).toMatchObject({
      state: 'running',
      dueOn: '2026-12-31',
      shortfallToDate: usd('100'),
      shortfall: usd('283'),
    });
  });

  it('adds up to R: past due, years, thereafter, and what only the end of the term claims', () => {
    const terms = { ...yearly(['100', null, '100', '100', '100', '100', '100', '100']) };
    const answer = ask({ ...terms, total: usd('1000') }, [[0, '40']], '2027-03-31');
    expect(answer.remaining).toEqual(usd('960'));
    expect(answer.dueAtEnd).toEqual(usd('300'));
    expect(answer.byDue.pastDue).toEqual(usd('60'));
    expect(answer.byDue.years.map(({ amount }) => amount.amount)).toEqual([
      '0',
      '100',
      '100',
      '100',
      '100',
    ]);
    expect(answer.byDue.thereafter).toEqual(usd('500'));
  });

  it('never claims more than is owed: the total used up early leaves nothing due', () => {
    const answer = ask(
      { ...yearly(['100', '100']), total: usd('200') },
      [[0, '200']],
      '2026-12-31',
    );
    expect(answer.remaining).toEqual(usd('0'));
    expect(answer.periods.map(({ shortfall, due }) => [shortfall.amount, due.amount])).toEqual([
      ['0', '0'],
      ['0', '0'],
    ]);
  });

  it('has no date where the end is unknown, and owes nothing after a release', () => {
    const open = {
      endsAt: null,
      schedule: {
        mode: 'total-only' as const,
        periods: [{ start: year(2026), end: null, minimum: null }],
        excessCarriesForward: false,
        rolloverFraction: null,
      },
    };
    expect(ask(open, [[0, '200']], '2026-12-31').byDue.undated).toEqual(usd('800'));
    const entries = history(
      { event: pledged(), effective: '2026-01-01', recorded: '2026-01-01' },
      { event: SAMPLES.CommitmentTerminated, effective: '2026-09-01', recorded: '2026-09-01' },
    );
    const { rows, asked } = viewOf(burnDownReads, entries, {}, () =>
      remainingObligationWanted('deal.cloud'),
    );
    const answer = remainingObligationOf(rows, asked, 'deal.cloud');
    expect(answer).toMatchObject({ released: usd('1000'), remaining: usd('0') });
    expect(remainingObligationOf(rows, asked, 'deal.other')).toBeNull();
  });
});

describe('periods of a commitment', () => {
  const periods = (commitmentId: string) => {
    const entries = history(
      {
        event: pledged({
          ...yearly(['100', '100'], { mode: 'sum-of-periods', rolloverFraction: '0.15' }),
          total: usd('200'),
        }),
        effective: '2026-01-01',
        recorded: '2026-01-01',
      },
      {
        event: drawn([line({ applied: '100', overage: '20' }, 0), line({ overage: '5' }, 0)]),
        effective: '2026-06-15',
        recorded: '2026-06-15',
      },
      {
        event: drawn([line({ applied: '40' }, 1)]),
        effective: '2027-06-15',
        recorded: '2027-06-15',
      },
    );
    const axes = { asOf: '2027-06-30' };
    const { rows, asked } = viewOf(burnDownReads, entries, axes, () =>
      remainingObligationWanted('deal.cloud'),
    );
    return commitmentPeriodsOf(rows, asked, commitmentId);
  };

  it('show what was used beyond a period beside what counts in it, and the rules they follow', () => {
    const answer = periods('deal.cloud')!;
    expect(answer).toMatchObject({ mode: 'sum-of-periods', rolloverFraction: '0.15' });
    expect(
      answer.periods.map(({ index, state, applied, overage, due }) => [
        `${index} ${state}`,
        applied.amount,
        overage.amount,
        due.amount,
      ]),
    ).toEqual([
      ['0 ended', '100', '25', '0'],
      ['1 running', '40', '0', '60'],
    ]);
  });

  it('are null for what was not pledged', () => expect(periods('deal.other')).toBeNull());
});
