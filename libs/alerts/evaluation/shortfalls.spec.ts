import { describe, expect, it } from '@jest/globals';
import type { Forecast } from '../../projections/forecast/answer.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import { Forecasts, ForecastsUnfinished } from './forecasts.js';
import { evaluated, found, seen, usd } from './testing.js';

describe('a projected shortfall', () => {
  const short = {
    kind: 'shortfall-projected-above',
    threshold: '100',
    currency: 'USD',
  } as const;

  const owed = (remaining = '700') =>
    ({
      ...{ agreementId: 'deal', commitmentId: 'deal.cloud', termsVersion: 2, name: 'Cloud' },
      ...{ endsAt: '2027-01-01T00:00:00.000000Z', terminatedAt: null, total: usd('1000') },
      ...{ applied: usd('300'), released: usd('0'), remaining: usd(remaining), periods: [] },
      dueAtEnd: usd(remaining),
      byDue: { pastDue: usd('0'), years: [], thereafter: usd(remaining), undated: usd('0') },
    }) satisfies Obligations['commitments'][number];

  const range = (p10: string, expected: string, p90: string) => ({
    ...{ p10: usd(p10), expected: usd(expected), p90: usd(p90) },
  });

  /** The third quarter misses 150, the fourth 20; of the term 170 is missing. */
  const forecast = (reason: Forecast['reason'] = null): Forecast => {
    const nothing = range('0', '0', '0');
    const period = (index: number, dueOn: string, shortfall: ReturnType<typeof range>) => ({
      ...{ index, start: '2026-07-01T00:00:00.000000Z', end: null, dueOn, minimum: usd('250') },
      ...{ applied: nothing, shortfall, overage: nothing },
    });
    return {
      ...seen,
      ...{ agreementId: 'deal', commitmentId: 'deal.cloud', termsVersion: 2, name: 'Cloud' },
      startsAt: '2026-01-01T00:00:00.000000Z',
      ...{ endsAt: '2027-01-01T00:00:00.000000Z', terminatedAt: null, total: usd('1000') },
      ...{ applied: usd('300'), remaining: usd('700'), computed: 'on-request' },
      ...{ method: 'weekly-pattern-damped-trend', history: null, interval: 'month' },
      perDay: { until: null, needed: null, recent: null, expected: null },
      reason,
      forecast:
        reason !== null
          ? null
          : {
              ...{ from: '2026-06-16', to: '2026-12-31', series: [] },
              periods: [
                period(2, '2026-09-30', range('90', '150', '210')),
                period(3, '2026-12-31', range('0', '20', '130')),
              ],
              end: {
                ...{ on: '2026-12-31', isEndOfTerm: true, applied: nothing },
                ...{ shortfall: range('80', '170', '260'), overage: nothing },
              },
              exhaustion: { outcome: 'not-within', earliest: null, on: null, latest: null },
            },
    };
  };

  it('is expected of a period, and of the term, which its last period is not besides', async () => {
    const given = { owed: [owed()], forecast: () => Promise.resolve(forecast()) };
    expect(await found(short, given)).toEqual([
      {
        subject: 'deal.cloud/2',
        facts: {
          ...{ value: usd('150'), threshold: usd('100'), on: '2026-09-30' },
          ...{ p10: usd('90'), p90: usd('210') },
        },
      },
      {
        subject: 'deal.cloud/end',
        facts: {
          ...{ value: usd('170'), threshold: usd('100'), on: '2026-12-31' },
          ...{ p10: usd('80'), p90: usd('260') },
        },
      },
    ]);
    const subjects = (await found({ ...short, threshold: '150' }, given))?.map(
      ({ subject }) => subject,
    );
    expect(subjects).toEqual(['deal.cloud/end']);
  });

  it('is none where nobody can say, and is not asked for where so much is not left', async () => {
    const without = () => Promise.resolve(forecast('history-too-short'));
    expect(await found(short, { owed: [owed()], forecast: without })).toEqual([]);
    expect(await found(short, { owed: [owed('100')] })).toEqual([]);
    expect(await found({ ...short, currency: 'EUR' }, { owed: [owed()] })).toEqual([]);
  });

  it('is not known before all forecasts are made', async () => {
    const given = { owed: [owed()], forecast: () => Promise.reject(new ForecastsUnfinished()) };
    expect(await evaluated(short, given)).toMatchObject({
      ...{ findings: null, unknown: { because: 'unfinished' } },
    });
  });

  it('is of a forecast that is kept until terms, day or use are others', async () => {
    const made: string[] = [];
    const make = (id: string) => {
      made.push(id);
      return Promise.resolve(forecast());
    };
    const fresh = new Forecasts(0);
    await fresh.of('acme', '2026-06-15', owed(), make);
    await fresh.of('acme', '2026-06-15', owed(), make);
    expect(made).toHaveLength(1);
    await fresh.of('acme', '2026-06-15', { ...owed(), applied: usd('301') }, make);
    await fresh.of('acme', '2026-06-15', { ...owed(), termsVersion: 3 }, make);
    await fresh.of('acme', '2026-06-16', owed(), make);
    await fresh.of('other', '2026-06-16', owed(), make);
    expect(made).toHaveLength(5);
    const lasting = new Forecasts();
    await lasting.of('acme', '2026-06-15', owed(), make);
    await lasting.of('acme', '2026-06-15', { ...owed(), applied: usd('301') }, make);
    expect(made).toHaveLength(6);
  });
});
