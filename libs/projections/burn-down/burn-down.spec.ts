import { describe, expect, it } from '@jest/globals';
import { history, viewOf } from '../testing/entries.js';
import { pledged, terms, usd } from '../../domain/testing/builders.js';
import { drawn, line, reversed, SAMPLES } from '../../domain/testing/samples.js';
import { QueryRefused } from '../asking/question.js';
import { burnDownReads } from './burn-down.js';
import { burnDownOf, burnDownWanted, type BurnDownQuestion } from './query.js';

const applied = (amount: string) => drawn([line({ applied: amount })]);

/** 100 in January; 40 of March came in on 20 April; on 5 May 30 of January were taken back as of 2 May. */
const LATE_AND_REVERSED = history(
  { event: pledged(), effective: '2025-12-20', recorded: '2025-12-20' },
  { event: applied('100'), effective: '2026-01-10', recorded: '2026-01-11' },
  { event: applied('40'), effective: '2026-03-15', recorded: '2026-04-20' },
  {
    event: reversed('-30', [line({ applied: '-30' })]),
    effective: '2026-05-02',
    recorded: '2026-05-05',
  },
);

const ask = (
  entries: ReturnType<typeof history>,
  question: Partial<Omit<BurnDownQuestion, 'tenant'>>,
) => {
  const commitmentId = 'deal.cloud';
  const { rows, asked } = viewOf(burnDownReads, entries, question, () =>
    burnDownWanted(commitmentId),
  );
  return burnDownOf(rows, asked, { commitmentId, ...question });
};

describe('burn-down on two axes', () => {
  it.each([
    { asOf: '2026-05-31', knownAt: undefined, applied: '110', remaining: '890' },
    { asOf: '2026-05-01', knownAt: undefined, applied: '140', remaining: '860' },
    { asOf: '2026-03-31', knownAt: '2026-04-01T00:00:00Z', applied: '100', remaining: '900' },
    { asOf: '2026-03-31', knownAt: '2026-04-20T11:59:59Z', applied: '100', remaining: '900' },
    { asOf: '2026-03-31', knownAt: '2026-04-20T12:00:00Z', applied: '140', remaining: '860' },
    { asOf: '2026-05-31', knownAt: '2026-05-04T00:00:00Z', applied: '140', remaining: '860' },
    { asOf: '2026-01-09', knownAt: undefined, applied: '0', remaining: '1000' },
  ])('as of $asOf known at $knownAt: applied $applied', (example) => {
    const { asOf, knownAt } = example;
    expect(ask(LATE_AND_REVERSED, { asOf, knownAt })).toMatchObject({
      applied: usd(example.applied),
      remaining: usd(example.remaining),
    });
  });

  it('knows nothing of a commitment before it was recorded', () => {
    expect(ask(LATE_AND_REVERSED, { knownAt: '2025-12-20T11:59:59Z' })).toBeNull();
  });

  it('refuses a moment inside a day, and one that has not come', () => {
    const code = (question: Partial<BurnDownQuestion>): string => {
      try {
        ask(LATE_AND_REVERSED, question);
        return 'answered';
      } catch (error) {
        return (error as QueryRefused).code;
      }
    };
    expect(code({ asOf: '2026-05-31T10:00:00Z' })).toBe('as-of-granularity');
    expect(code({ asOf: '2026-02-30' })).toBe('as-of-granularity');
    expect(code({ knownAt: '2026-05-31' })).toBe('known-at-invalid');
    expect(code({ knownAt: '2027-01-01T00:00:00Z' })).toBe('known-at-in-future');
    expect(code({ from: '2026-03-01', to: '2026-02-01' })).toBe('range-invalid');
    expect(code({ from: '1990-01-01', to: '2026-02-01', interval: 'day' })).toBe('range-too-long');
  });
});

