import type { Pool } from 'pg';
import type { Projection } from './projection.js';

/** How far a live view is in a shard. */
export interface Standing {
  readonly name: string;
  readonly shard: number;
  readonly position: number;
}

/** Of all shards of these projections, whichever process projects them: one statement. A view that is not live yet is left out. */
export const liveStanding = async (
  pool: Pick<Pool, 'query'>,
  projections: readonly Projection[],
): Promise<readonly Standing[]> => {
  const { rows } = await pool.query<{ name: string; shard: number; position: string }>({
    name: 'views-live-standing',
    text: `SELECT c.name, c.shard, c.position FROM views.projection p
     JOIN views.projection_checkpoint c USING (name, version, generation)
     JOIN unnest($1::text[], $2::integer[]) AS wanted (name, version) USING (name, version)
     WHERE p.state = 'live'`,
    values: [projections.map(({ name }) => name), projections.map(({ version }) => version)],
  });
  return rows.map(({ name, shard, position }) => ({ name, shard, position: Number(position) }));
};
