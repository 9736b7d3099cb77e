import type { Pool } from 'pg';
import type { LedgerReader } from '../../ledger/ledger.js';
import {
  createCheckpoints,
  readCheckpoints,
  removeCheckpoints,
  type Checkpoint,
} from './checkpoint.js';
import type { EventSource } from './event-source.js';
import {
  changingGenerations,
  dropTables,
  generationsIn,
  liveGeneration,
  newGeneration,
  type Generation,
} from './generations.js';
import type { Projection } from './projection.js';
import type { CommitPoint } from './commit-chunk.js';
import { runChunk } from './run-projection.js';

export interface RebuildProgress {
  readonly projection: string;
  readonly generation: number;
  readonly folded: number;
  readonly heads: number;
}

export interface RebuildOptions {
  readonly pool: Pool;
  readonly reader: LedgerReader;
  readonly projection: Projection;
  readonly source?: EventSource;
  /** Entries per transaction. Default 1,000. */
  readonly limit?: number;
  readonly onProgress?: (progress: RebuildProgress) => void;
  readonly signal?: AbortSignal;
  /** For tests. */
  readonly at?: (point: CommitPoint) => void | Promise<void>;
}

/** The event at this place cannot be folded. What comes before it is; called again, the rebuild goes on there. */
export class RebuildStopped extends Error {
  constructor(
    readonly projection: Pick<Projection, 'name' | 'version'>,
    readonly shard: number,
    readonly position: number,
    readonly error: string,
  ) {
    super(`${projection.name} cannot fold shard ${shard} position ${position}: ${error}`);
  }
}

/** The live generation, made when there is none: a new one is live from its first row, and its answers say how far it is. */
export const ensureLive = async (
  pool: Pool,
  reader: LedgerReader,
  projection: Projection,
): Promise<Generation> =>
  (await liveGeneration(pool, projection)) ??
  (await changingGenerations(pool, async (client) => {
    const live = await liveGeneration(client, projection);
    if (live) return live;
    const made = await newGeneration(client, projection, 'live');
    await createCheckpoints(client, made, reader.shardCount, reader.genesisHash);
    return made;
  }));

/**
 * Fills another generation from position 0 beside the live one and then makes it the live one. Killed anywhere and
 * called again it goes on where it was. The old generation's tables stay until `dropRetired`, for those who still read.
 */
export const rebuild = async (options: RebuildOptions): Promise<Generation> => {
  const { pool, reader, projection } = options;
  await ensureLive(pool, reader, projection);
  const building = await changingGenerations(pool, async (client) => {
    const [begun] = await generationsIn(client, projection, 'building');
    if (begun) return begun;
    const made = await newGeneration(client, projection, 'building');
    await createCheckpoints(client, made, reader.shardCount, reader.genesisHash);
    return made;
  });
  do await catchUp(options, building);
  while (!(await makeLive(pool, building)));
  return building;
};

const catchUp = async (options: RebuildOptions, generation: Generation): Promise<void> => {
  const { pool, reader, source = reader, limit = 1_000, onProgress, signal } = options;
  const heads = (await reader.heads()).reduce((sum, head) => sum + head.position, 0);
  const work = { pool, source, reader, generation, limit, ...(options.at && { at: options.at }) };
  let checkpoints = await readCheckpoints(pool, generation);
  if (checkpoints.length === 0) throw finishedElsewhere(generation);
  for (const { shard } of checkpoints) {
    for (let more = true; more;) {
      signal?.throwIfAborted();
      const checkpoint = checkpoints.find((each) => each.shard === shard);
      if (!checkpoint) throw finishedElsewhere(generation);
      const outcome = await runChunk(work, checkpoint);
      switch (outcome.outcome) {
        case 'advanced':
          checkpoints = checkpoints.map((each) =>
            each.shard === shard ? outcome.checkpoint : each,
          );
          onProgress?.({
            projection: generation.projection.name,
            generation: generation.generation,
            folded: checkpoints.reduce((sum, { position }) => sum + position, 0),
            heads,
          });
          break;
        case 'overtaken':
          checkpoints = await readCheckpoints(pool, generation);
          break;
        case 'idle':
          more = false;
          break;
        case 'gone':
          throw finishedElsewhere(generation);
        case 'stopped':
          throw new RebuildStopped(generation.projection, shard, outcome.position, outcome.error);
      }
    }
  }
};

/** Its checkpoints are gone: another process made it live, and a third generation has replaced it since. */
const finishedElsewhere = ({ projection, generation }: Generation): Error =>
  new Error(
    `the rebuild of ${projection.name} (generation ${generation}) was finished elsewhere, and another has replaced it`,
  );

/** False: the live one has seen more by now, so answers would go back in time. Holds it still while it looks. */
const makeLive = (pool: Pool, building: Generation): Promise<boolean> =>
  changingGenerations(pool, async (client) => {
    const { projection } = building;
    const live = await liveGeneration(client, projection);
    if (!live)
      throw new Error(`no generation of ${projection.name} is live beside the one rebuilt`);
    if (live.generation === building.generation) return true;
    const seen = await readCheckpoints(client, live, 'FOR UPDATE');
    const built = await readCheckpoints(client, building, 'FOR UPDATE');
    if (!reached(built, seen)) return false;
    const become = (generation: Generation, state: string): Promise<unknown> =>
      client.query(
        `UPDATE views.projection SET state = $4, since = now()
         WHERE name = $1 AND version = $2 AND generation = $3`,
        [projection.name, projection.version, generation.generation, state],
      );
    await become(live, 'retired');
    await become(building, 'live');
    // Without its checkpoints nobody can fold into the old one any more.
    await removeCheckpoints(client, live);
    return true;
  });

const reached = (built: readonly Checkpoint[], seen: readonly Checkpoint[]): boolean =>
  seen.every(({ shard, position }) => {
    const here = built.find((checkpoint) => checkpoint.shard === shard);
    return here !== undefined && here.position >= position;
  });

/** Drops the tables of generations that were retired. A question that was reading one looks for the live one again. */
export const dropRetired = async (pool: Pool, projection: Projection): Promise<number> => {
  const retired = await generationsIn(pool, projection, 'retired');
  for (const generation of retired) {
    await changingGenerations(pool, async (client) => {
      await dropTables(client, generation);
      await client.query(
        `DELETE FROM views.projection WHERE name = $1 AND version = $2 AND generation = $3`,
        [projection.name, projection.version, generation.generation],
      );
    });
  }
  return retired.length;
};