describe('the burn-down series', () => {
  it('is a level per month, beside the even plan of a pool', () => {
    const series = ask(LATE_AND_REVERSED, { asOf: '2026-03-31', to: '2026-04-30' })!.series;
    expect(
      series.map(({ from, to, applied: sum, cumulativeApplied, burnDown, planned }) => [
        `${from} ${to}`,
        sum?.amount ?? null,
        cumulativeApplied?.amount ?? null,
        burnDown?.amount ?? null,
        planned?.amount ?? null,
      ]),
    ).toEqual([
      ['2026-01-01 2026-01-31', '100', '100', '900', '84.931506849315'],
      ['2026-02-01 2026-02-28', '0', '100', '900', '161.643835616438'],
      ['2026-03-01 2026-03-31', '40', '140', '860', '246.575342465753'],
      ['2026-04-01 2026-04-30', null, null, null, '328.767123287671'],
    ]);
  });

  it('starts in the middle with what came before', () => {
    const series = ask(LATE_AND_REVERSED, {
      asOf: '2026-03-16',
      from: '2026-03-14',
      interval: 'day',
    })!.series;
    expect(series.map(({ to, cumulativeApplied }) => [to, cumulativeApplied!.amount])).toEqual([
      ['2026-03-14', '100'],
      ['2026-03-15', '140'],
      ['2026-03-16', '140'],
    ]);
  });

  it('cuts weeks at Sundays', () => {
    const series = ask(LATE_AND_REVERSED, { asOf: '2026-01-14', interval: 'week' })!.series;
    expect(series.map(({ from, to }) => `${from} ${to}`)).toEqual([
      '2026-01-01 2026-01-04',
      '2026-01-05 2026-01-11',
      '2026-01-12 2026-01-14',
    ]);
  });

  it('uses the terms of each day: amended to 1,200 in March, released in September', () => {
    const entries = history(
      { event: pledged(), effective: '2026-01-01', recorded: '2026-01-01' },
      { event: SAMPLES.CommitmentAmended, effective: '2026-03-05', recorded: '2026-03-05' },
      { event: SAMPLES.CommitmentTerminated, effective: '2026-09-01', recorded: '2026-09-01' },
    );
    const { series, released, remaining, terminatedAt, pace, exhaustion } = ask(entries, {
      asOf: '2026-09-30',
    })!;
    expect(series.map(({ burnDown }) => burnDown!.amount)).toEqual([
      '1000',
      '1000',
      '1200',
      '1200',
      '1200',
      '1200',
      '1200',
      '1200',
      '0',
    ]);
    expect([released, remaining]).toEqual([usd('1200'), usd('0')]);
    expect(terminatedAt).toBe('2026-09-01T00:00:00.000000Z');
    expect([pace, exhaustion]).toEqual([null, null]);
  });

  it('never falls below zero when usage from before a release comes late', () => {
    const entries = history(
      { event: pledged(), effective: '2026-01-01', recorded: '2026-01-01' },
      { event: SAMPLES.CommitmentTerminated, effective: '2026-09-01', recorded: '2026-09-01' },
      { event: applied('700'), effective: '2026-08-31', recorded: '2026-09-02' },
    );
    const { series, remaining } = ask(entries, { asOf: '2026-09-30', from: '2026-08-01' })!;
    expect(series.map(({ burnDown }) => burnDown!.amount)).toEqual(['300', '0']);
    expect(remaining).toEqual(usd('0'));
  });

  it('shows overage and what was ineligible, which do not burn down', () => {
    const entries = history(
      { event: pledged({ total: usd('70') }), effective: '2026-01-01', recorded: '2026-01-01' },
      { event: SAMPLES.DrawdownRecorded, effective: '2026-03-05', recorded: '2026-03-05' },
    );
    expect(ask(entries, { asOf: '2026-03-31', from: '2026-03-01' })).toMatchObject({
      utilisation: '1',
      remaining: usd('0'),
      series: [
        {
          gross: usd('100'),
          applied: usd('70'),
          overage: usd('20'),
          ineligible: usd('10'),
          burnDown: usd('0'),
        },
      ],
      exhaustion: { outcome: 'already', on: '2026-03-05' },
    });
  });
});

