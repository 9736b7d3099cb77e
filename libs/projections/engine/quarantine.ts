import type { SqlClient } from '../../ledger/postgres/sql-client.js';
import type { Projection } from './projection.js';

/**
 * An event that a projection cannot fold. It stops that shard of that projection, visibly, until the fold is mended or
 * somebody decides to pass over it (skips.ts). This is a record of what stands still, for people, and decides nothing:
 * whoever serves may write it.
 */
export interface Quarantined {
  readonly shard: number;
  readonly position: number;
  readonly error: string;
  /** A decision of before decisions were entries of the ledger. It counts no more. */
  readonly formerly: { readonly decidedBy: string | null; readonly reason: string | null } | null;
}

export const quarantine = async (
  pool: SqlClient,
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

interface QuarantineRow {
  shard: number;
  position: string;
  error: string;
  decision: 'skip' | null;
  decided_by: string | null;
  reason: string | null;
}

export const quarantined = async (
  pool: SqlClient,
  { name, version }: Pick<Projection, 'name' | 'version'>,
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
    formerly: row.decision === 'skip' ? { decidedBy: row.decided_by, reason: row.reason } : null,
  }));
};
