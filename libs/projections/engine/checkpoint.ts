import type { ChainPoint } from '../../ledger/ledger.js';
import type { SqlClient } from '../../ledger/postgres/sql-client.js';
import type { Generation } from './generations.js';
import type { Projection } from './projection.js';

/** How far a generation has folded one shard, and the hash there: the next entry's `prev` must be it. */
export interface Checkpoint extends ChainPoint {
  readonly shard: number;
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
  client: SqlClient,
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
  client: SqlClient,
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

/** An event that a generation lacks. */
export interface SkippedEvent {
  readonly shard: number;
  readonly position: number;
}

/** How far a generation is, and what it passed over on the way, of one tenant or (null) of all. One statement. */
export const readProgress = async (
  client: SqlClient,
  of: Generation,
  tenant: string | null = null,
): Promise<{
  readonly checkpoints: readonly Checkpoint[];
  readonly skipped: readonly SkippedEvent[];
}> => {
  const { rows } = await client.query<CheckpointRow & SkippedRow>({
    name: 'views-read-progress',
    text: `SELECT ${COLUMNS}, (
         SELECT array_agg(s.position::text ORDER BY s.position) FROM views.skipped_event s
         WHERE s.name = $1 AND s.version = $2 AND s.generation = $3 AND s.shard = c.shard
           AND s.position <= c.position AND ($4::text IS NULL OR s.tenant = $4)) AS skipped
     FROM views.projection_checkpoint c
     WHERE name = $1 AND version = $2 AND generation = $3 ORDER BY shard`,
    values: [...identity(of), tenant],
  });
  return { checkpoints: rows.map(checkpointOf), skipped: rows.flatMap(skippedIn) };
};

/** A live generation with how far it is, and what it passed over on the way. */
export interface LiveProgress {
  readonly live: Generation;
  readonly checkpoints: readonly Checkpoint[];
  readonly skipped: readonly SkippedEvent[];
}

/** Of a tenant, for all of these projections in one statement. One that has no live generation is left out. */
export const readLiveProgress = async (
  client: SqlClient,
  projections: readonly Projection[],
  tenant: string,
): Promise<readonly LiveProgress[]> => {
  const { rows } = await client.query<CheckpointRow & LiveRow>({
    name: 'views-read-live-progress',
    text: `SELECT p.name, p.version, p.generation, ${COLUMNS}, (
         SELECT array_agg(s.position::text ORDER BY s.position) FROM views.skipped_event s
         WHERE s.name = c.name AND s.version = c.version AND s.generation = c.generation AND s.shard = c.shard
           AND s.position <= c.position AND s.tenant = $3) AS skipped
     FROM views.projection p JOIN views.projection_checkpoint c USING (name, version, generation)
     JOIN unnest($1::text[], $2::integer[]) AS wanted (name, version) USING (name, version)
     WHERE p.state = 'live' ORDER BY shard`,
    values: [
      projections.map(({ name }) => name),
      projections.map(({ version }) => version),
      tenant,
    ],
  });
  return projections.flatMap((projection) => {
    const { name, version } = projection;
    const own = rows.filter((row) => row.name === name && row.version === version);
    if (own[0] === undefined) return [];
    const live = { projection, generation: own[0].generation };
    return [{ live, checkpoints: own.map(checkpointOf), skipped: own.flatMap(skippedIn) }];
  });
};

interface LiveRow extends SkippedRow {
  name: string;
  version: number;
  generation: number;
}

interface SkippedRow {
  shard: number;
  skipped: string[] | null;
}

const skippedIn = ({ shard, skipped }: SkippedRow): readonly SkippedEvent[] =>
  (skipped ?? []).map((position) => ({ shard, position: Number(position) }));

/** Null: the generation is gone. */
export const readCheckpoint = async (
  client: SqlClient,
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
 * Compare-and-set of all of them or none, and until the transaction ends a lock: another projector that is at the same
 * chunk waits here, and is told false then. False: another moved one, or a generation is gone, and what was folded must
 * not be committed. Rows are locked in the order of their names, so that two projectors never wait for each other.
 */
export const moveCheckpoints = async (
  client: SqlClient,
  generations: readonly Generation[],
  from: Checkpoint,
  to: Checkpoint,
): Promise<boolean> => {
  const identities = generations.map(identity);
  const { rowCount } = await client.query({
    name: 'views-move-checkpoints',
    text: `WITH held AS (
       SELECT name, version, generation FROM views.projection_checkpoint
       WHERE shard = $4 AND position = $5 AND hash = decode($8, 'hex')
         AND (name, version, generation) IN (SELECT * FROM unnest($1::text[], $2::integer[], $3::integer[]))
       ORDER BY name, version, generation FOR UPDATE)
     UPDATE views.projection_checkpoint AS moved SET position = $6, hash = decode($7, 'hex') FROM held
     WHERE moved.shard = $4 AND moved.name = held.name AND moved.version = held.version
       AND moved.generation = held.generation AND (SELECT count(*) FROM held) = cardinality($1)`,
    values: [
      identities.map(([name]) => name),
      identities.map(([, version]) => version),
      identities.map(([, , generation]) => generation),
      from.shard,
      from.position,
      to.position,
      to.hash,
      from.hash,
    ],
  });
  return rowCount === generations.length;
};

export const removeCheckpoints = async (client: SqlClient, of: Generation): Promise<void> => {
  await client.query(
    `DELETE FROM views.projection_checkpoint WHERE name = $1 AND version = $2 AND generation = $3`,
    identity(of),
  );
};
