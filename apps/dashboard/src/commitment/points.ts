import type { BurnDown, Forecast, Money } from '../api/types.js';

/** What is known, planned and expected to be applied at the end of a day. Null: not known there. */
export interface Point {
  readonly day: string;
  readonly applied: Money | null;
  readonly planned: Money | null;
  readonly expected: Money | null;
  readonly low: Money | null;
  readonly high: Money | null;
}

/**
 * The buckets of a burn-down, and behind them those of its forecast. The forecast begins at what is applied, so that its
 * line begins where that of the use ends.
 */
export const pointsOf = (use: BurnDown, forecast: Forecast | null): readonly Point[] => {
  const points = new Map<string, Point>();
  for (const { to, cumulativeApplied, planned } of use.series)
    points.set(to, { ...NOTHING, day: to, applied: cumulativeApplied, planned });
  const made = forecast?.forecast ?? null;
  const lastKnown = [...points.values()].filter(({ applied }) => applied !== null).at(-1);
  if (made !== null && lastKnown !== undefined)
    points.set(lastKnown.day, {
      ...lastKnown,
      ...{ expected: lastKnown.applied, low: lastKnown.applied, high: lastKnown.applied },
    });
  for (const { to, cumulativeApplied, planned } of made?.series ?? []) {
    const { p10, expected, p90 } = cumulativeApplied;
    const known = points.get(to) ?? { ...NOTHING, day: to, planned };
    points.set(to, { ...known, expected, low: p10, high: p90 });
  }
  return [...points.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
};

const NOTHING = { applied: null, planned: null, expected: null, low: null, high: null };
