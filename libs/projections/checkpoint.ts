import type { Generation, Queryable } from './generations.js';

/** How far a generation has folded one shard, and the hash there: the next entry's `prev` must be it. */
export interface Checkpoint {
  readonly shard: number;
  readonly position: number;
  readonly hash: string;
}

const identity = ({ projection, generation }: Generation): [string, number, number] => [
  projection.name,
  projection.version,
  generation,
];

interface CheckpointRow {
  shard: number;
  position: string;
  hash: string;
}

const checkpointOf = (row: CheckpointRow): Checkpoint => ({
  shard: row.shard,
  position: Number(row.position),
  hash: row.hash,
});

const COLUMNS = `shard, position::text AS position, encode(hash, 'hex') AS hash`;

export const createCheckpoints = async (
  client: Queryable,
  of: Generation,
  shardCount: number,
  genesisHash: string,
): Promise<void> => {
  await client.query(
    `INSERT INTO views.projection_checkpoint (name, version, generation, shard, position, hash)
     SELECT $1, $2, $3, shard, 0, decode($5, 'hex') FROM generate_series(0, $4::integer - 1) AS shard
     ON CONFLICT DO NOTHING`,
    [...identity(of), shardCount, genesisHash],
  );
};

export const readCheckpoints = async (
  client: Queryable,
  of: Generation,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Checkpoint[]> => {
  const { rows } = await client.query<CheckpointRow>(
    `SELECT ${COLUMNS} FROM views.projection_checkpoint
     WHERE name = $1 AND version = $2 AND generation = $3 ORDER BY shard ${lock}`,
    identity(of),
  );
  return rows.map(checkpointOf);
};

/** Null: the generation is gone. */
export const readCheckpoint = async (
  client: Queryable,
  of: Generation,
  shard: number,
): Promise<Checkpoint | null> => {
  const { rows } = await client.query<CheckpointRow>(
    `SELECT ${COLUMNS} FROM views.projection_checkpoint
     WHERE name = $1 AND version = $2 AND generation = $3 AND shard = $4`,
    [...identity(of), shard],
  );
  return rows[0] ? checkpointOf(rows[0]) : null;
};

/**
 * Compare-and-set, and until the transaction ends a lock: another projector that is at the same chunk waits here, and
 * is told false then. False: another moved it, or the generation is gone, and what was folded must not be committed.
 */
export const moveCheckpoint = async (
  client: Queryable,
  of: Generation,
  from: Checkpoint,
  to: Checkpoint,
): Promise<boolean> => {
  const { rowCount } = await client.query({
    name: 'views-move-checkpoint',
    text: `UPDATE views.projection_checkpoint SET position = $5, hash = decode($6, 'hex')
     WHERE name = $1 AND version = $2 AND generation = $3 AND shard = $4 AND position = $7`,
    values: [...identity(of), from.shard, to.position, to.hash, from.position],
  });
  return rowCount === 1;
};

export const removeCheckpoints = async (client: Queryable, of: Generation): Promise<void> => {
  await client.query(
    `DELETE FROM views.projection_checkpoint WHERE name = $1 AND version = $2 AND generation = $3`,
    identity(of),
  );
};
