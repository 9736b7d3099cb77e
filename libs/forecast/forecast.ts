import { blocksOf, meanShape, type TooLittle } from './blocks.js';
import { advance, fitsOf, nextOf, type Fit } from './damped-trend.js';
import { seededRandom } from './random.js';

/** As many days of a path lie below p10 as lie above p90: one in ten each. */
export interface Range<Amount = number> {
  readonly p10: Amount;
  readonly expected: Amount;
  readonly p90: Amount;
}

/** How use may go on: the expected line, and paths as likely as each other. Day 0 is the first after the history. */
export interface UseForecast {
  readonly days: number;
  /** What is used up to the end of each day, from 0 before the first one: `days` + 1 values that never fall. */
  readonly expected: readonly number[];
  readonly paths: readonly (readonly number[])[];
}

const PATHS = 200;
const LOW = 0.1;
const HIGH = 0.9;
const SEED = 20_260_101;

/**
 * How the daily use of a history goes on for so many days: a pattern within the week times a damped trend, and around it
 * paths that draw their errors from those of the history. Amounts in whatever unit the history has, as floating point: a
 * forecast is no booking. The same history gives the same forecast, and a longer one begins with the shorter one. `daily`:
 * from the first day with use, none below 0.
 */
export const forecastUse = (daily: readonly number[], days: number): UseForecast | TooLittle => {
  const blocks = blocksOf(daily);
  if (typeof blocks === 'string') return blocks;
  const fits = fitsOf(blocks.sums);
  const mean = meanShape(blocks);
  return {
    days,
    expected: together(
      fits.map(({ weight }) => weight),
      fits.map((fit) => cumulative(days, fit, { error: () => 0, shape: () => mean })),
    ),
    paths: fitPerPath(fits).map((fit, at) => {
      const random = seededRandom(SEED + at);
      return cumulative(days, fit, {
        error: () => pick(fit.errors, random),
        shape: () => pick(blocks.shapes, random),
      });
    }),
  };
};

/** As many paths of each fit as it is likely. */
const fitPerPath = (fits: readonly Fit[]): readonly Fit[] => {
  const all = fits.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  let done = 0;
  return fits.flatMap((fit) => {
    before += fit.weight / all;
    const paths = Math.round(before * PATHS) - done;
    done += paths;
    return Array<Fit>(paths).fill(fit);
  });
};

/** The mean of lines by their weights. */
const together = (
  weights: readonly number[],
  lines: readonly (readonly number[])[],
): readonly number[] => {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return (lines[0] ?? []).map((_, day) =>
    lines.reduce((sum, line, at) => sum + ((weights[at] ?? 0) / all) * (line[day] ?? 0), 0),
  );
};

const pick = <Item>(items: readonly Item[], random: () => number): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to draw from');
  return item;
};

/** What makes one path: the relative error of its next block, and how that is spread over its days. */
interface Draw {
  readonly error: () => number;
  readonly shape: () => readonly number[];
}

const cumulative = (days: number, fit: Fit, draw: Draw): readonly number[] => {
  const line = [0];
  let used = 0;
  let { state } = fit;
  while (line.length <= days) {
    const error = draw.error();
    const sum = Math.max(0, nextOf(state, fit.smoothing) * (1 + error));
    state = advance(state, fit.smoothing, error);
    for (const part of draw.shape()) {
      if (line.length > days) break;
      used += sum * part;
      line.push(used);
    }
  }
  return line;
};

/** What is used from the end of day `from` to the end of day `to`, counted as in `expected`. */
export const usedBetween = (forecast: UseForecast, from: number, to: number): Range => {
  const between = (line: readonly number[]): number => (line[to] ?? 0) - (line[from] ?? 0);
  return rangeOf(between(forecast.expected), forecast.paths.map(between));
};

/** One tenth of the samples lies below, one above; the expected value never lies outside. */
export const rangeOf = <Amount extends number | bigint>(
  expected: Amount,
  samples: readonly Amount[],
): Range<Amount> => {
  const sorted = [...samples].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  const at = (part: number): Amount => sorted[Math.round((sorted.length - 1) * part)] ?? expected;
  const [low, high] = [at(LOW), at(HIGH)];
  return {
    p10: low < expected ? low : expected,
    expected,
    p90: high > expected ? high : expected,
  };
};
