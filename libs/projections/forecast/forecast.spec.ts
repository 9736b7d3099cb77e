import { describe, expect, it } from '@jest/globals';
import { addDays } from '../../domain/calendar.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import { at } from '../../domain/testing/context.js';
import { periods, pledged, pool, usd } from '../../domain/testing/builders.js';
import { drawn, instant, line, SAMPLES } from '../../domain/testing/samples.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { burnDownWanted } from '../burn-down/query.js';
import { history, viewOf, type Happening } from '../testing/entries.js';
import { knownDays } from './history.js';
import { forecastOf, type ForecastQuestion } from './query.js';

const AS_OF = '2026-03-31';

/** The same on every day from 1 January on; what a day is and was is told on the day itself. */
const used = (
  days: number,
  amounts: Parameters<typeof line>[0] = { applied: '2' },
): readonly Happening[] =>
  Array.from({ length: days }, (_, day) => {
    const when = addDays('2026-01-01', day);
    return { event: drawn([line(amounts)]), effective: when, recorded: when };
  });

/** Pledged on these terms, and then 2 a day in January, February and March. */
const deal = (terms: Partial<CommitmentTerms>, use = used(90)): readonly RecordedEntry[] =>
  history({ event: pledged(terms), effective: '2025-12-20', recorded: '2025-12-20' }, ...use);

const ask = (
  entries: readonly RecordedEntry[],
  question: Partial<Omit<ForecastQuestion, 'tenant'>> = {},
) => {
  const commitmentId = 'deal.cloud';
  const axes = { asOf: AS_OF, ...question };
  const { rows, asked } = viewOf(burnDownReads, entries, axes, () => burnDownWanted(commitmentId));
  const known = knownDays(asked, instant('2026-12-31T23:00:00Z'));
  return forecastOf(rows, asked, known, { commitmentId, ...question });
};

const same = (amount: string) => ({ p10: usd(amount), expected: usd(amount), p90: usd(amount) });

describe('the forecast of a pool', () => {
  it('that use will not fill says what is missing at its end', () => {
    const answer = ask(deal({ total: usd('1000') }));
    expect(answer).toMatchObject({
      commitmentId: 'deal.cloud',
      total: usd('1000'),
      applied: usd('180'),
      remaining: usd('820'),
      computed: 'on-request',
      history: { from: '2026-01-01', to: '2026-03-31', days: 90 },
      interval: 'month',
      reason: null,
    });
    expect(answer?.forecast).toMatchObject({ from: '2026-04-01', to: '2026-12-31' });
    // April to December has 275 days.
    expect(answer?.forecast?.end).toEqual({
      on: '2026-12-31',
      isEndOfTerm: true,
      applied: same('730'),
      shortfall: same('270'),
      overage: same('0'),
    });
    expect(answer?.forecast?.exhaustion).toEqual({
      ...{ outcome: 'not-within', earliest: null, on: null, latest: null },
    });
    expect(answer?.perDay).toEqual({
      until: '2026-12-31',
      needed: usd('2.981818181818'),
      recent: usd('2'),
      expected: same('2'),
    });
  });

  it('has a month of use in every bucket, and the plan beside it', () => {
    const series = ask(deal({ total: usd('1000') }))?.forecast?.series ?? [];
    expect(series).toHaveLength(9);
    expect(series[0]).toEqual({
      from: '2026-04-01',
      to: '2026-04-30',
      use: same('60'),
      cumulativeApplied: same('240'),
      planned: usd('328.767123287671'),
    });
    expect(series[8]).toMatchObject({
      from: '2026-12-01',
      use: same('62'),
      cumulativeApplied: same('730'),
      planned: usd('1000'),
    });
  });

  it('that use will fill says when, and what is beyond it', () => {
    const { exhaustion, end } = ask(deal({ total: usd('600') }))?.forecast ?? {};
    // 420 are left: 210 days of 2.
    expect(exhaustion).toEqual({
      outcome: 'expected',
      earliest: '2026-10-27',
      on: '2026-10-27',
      latest: '2026-10-27',
    });
    expect(end).toMatchObject({
      applied: same('600'),
      shortfall: same('0'),
      overage: same('130'),
    });
  });

  it('that is used up says since when, and all that comes is overage', () => {
    const over = used(90).slice(0, 60);
    const beyond = used(90, { overage: '2' }).slice(60);
    const answer = ask(deal({ total: usd('120') }, [...over, ...beyond]));
    expect(answer?.forecast?.exhaustion).toMatchObject({ outcome: 'already', on: '2026-03-01' });
    expect(answer?.forecast?.end).toMatchObject({ applied: same('120'), overage: same('550') });
  });

  it('without a known end reaches two years, and says nothing of a shortfall', () => {
    const answer = ask(
      deal({ total: usd('9999'), endsAt: null, schedule: pool(at('2026-01'), null) }),
    );
    expect(answer?.forecast?.end).toMatchObject({
      on: '2028-03-30',
      isEndOfTerm: false,
      applied: same('1640'),
      shortfall: null,
    });
    expect(answer?.perDay).toMatchObject({ until: null, needed: null, expected: same('2') });
  });
});

