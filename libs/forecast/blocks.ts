/** Days of use as blocks of equal length, counted back from the last day, so that the last block is whole. */
export interface Blocks {
  /** 7, or 28 where use is told once a month and most weeks have none. */
  readonly days: number;
  /** What was used in each block, the earliest first. */
  readonly sums: readonly number[];
  /** Which part of its block each day had; of blocks with use only. */
  readonly shapes: readonly (readonly number[])[];
}

const WEEK = 7;
const FOUR_WEEKS = 28;
/** Two years: what was before says little about what comes. */
const BLOCKS_MAX = 104;
const BLOCKS_MIN = 8;
/** Of the blocks, so many must have use: else a block is too short to tell one from the next. */
const PART_WITH_USE_MIN = 0.75;

export type TooLittle = 'history-too-short' | 'history-too-sparse';

/** The shortest blocks that nearly all have use. */
export const blocksOf = (daily: readonly number[]): Blocks | TooLittle => {
  if (daily.length < WEEK * BLOCKS_MIN) return 'history-too-short';
  for (const days of [WEEK, FOUR_WEEKS]) {
    const blocks = cut(daily, days);
    const withUse = blocks.shapes.length;
    if (withUse < blocks.sums.length * PART_WITH_USE_MIN) continue;
    return blocks.sums.length < BLOCKS_MIN ? 'history-too-short' : blocks;
  }
  return 'history-too-sparse';
};

const cut = (daily: readonly number[], days: number): Blocks => {
  const count = Math.min(BLOCKS_MAX, Math.floor(daily.length / days));
  const first = daily.length - count * days;
  const sums: number[] = [];
  const shapes: (readonly number[])[] = [];
  for (let start = first; start < daily.length; start += days) {
    const block = daily.slice(start, start + days);
    const sum = block.reduce((left, right) => left + right, 0);
    sums.push(sum);
    if (sum > 0) shapes.push(block.map((use) => use / sum));
  }
  return { days, sums, shapes };
};

/** The part that each day has of a block, taken over the last half year: a day that weighed more counts more. */
export const meanShape = ({ days, shapes }: Blocks): readonly number[] => {
  const recent = shapes.slice(-Math.ceil(182 / days));
  return Array.from(
    { length: days },
    (_, day) => recent.reduce((sum, shape) => sum + (shape[day] ?? 0), 0) / recent.length,
  );
};
