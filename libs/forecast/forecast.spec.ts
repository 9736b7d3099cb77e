import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forecastUse, rangeOf, usedBetween, type UseForecast } from './forecast.js';

const constant = (days: number, amount: number): number[] => Array<number>(days).fill(amount);

const made = (daily: readonly number[], days: number): UseForecast => {
  const forecast = forecastUse(daily, days);
  if (typeof forecast === 'string') throw new Error(forecast);
  return forecast;
};

describe('a forecast of use', () => {
  it('of flat use is flat, and knows no other path', () => {
    const forecast = made(constant(60, 10), 30);
    for (const [from, to, used] of [
      [0, 1, 10],
      [0, 30, 300],
      [10, 17, 70],
    ] as const) {
      const range = usedBetween(forecast, from, to);
      expect(range.p10).toBeCloseTo(used, 6);
      expect(range.expected).toBeCloseTo(used, 6);
      expect(range.p90).toBeCloseTo(used, 6);
    }
  });

  it('repeats the pattern of a week, from the day after the history on', () => {
    // Eight weeks and three days that begin on a Thursday and end on a Saturday: 20 on five days, 5 on two.
    const weekday = (day: number): number => ((day + 3) % 7 < 5 ? 20 : 5);
    const daily = Array.from({ length: 59 }, (_, day) => weekday(day));
    const forecast = made(daily, 14);
    const days = Array.from({ length: 14 }, (_, day) =>
      Math.round(usedBetween(forecast, day, day + 1).expected),
    );
    expect(days).toEqual([5, 20, 20, 20, 20, 20, 5, 5, 20, 20, 20, 20, 20, 5]);
  });

  it('goes on growing where use has grown, and ever less so', () => {
    const daily = Array.from({ length: 140 }, (_, day) => 100 + day);
    const forecast = made(daily, 365);
    const months = [0, 30, 60, 180, 330].map(
      (from) => usedBetween(forecast, from, from + 30).expected / 30,
    );
    // The last 30 days of the history had 224.5 a day.
    expect(months[0]).toBeGreaterThan(239);
    expect(months[0]).toBeLessThan(260);
    const growth = months.slice(1).map((mean, at) => mean - (months[at] ?? 0));
    expect(growth.every((more) => more > 0)).toBe(true);
    expect(growth[1]).toBeLessThan(growth[0] ?? 0);
  });

  it('takes use that is told once a month for what it is', () => {
    const daily = Array.from({ length: 280 }, (_, day) => (day % 28 === 0 ? 2_800 : 0));
    const { p10, expected, p90 } = usedBetween(made(daily, 84), 0, 84);
    expect([p10, expected, p90].map(Math.round)).toEqual([8_400, 8_400, 8_400]);
  });

  it.each([
    ['history-too-short', constant(55, 10)],
    ['history-too-short', []],
    ['history-too-short', constant(6, 10).flatMap((use) => [use, ...constant(27, 0)])],
    ['history-too-sparse', Array.from({ length: 365 }, (_, day) => (day % 90 === 0 ? 10 : 0))],
  ])('is none: %s', (reason, daily) => {
    expect(forecastUse(daily, 30)).toBe(reason);
  });

  it('is the same for the same history', () => {
    const daily = Array.from({ length: 90 }, (_, day) => 50 + ((day * 37) % 23));
    expect(made(daily, 60)).toEqual(made(daily, 60));
  });

  it('begins with the shorter one, path by path', () => {
    const daily = Array.from({ length: 90 }, (_, day) => 50 + ((day * 37) % 23));
    const [short, long] = [made(daily, 30), made(daily, 200)];
    expect(long.paths.map((path) => path.slice(0, 31))).toEqual(short.paths);
    expect(new Set(short.paths.map((path) => path.at(-1))).size).toBeGreaterThan(100);
  });

  it('never falls, never gives back, and lies within its range, whatever the history', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 56, maxLength: 120 }),
        fc.integer({ min: 1, max: 100 }),
        (daily, days) => {
          const forecast = forecastUse(daily, days);
          if (typeof forecast === 'string') return;
          for (const line of [forecast.expected, ...forecast.paths]) {
            expect(line).toHaveLength(days + 1);
            expect(line.every((used, day) => day === 0 || used >= (line[day - 1] ?? 0))).toBe(true);
          }
          const { p10, expected, p90 } = usedBetween(forecast, 0, days);
          expect(p10).toBeGreaterThanOrEqual(0);
          expect(p10).toBeLessThanOrEqual(expected);
          expect(expected).toBeLessThanOrEqual(p90);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has one tenth of what was drawn on either side of its range', () => {
    const samples = Array.from({ length: 11 }, (_, at) => BigInt(at * 10));
    expect(rangeOf(47n, samples)).toEqual({ p10: 10n, expected: 47n, p90: 90n });
    expect(rangeOf(5n, samples)).toEqual({ p10: 5n, expected: 5n, p90: 90n });
  });
});