describe('pace and projected exhaustion', () => {
  const pace = (amount: string, asOf: string, changed: Parameters<typeof terms>[0] = {}) =>
    ask(
      history(
        { event: pledged(changed), effective: '2026-01-01', recorded: '2026-01-01' },
        { event: applied(amount), effective: '2026-06-20', recorded: '2026-06-20' },
      ),
      { asOf },
    )!;

  it('compares the last 30 days with what is required', () => {
    // 90 in 30 days is 3 a day; 910 in the 184 days of July to December is 4.9456521739 a day.
    expect(pace('90', '2026-06-30').pace).toEqual({
      recentDays: 30,
      recentApplied: usd('90'),
      recentPerDay: usd('3'),
      planned: usd('495.890410958904'),
      state: 'behind',
      required: usd('910'),
      requiredBy: '2026-12-31',
      daysLeft: 184,
      requiredPerDay: usd('4.945652173913'),
      paceRatio: '0.606593',
    });
  });

  it('does not take what a refund corrects for recent use', () => {
    const entries = history(
      { event: pledged(), effective: '2026-01-01', recorded: '2026-01-01' },
      { event: applied('400'), effective: '2026-02-10', recorded: '2026-02-10' },
      { event: applied('90'), effective: '2026-06-20', recorded: '2026-06-20' },
      { event: applied('-300'), effective: '2026-06-25', recorded: '2026-06-25' },
    );
    const { pace, exhaustion, remaining } = ask(entries, { asOf: '2026-06-30' })!;
    expect(remaining).toEqual(usd('810'));
    expect(pace!.recentApplied).toEqual(usd('90'));
    expect(exhaustion).toEqual({ outcome: 'after-end', on: '2027-03-27' });
  });

  it('takes the next period on the last day of one', () => {
    const start = (index: number) =>
      `2026-${String(1 + 3 * index).padStart(2, '0')}-01T00:00:00.000000Z`;
    const periods = [0, 1, 2, 3].map((index) => ({
      start: start(index),
      end: index === 3 ? '2027-01-01T00:00:00.000000Z' : start(index + 1),
      minimum: '100',
    }));
    const schedule = {
      mode: 'sum-of-periods' as const,
      periods,
      excessCarriesForward: false,
      rolloverFraction: null,
    };
    const entries = history(
      {
        event: pledged({ total: usd('400'), schedule }),
        effective: '2026-01-01',
        recorded: '2026-01-01',
      },
      { event: applied('60'), effective: '2026-03-01', recorded: '2026-03-01' },
    );
    expect(ask(entries, { asOf: '2026-03-31' })!.pace).toMatchObject({
      required: usd('100'),
      requiredBy: '2026-06-30',
      daysLeft: 91,
    });
  });

  describe('along a ramp', () => {
    const year = (at: number) => `${2026 + at}-01-01T00:00:00.000000Z`;
    const ramp = (amount: string, asOf: string) => {
      const minimums = ['50', '125', '200', '275', '350'];
      const periods = minimums.map((minimum, at) => ({
        start: year(at),
        end: year(at + 1),
        minimum,
      }));
      const schedule = {
        mode: 'period-minimums' as const,
        periods,
        excessCarriesForward: false,
        rolloverFraction: null,
      };
      const entries = history(
        {
          event: pledged({ endsAt: year(5), schedule }),
          effective: '2026-01-01',
          recorded: '2026-01-01',
        },
        { event: applied(amount), effective: '2026-03-01', recorded: '2026-11-20' },
        // 0.14 a day in the last 30 days: a straight line of it would need the next twenty years.
        { event: applied('4.2'), effective: '2026-11-20', recorded: '2026-11-20' },
      );
      return ask(entries, { asOf })!;
    };

    it('is ahead where more is applied than planned, and needs what the year still misses', () => {
      expect(ramp('42.14', '2026-11-27')).toMatchObject({
        pace: {
          planned: usd('45.342465753424'),
          state: 'ahead',
          paceRatio: '1.022',
          required: usd('3.66'),
          requiredBy: '2026-12-31',
          daysLeft: 34,
          requiredPerDay: usd('0.107647058824'),
        },
        // As long as the plan is kept it ends with the plan, however little the first year takes of it.
        exhaustion: { outcome: 'expected', on: '2030-12-09' },
      });
    });

    it('is behind where less is applied than planned', () => {
      expect(ramp('5.8', '2026-11-27')).toMatchObject({
        pace: { state: 'behind', paceRatio: '0.220544', required: usd('40') },
        exhaustion: { outcome: 'after-end' },
      });
    });
  });

  it('says when a straight line reaches the total', () => {
    // 910 / 3 a day: the 304th day.
    expect(pace('90', '2026-06-30').exhaustion).toEqual({ outcome: 'after-end', on: '2027-04-30' });
    expect(pace('300', '2026-06-30').exhaustion).toEqual({ outcome: 'expected', on: '2026-09-08' });
    expect(pace('300', '2026-08-30').exhaustion).toEqual({ outcome: 'never', on: null });
    expect(pace('1000', '2026-06-30').exhaustion).toEqual({ outcome: 'already', on: '2026-06-20' });
  });

  it('requires nothing per day where the end is unknown or past', () => {
    expect(pace('90', '2026-06-30', { endsAt: null }).pace).toMatchObject({
      daysLeft: null,
      requiredPerDay: null,
      paceRatio: null,
    });
    expect(pace('90', '2026-12-31').pace).toMatchObject({ daysLeft: 0, requiredPerDay: null });
  });
});
