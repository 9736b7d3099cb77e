import type { Pool } from 'pg';
import { positionIn } from '../asking/snapshot.js';
import { burnDownDays, burnDownProjection } from '../burn-down/burn-down.js';
import { readLiveProgress } from '../engine/checkpoint.js';
import { tableName } from '../engine/generations.js';
import { inTransaction } from '../engine/transaction.js';

/** What part of a commitment's use a figure is of. */
export interface Narrow {
  readonly commitmentId: string;
  /** UTC days, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly period?: number;
}

/** The blocks of positions in which the table of sums has something of that part: nothing else need be read. */
export interface BlocksWith {
  readonly span: number;
  /** Ascending. */
  readonly blocks: readonly number[];
  /** The table says nothing of what comes after this position. */
  readonly folded: number;
}

const RELATION_GONE = '42P01';

/** Null: the table was replaced meanwhile, and the whole stream is to be read. */
export const blocksWith = async (
  pool: Pool,
  tenant: string,
  shard: number,
  narrow: Narrow,
): Promise<BlocksWith | null> => {
  try {
    return await inTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', (client) =>
      select(client, tenant, shard, narrow),
    );
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === RELATION_GONE) return null;
    throw error;
  }
};

const select = async (
  client: Parameters<typeof readLiveProgress>[0],
  tenant: string,
  shard: number,
  { commitmentId, from, to, period }: Narrow,
): Promise<BlocksWith | null> => {
  const [progress] = await readLiveProgress(client, [burnDownProjection], tenant);
  if (progress === undefined) return null;
  const [span] = burnDownDays.blocks.spans;
  const { rows } = await client.query<{ readonly block: number }>({
    text: `
      SELECT DISTINCT block FROM ${tableName(progress.live, burnDownDays)}
      WHERE tenant = $1 AND commitment_id = $2 AND span = $3 AND shard = $4
        AND ($5::date IS NULL OR effective_day >= $5::date)
        AND ($6::date IS NULL OR effective_day <= $6::date)
        AND ($7::integer IS NULL OR period = $7::integer)
      ORDER BY block`,
    values: [tenant, commitmentId, span, shard, from ?? null, to ?? null, period ?? null],
  });
  return {
    span,
    blocks: rows.map(({ block }) => block),
    folded: positionIn(progress.checkpoints, shard),
  };
};

/** The position after which reading goes on: the present one, or where the next block begins that has something. */
export const nextAfter = ({ span, blocks, folded }: BlocksWith, after: number): number => {
  const next = blocks.find((block) => (block + 1) * span > after);
  return Math.max(after, next === undefined ? folded : next * span);
};
