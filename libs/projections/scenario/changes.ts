import { addDays, daysBetween } from '../../domain/calendar.js';
import type { UseForecast } from '../../forecast/forecast.js';

/** What is supposed to happen to use. Percentages as decimal text, days in UTC. */
export interface ScenarioChanges {
  readonly growthPercentPerMonth?: string | undefined;
  readonly priceChanges?: readonly PriceChange[] | undefined;
  readonly outages?: readonly Outage[] | undefined;
}

interface PriceChange {
  readonly vendorId: string;
  readonly percent: string;
  readonly from: string;
}

interface Outage {
  readonly vendorId: string;
  readonly from: string;
  readonly days: number;
}

const DAYS_A_MONTH = 365.25 / 12;

/** By what the use of a vendor is multiplied on a day. `after`: the last day on which nothing is supposed yet. */
const factorOn = (
  { growthPercentPerMonth = '0', priceChanges = [], outages = [] }: ScenarioChanges,
  vendorId: string,
  after: string,
  day: string,
): number => {
  const isOut = outages.some(
    (outage) =>
      outage.vendorId === vendorId && outage.from <= day && day < addDays(outage.from, outage.days),
  );
  if (isOut) return 0;
  const months = Math.max(0, daysBetween(after, day)) / DAYS_A_MONTH;
  const growth = (1 + Number(growthPercentPerMonth) / 100) ** months;
  return priceChanges
    .filter((change) => change.vendorId === vendorId && change.from <= day)
    .reduce((factor, { percent }) => factor * (1 + Number(percent) / 100), growth);
};

/** The forecast with each day's use multiplied, along every path. */
export const changedUse = (
  use: UseForecast,
  changes: ScenarioChanges,
  vendorId: string,
  { dayZero, after }: { readonly dayZero: string; readonly after: string },
): UseForecast => {
  const factors = Array.from({ length: use.days + 1 }, (_, at) =>
    factorOn(changes, vendorId, after, addDays(dayZero, at)),
  );
  const changed = (line: readonly number[]): readonly number[] => {
    let used = 0;
    return line.map((sum, at) => {
      used += at === 0 ? 0 : (sum - (line[at - 1] ?? 0)) * (factors[at] ?? 1);
      return used;
    });
  };
  return { days: use.days, expected: changed(use.expected), paths: use.paths.map(changed) };
};