describe('the forecast of a schedule', () => {
  it('says what each period takes, misses and has beyond its need', () => {
    const halves = periods('sum-of-periods', ['300', '400']);
    const answer = ask(deal({ total: usd('700'), schedule: halves }));
    // 181 days to the end of June, 184 after it.
    expect(answer?.forecast?.periods).toMatchObject([
      {
        index: 0,
        dueOn: '2026-06-30',
        minimum: usd('300'),
        applied: same('300'),
        shortfall: same('0'),
        overage: same('62'),
      },
      {
        index: 1,
        dueOn: '2026-12-31',
        minimum: usd('400'),
        applied: same('368'),
        shortfall: same('32'),
        overage: same('0'),
      },
    ]);
    expect(answer?.forecast?.end).toMatchObject({
      applied: same('668'),
      shortfall: same('32'),
      overage: same('62'),
    });
  });
});

describe('what a forecast is made of', () => {
  it('is no day that still ran when it was known, and no day after asOf', () => {
    const entries = deal({ total: usd('1000') });
    const known = ask(entries, { asOf: '2026-12-31', knownAt: '2026-03-15T13:00:00Z' });
    expect(known?.history).toEqual({ from: '2026-01-01', to: '2026-03-14', days: 73 });
    expect(known?.forecast?.from).toBe('2026-03-16');
    expect(ask(entries, { asOf: '2026-03-15' })?.history?.to).toBe('2026-03-15');
  });

  it('counts what was eligible, and a day of refunds as a day without use', () => {
    const refund = { event: drawn([line({ applied: '-50' })]), effective: '2026-03-31' };
    const partly = used(89, { applied: '2', ineligible: '7' });
    const answer = ask(deal({}, [...partly, { ...refund, recorded: '2026-03-31' }]));
    const use = answer?.forecast?.series[0]?.use;
    expect(Number(use?.expected.amount)).toBeGreaterThan(54);
    expect(Number(use?.expected.amount)).toBeLessThan(61);
  });

  it('differs from day to day where use does, and its range holds what is expected', () => {
    const jagged = used(90).map((each, day) => ({
      ...each,
      event: drawn([line({ applied: String(1 + ((day * 7) % 5)) })]),
    }));
    const series = ask(deal({}, jagged), { interval: 'week' })?.forecast?.series ?? [];
    expect(series[0]).toMatchObject({ from: '2026-04-01', to: '2026-04-05' });
    for (const { use, cumulativeApplied } of series) {
      for (const { p10, expected, p90 } of [use, cumulativeApplied]) {
        expect(Number(p10.amount)).toBeLessThanOrEqual(Number(expected.amount));
        expect(Number(expected.amount)).toBeLessThanOrEqual(Number(p90.amount));
        expect(expected.amount).toMatch(/^\d+(\.\d\d?)?$/);
      }
    }
  });
});

describe('there is no forecast', () => {
  it.each([
    ['history-too-short', { asOf: '2026-02-10' }],
    ['history-too-short', { asOf: '2026-01-01' }],
    ['term-ended', { asOf: '2026-12-31' }],
  ])('%s: as of %o', (reason, question) => {
    expect(ask(deal({}), question)).toMatchObject({ reason, forecast: null });
  });

  it('of what was terminated, nor of what nobody pledged', () => {
    const event = SAMPLES.CommitmentTerminated;
    const ended = { event, effective: '2026-09-01', recorded: '2026-09-01' };
    expect(ask(deal({}, [...used(70), ended]), { asOf: '2026-09-02' })).toMatchObject({
      reason: 'terminated',
      forecast: null,
      perDay: { until: null, needed: null, recent: null, expected: null },
    });
    expect(ask([])).toBeNull();
  });
});
