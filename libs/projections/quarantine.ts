import type { Pool } from 'pg';
import type { Queryable } from './generations.js';
import type { Projection } from './projection.js';

/**
 * An event that a projection cannot fold. It stops that shard of that projection, visibly, until the fold is mended or
 * somebody decides to pass over it. The decision holds for every generation of the version, so a rebuild agrees.
 */
export interface Quarantined {
  readonly shard: number;
  readonly position: number;
  readonly error: string;
  readonly decision: 'skip' | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
}

export const quarantine = async (
  pool: Queryable,
  { name, version }: Projection,
  shard: number,
  position: number,
  error: string,
): Promise<void> => {
  await pool.query(
    `INSERT INTO views.quarantine (name, version, shard, position, error) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (name, version, shard, position) DO UPDATE SET error = excluded.error`,
    [name, version, shard, position, error],
  );
};

/** Passing over an event makes an answer wrong on purpose, so who decided and why is recorded. */
export const skipQuarantined = async (
  pool: Pool,
  { name, version }: Projection,
  event: { readonly shard: number; readonly position: number },
  decision: { readonly decidedBy: string; readonly reason: string },
): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `UPDATE views.quarantine SET decision = 'skip', decided_by = $5, reason = $6, decided_at = now()
     WHERE name = $1 AND version = $2 AND shard = $3 AND position = $4 AND decision IS NULL`,
    [name, version, event.shard, event.position, decision.decidedBy, decision.reason],
  );
  return rowCount === 1;
};

interface QuarantineRow {
  shard: number;
  position: string;
  error: string;
  decision: 'skip' | null;
  decided_by: string | null;
  reason: string | null;
}

export const quarantined = async (
  pool: Queryable,
  { name, version }: Projection,
): Promise<Quarantined[]> => {
  const { rows } = await pool.query<QuarantineRow>(
    `SELECT shard, position::text AS position, error, decision, decided_by, reason FROM views.quarantine
     WHERE name = $1 AND version = $2 ORDER BY shard, views.quarantine.position`,
    [name, version],
  );
  return rows.map((row) => ({
    shard: row.shard,
    position: Number(row.position),
    error: row.error,
    decision: row.decision,
    decidedBy: row.decided_by,
    reason: row.reason,
  }));
};

/** Positions of a shard that somebody decided to pass over. */
export const skippedPositions = (
  pool: Queryable,
  projection: Projection,
  shard: number,
): Promise<ReadonlySet<number>> => skipsOnce(pool, shard)(projection);

/** The same of one shard for any projection, asked for all of them at the first. */
export const skipsOnce = (
  pool: Queryable,
  shard: number,
): ((projection: Projection) => Promise<ReadonlySet<number>>) => {
  let asked: ReturnType<typeof skipsOf> | null = null;
  return async ({ name, version }) => {
    const skips = await (asked ??= skipsOf(pool, shard));
    const mine = skips.filter((skip) => skip.name === name && skip.version === version);
    return new Set(mine.map(({ position }) => Number(position)));
  };
};

const skipsOf = async (pool: Queryable, shard: number) => {
  const { rows } = await pool.query<{ name: string; version: number; position: string }>({
    name: 'views-skipped-positions',
    text: `SELECT name, version, position FROM views.quarantine
     WHERE shard = $1 AND decision = 'skip'`,
    values: [shard],
  });
  return rows;
};
