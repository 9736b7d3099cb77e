import type { Pool } from 'pg';
import type { LedgerReader } from '../ledger/ledger.js';
import { readCheckpoints } from './checkpoint.js';
import { generationsIn, type Generation, type GenerationState } from './generations.js';
import type { Projection } from './projection.js';
import { quarantined, type Quarantined } from './quarantine.js';
import type { MinPosition } from './projector.js';
import type { Views } from './read-view.js';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly state: GenerationState;
  readonly ledgerPosition: Readonly<Record<string, number>>;
  /** Events behind the heads, all shards together. */
  readonly lag: number;
  /** Events that keep a shard from going on. */
  readonly stoppedAt: readonly Quarantined[];
}

/** Every generation there is of these projections, live ones first. */
export const projectionStatus = async (
  pool: Pool,
  reader: LedgerReader,
  projections: readonly Projection[],
): Promise<ProjectionStatus[]> => {
  const heads = await reader.heads();
  const statuses: ProjectionStatus[] = [];
  for (const state of ['live', 'building', 'retired'] as const) {
    for (const projection of projections) {
      for (const generation of await generationsIn(pool, projection, state)) {
        statuses.push(await statusOf(pool, generation, state, heads));
      }
    }
  }
  return statuses;
};

const statusOf = async (
  pool: Pool,
  of: Generation,
  state: GenerationState,
  heads: Awaited<ReturnType<LedgerReader['heads']>>,
): Promise<ProjectionStatus> => {
  const { name, version } = of.projection;
  const checkpoints = await readCheckpoints(pool, of);
  const positions = new Map(checkpoints.map(({ shard, position }) => [shard, position]));
  const behind = heads.map(({ shard, position }) => position - (positions.get(shard) ?? 0));
  return {
    name,
    version,
    generation: of.generation,
    state,
    ledgerPosition: Object.fromEntries(positions),
    lag: state === 'retired' ? 0 : behind.reduce((sum, each) => sum + Math.max(0, each), 0),
    stoppedAt: (await quarantined(pool, of.projection)).filter(
      ({ shard, position, decision }) => decision === null && positions.get(shard) === position - 1,
    ),
  };
};

/**
 * Waits until the live views of `projections` have seen `minPosition`, whichever process projects them. False: not
 * within `timeoutMs`.
 */
export const waitForViews = async (
  { pool }: Pick<Views, 'pool'>,
  projections: readonly Projection[],
  minPosition: MinPosition,
  timeoutMs: number,
  pollMs = 25,
): Promise<boolean> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { rows } = await pool.query<{ behind: string }>(
      `SELECT count(*) AS behind
       FROM unnest($1::text[], $2::integer[]) AS wanted (name, version)
       CROSS JOIN unnest($3::integer[], $4::bigint[]) AS least (shard, at)
       LEFT JOIN views.projection p ON p.name = wanted.name AND p.version = wanted.version AND p.state = 'live'
       LEFT JOIN views.projection_checkpoint c
         ON c.name = p.name AND c.version = p.version AND c.generation = p.generation AND c.shard = least.shard
       WHERE coalesce(c.position, 0) < least.at`,
      [
        projections.map(({ name }) => name),
        projections.map(({ version }) => version),
        Object.keys(minPosition).map(Number),
        Object.values(minPosition),
      ],
    );
    if (rows[0]!.behind === '0') return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, left)));
  }
};
