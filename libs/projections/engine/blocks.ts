import type { Cell } from './projection.js';

/**
 * Sums are kept per block of a shard's positions, in blocks of three sizes. What was recorded up to any position is then
 * the sum of a few dozen blocks and of fewer than 512 entries, which are read from the ledger; what was recorded
 * altogether is the sum of the largest blocks. So a question costs the same however long the ledger is.
 */
export const SPANS: Spans = [512, 16_384, 524_288];

/** Positions in a block, ascending; each is a multiple of the one before. */
export type Spans = readonly [smallest: number, ...larger: number[]];

/** Where a table's key names the block: the columns span, shard and block, in this order from `at` on. */
export interface Blocks {
  readonly at: number;
  readonly spans: Spans;
}

export const coarsestOf = ({ spans }: Blocks): number => Math.max(...spans);

/** Block b of a span holds the positions b * span + 1 to (b + 1) * span. */
export const blockOf = (position: number, span: number): number =>
  Math.floor((position - 1) / span);

/** The last position of the whole blocks up to `position`: what comes after it is in no whole block. */
export const wholeBlocksEnd = (position: number, { spans }: Pick<Blocks, 'spans'>): number =>
  position - (position % spans[0]);

/** Blocks of one size that stand together, both included. */
export interface BlockRange {
  readonly span: number;
  readonly shard: number;
  readonly first: number;
  readonly last: number;
}

/** The fewest blocks that hold exactly the positions 1 to `wholeBlocksEnd(position)`. */
export const wholeBlocks = (
  shard: number,
  position: number,
  { spans }: Pick<Blocks, 'spans'>,
): BlockRange[] => {
  const ranges: BlockRange[] = [];
  let covered = 0;
  for (const span of spans.toReversed()) {
    const first = covered / span;
    const last = Math.floor(position / span) - 1;
    if (first > last) continue;
    ranges.push({ span, shard, first, last });
    covered = (last + 1) * span;
  }
  return ranges;
};

const BLOCK_MAX = 2 ** 31 - 1;

/** Everything that the tables hold of a shard. */
export const allBlocks = (shard: number, blocks: Blocks): BlockRange => ({
  span: coarsestOf(blocks),
  shard,
  first: 0,
  last: BLOCK_MAX,
});

/** The key of the row that holds this one's amounts among those of a larger block. */
export const keyInSpan = (key: readonly Cell[], { at, spans }: Blocks, span: number): Cell[] => {
  const coarser = [...key];
  coarser[at] = span;
  coarser[at + 2] = Math.floor((key[at + 2] as number) / (span / spans[0]));
  return coarser;
};
