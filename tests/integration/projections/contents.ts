import type { Pool } from 'pg';
import type { LedgerReader } from '../../../libs/ledger/ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { readCheckpoints } from '../../../libs/projections/engine/checkpoint.js';
import {
  liveGeneration,
  tableName,
  type Generation,
} from '../../../libs/projections/engine/generations.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { ensureLive, rebuild } from '../../../libs/projections/engine/rebuild.js';
import { runChunk, type ChunkWork } from '../../../libs/projections/engine/run-projection.js';

/** Every row and checkpoint of a generation, as text: two generations with the same text hold the same bytes. */
export const contentsOf = async (pool: Pool, generation: Generation): Promise<string> => {
  const parts: string[] = [];
  for (const table of generation.projection.tables) {
    const key = table.key.map(({ name }) => name).join(', ');
    const { rows } = await pool.query<{ row: string }>(
      `SELECT t::text AS row FROM ${tableName(generation, table)} t ORDER BY ${key}`,
    );
    parts.push(table.name, ...rows.map(({ row }) => row));
  }
  const checkpoints = await readCheckpoints(pool, generation);
  return [...parts, JSON.stringify(checkpoints)].join('\n');
};

export const liveContents = async (pool: Pool): Promise<string> => {
  const parts: string[] = [];
  for (const projection of projections) {
    parts.push(await contentsOf(pool, (await liveGeneration(pool, projection))!));
  }
  return parts.join('\n\n');
};

/** Folds everything there is, `limit` entries at a time, as a lone projector would. */
export const project = async (
  pool: Pool,
  reader: LedgerReader,
  of: readonly Projection[] = projections,
  options: { readonly limit?: () => number; readonly at?: ChunkWork['at'] } = {},
): Promise<void> => {
  for (const projection of of) {
    const generation = await ensureLive(pool, reader, projection);
    for (const { shard } of await readCheckpoints(pool, generation)) {
      for (let more = true; more;) {
        const checkpoint = (await readCheckpoints(pool, generation))[shard]!;
        const limit = options.limit?.() ?? 100;
        const at = options.at && { at: options.at };
        const work = { pool, source: reader, reader, generation, limit, ...at };
        const outcome = await runChunk(work, checkpoint);
        if (outcome.outcome === 'stopped') throw new Error(outcome.error);
        more = outcome.outcome === 'advanced';
      }
    }
  }
};

/** Live contents after a fold from zero, beside the live ones. */
export const fromZero = async (
  pool: Pool,
  reader: LedgerReader,
  of: readonly Projection[] = projections,
): Promise<string> => {
  for (const projection of of) await rebuild({ pool, reader, projection });
  return liveContents(pool);
};
