import { parse } from 'csv-parse/sync';
import { generateUsage } from '../../infra/reference-portfolio/generate-usage.js';
import { AGREEMENTS_WITH_USAGE } from '../../infra/reference-portfolio/usage-profiles.js';
import { daysBetween } from '../../libs/domain/calendar.js';
import { forecastUse, usedBetween } from '../../libs/forecast/forecast.js';
import { seededRandom } from '../../libs/forecast/random.js';

/**
 * How good forecasts were: each history is cut off every two weeks, forecast from there, and compared with what came. Prints
 * the tables of libs/forecast/README.md: node --import ./tests/support/typescript.mjs tests/benchmarks/back-test.ts
 */
const DAYS = 365;
const FIRST_CUT = 90;
const EVERY = 14;
const HORIZONS = [30, 90];
const SEEDS = 8;

type Daily = readonly number[];

/** 1 on average, give or take `part` half of the time. */
const noise = (random: () => number, part: number): number =>
  1 + part * (random() + random() + random() - 1.5);

const week = (day: number, weekend: number): number =>
  day % 7 >= 5 ? weekend : (7 - 2 * weekend) / 5;

type Use = (day: number, random: () => number) => number;

const generated = (use: Use, factor = 7_919): readonly Daily[] =>
  Array.from({ length: SEEDS }, (_, seed) => {
    const random = seededRandom((seed + 1) * factor);
    return Array.from({ length: DAYS }, (_, day) => Math.max(0, use(day, random)));
  });

const usual = (day: number, random: () => number): number =>
  1_000 * week(day, 0.8) * noise(random, 0.3);

/** A level that goes its own way by about 1.5 % a day. */
const wandering = (): readonly Daily[] =>
  Array.from({ length: SEEDS }, (_, seed) => {
    const random = seededRandom((seed + 1) * 7_919);
    let level = 1;
    return Array.from({ length: DAYS }, (_, day) => {
      level *= noise(random, 0.03);
      return level * usual(day, random);
    });
  });

/** What the demo's agreements use a day, from the first day with use on. */
const demo = async (agreementId: string): Promise<Daily> => {
  const today = '2026-01-01';
  let file = '';
  for await (const line of generateUsage({ agreementId, today, rows: 2_000 })) file += line;
  const daily = Array<number>(DAYS).fill(0);
  for (const row of parse(file, { columns: true }) as Readonly<Record<string, string>>[]) {
    if (row['ChargeCategory'] !== 'Usage') continue;
    const day = DAYS + daysBetween(today, (row['ChargePeriodStart'] ?? '').slice(0, 10));
    daily[day] = (daily[day] ?? 0) + Number(row['EffectiveCost']);
  }
  return daily.slice(daily.findIndex((use) => use > 0)).map((use) => Math.max(0, use));
};

type Histories = Readonly<Record<string, readonly Daily[]>>;

/** Those that were looked at while the method and its parameters were chosen. */
const LOOKED_AT: Histories = {
  "the demo's four agreements": await Promise.all(AGREEMENTS_WITH_USAGE.map(demo)),
  flat: generated((_, random) => 1_000 * noise(random, 0.3)),
  'a weekly pattern: weekends at 30 %': generated(
    (day, random) => 1_000 * week(day, 0.3) * noise(random, 0.2),
  ),
  'growth of 3 % a month': generated((day, random) => 1.03 ** (day / 30) * usual(day, random)),
  'growth of 10 % a month': generated((day, random) => 1.1 ** (day / 30) * usual(day, random)),
  'decline of 5 % a month': generated((day, random) => 0.95 ** (day / 30) * usual(day, random)),
  'a step: 60 % more from day 200 on': generated(
    (day, random) => (day < 200 ? 1 : 1.6) * usual(day, random),
  ),
  'an outage of ten days from day 200 on': generated((day, random) =>
    day >= 200 && day < 210 ? 0 : usual(day, random),
  ),
  'a wandering level': wandering(),
  'told once a month': generated((day, random) =>
    day % 30 === 0 ? 30_000 * noise(random, 0.2) : 0,
  ),
};

/** Of other noise than any of the above. */
const unseen = (use: Use): readonly Daily[] => generated(use, 104_729);

/** Other shapes and other noise, made after everything was chosen: nothing was changed for them. */
const HELD_BACK: Histories = {
  'flat, twice the noise': unseen((_, random) => 1_000 * noise(random, 0.6)),
  'growth of 6 % a month, weekends at 50 %': unseen(
    (day, random) => 1_060 * 1.06 ** (day / 30) * week(day, 0.5) * noise(random, 0.25),
  ),
  'growth of 8 % a month that ends on day 180': unseen(
    (day, random) => 1.08 ** (Math.min(day, 180) / 30) * usual(day, random),
  ),
  'a step: 35 % less from day 150 on': unseen(
    (day, random) => (day < 150 ? 1 : 0.65) * usual(day, random),
  ),
  'three outages of four days': unseen((day, random) =>
    [110, 190, 270].some((first) => day >= first && day < first + 4) ? 0 : usual(day, random),
  ),
  'half as much again in the last week of each quarter': unseen(
    (day, random) => (day % 91 >= 84 ? 1.5 : 1) * usual(day, random),
  ),
  'a slow wave: 20 % up and down over half a year': unseen(
    (day, random) => (1 + 0.2 * Math.sin((2 * Math.PI * day) / 182)) * usual(day, random),
  ),
};

const total = (daily: Daily): number => daily.reduce((sum, use) => sum + use, 0);

interface Score {
  readonly cuts: number;
  /** Of the cuts: what came lay from P10 to P90. */
  readonly covered: number;
  /** Mean absolute error of the total, and mean width of the range, as parts of what came. */
  readonly error: number;
  readonly straightLine: number;
  readonly width: number;
}

const scoreOf = (histories: readonly Daily[], horizon: number): Score => {
  const sums = { cuts: 0, covered: 0, error: 0, straightLine: 0, width: 0 };
  for (const daily of histories) {
    for (let cut = FIRST_CUT; cut + horizon <= daily.length; cut += EVERY) {
      const forecast = forecastUse(daily.slice(0, cut), horizon);
      if (typeof forecast === 'string') continue;
      const came = total(daily.slice(cut, cut + horizon));
      const { p10, expected, p90 } = usedBetween(forecast, 0, horizon);
      const straight = (total(daily.slice(cut - 30, cut)) / 30) * horizon;
      sums.cuts += 1;
      sums.covered += came >= p10 && came <= p90 ? 1 : 0;
      sums.error += Math.abs(expected - came) / came;
      sums.straightLine += Math.abs(straight - came) / came;
      sums.width += (p90 - p10) / came;
    }
  }
  const { cuts } = sums;
  return {
    cuts,
    covered: sums.covered / cuts,
    error: sums.error / cuts,
    straightLine: sums.straightLine / cuts,
    width: sums.width / cuts,
  };
};

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

const tell = (what: string, of: Histories): void => {
  console.log(
    `| ${what} | days ahead | forecasts | error | straight line | within P10 to P90 | width |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const [name, histories] of Object.entries(of)) {
    for (const horizon of HORIZONS) {
      const { cuts, covered, error, straightLine, width } = scoreOf(histories, horizon);
      const cells = [error, straightLine, covered, width].map(percent);
      console.log(`| ${[name, horizon, cuts, ...cells].join(' | ')} |`);
    }
  }
};

tell('looked at', LOOKED_AT);
console.log('');
tell('held back', HELD_BACK);
