import type { Pool } from 'pg';
import type { LedgerReader } from '../../ledger/ledger.js';
import { readProgress, type SkippedEvent } from './checkpoint.js';
import { generationsIn, type Generation, type GenerationState } from './generations.js';
import type { Projection } from './projection.js';
import { quarantined, type Quarantined } from './quarantine.js';
import { SKIPPED_EVENTS_TOLD } from '../asking/question.js';
import { skipOf } from './skips.js';
import type { MinPosition } from './projector.js';
import type { Views } from '../asking/read-view.js';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly state: GenerationState;
  readonly ledgerPosition: Readonly<Record<string, number>>;
  /** Events behind the heads, all shards together. */
  readonly lag: number;
  /** Events that keep a shard from going on: nobody has decided to pass over them. */
  readonly stoppedAt: readonly Quarantined[];
  /** Events of any tenant that it lacks, because somebody decided to pass over them. */
  readonly skipped: number;
  /** Which, as `shard:position`, in that order; at most 20 of `skipped`. */
  readonly skippedEvents: readonly string[];
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
        statuses.push(await statusOf(pool, reader, generation, state, heads));
      }
    }
  }
  return statuses;
};

const statusOf = async (
  pool: Pool,
  reader: LedgerReader,
  of: Generation,
  state: GenerationState,
  heads: Awaited<ReturnType<LedgerReader['heads']>>,
): Promise<ProjectionStatus> => {
  const { name, version } = of.projection;
  const { checkpoints, skipped } = await readProgress(pool, of);
  const positions = new Map(checkpoints.map(({ shard, position }) => [shard, position]));
  const behind = heads.map(({ shard, position }) => position - (positions.get(shard) ?? 0));
  return {
    name,
    version,
    generation: of.generation,
    state,
    ledgerPosition: Object.fromEntries(positions),
    lag: state === 'retired' ? 0 : behind.reduce((sum, each) => sum + Math.max(0, each), 0),
    stoppedAt: await stopping(pool, reader, of.projection, positions),
    skipped: skipped.length,
    skippedEvents: skipped.slice(0, SKIPPED_EVENTS_TOLD).map(eventText),
  };
};

const eventText = ({ shard, position }: SkippedEvent): string => `${shard}:${position}`;

const stopping = async (
  pool: Pool,
  reader: LedgerReader,
  projection: Projection,
  positions: ReadonlyMap<number, number>,
): Promise<readonly Quarantined[]> => {
  const stopped: Quarantined[] = [];
  for (const each of await quarantined(pool, projection)) {
    const { shard, position } = each;
    if (positions.get(shard) !== position - 1) continue;
    const [entry] = await reader.readEnvelopes(shard, position - 1, 1);
    // One that is decided is passed over as soon as somebody projects.
    if (!entry || (await skipOf(reader, projection, entry)) === null) stopped.push(each);
  }
  return stopped;
};

/** How many events each live view lacks, those that lack any: one statement, for probes. */
export const skippedByView = async (
  pool: Pick<Pool, 'query'>,
  projections: readonly Projection[],
): Promise<Readonly<Record<string, number>>> => {
  const { rows } = await pool.query<{ name: string; skipped: string }>(
    `SELECT s.name, count(*) AS skipped FROM views.skipped_event s
     JOIN views.projection p USING (name, version, generation)
     JOIN unnest($1::text[], $2::integer[]) AS wanted (name, version) USING (name, version)
     WHERE p.state = 'live' GROUP BY s.name ORDER BY s.name`,
    [projections.map(({ name }) => name), projections.map(({ version }) => version)],
  );
  return Object.fromEntries(rows.map(({ name, skipped }) => [name, Number(skipped)]));
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
    if (rows[0]?.behind === '0') return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, left)));
  }
};
