import type { Pool } from 'pg';
import type { LedgerReader } from '../ledger/ledger.js';
import { readCheckpoints, type Checkpoint } from './checkpoint.js';
import type { Generation } from './generations.js';
import type { Projection } from './projection.js';
import { ensureLive } from './rebuild.js';

/** A projection as this process last saw it. */
export interface Standing {
  readonly generation: Generation;
  readonly checkpoints: Map<number, Checkpoint>;
}

/** Which generation of each projection is live, and how far it is. */
export class Standings {
  private readonly standings = new Map<Projection, Standing>();

  constructor(
    private readonly pool: Pool,
    private readonly reader: LedgerReader,
    private readonly projections: readonly Projection[],
  ) {}

  async load(): Promise<void> {
    for (const projection of this.projections) await this.reload(projection);
  }

  async reload(projection: Projection): Promise<void> {
    const generation = await ensureLive(this.pool, this.reader, projection);
    const checkpoints = await readCheckpoints(this.pool, generation);
    const before = this.standings.get(projection);
    this.standings.set(projection, { generation, checkpoints: new Map() });
    for (const checkpoint of checkpoints) this.advance(generation, checkpoint);
    // What the loops of other shards committed while this was read.
    if (before?.generation.generation === generation.generation)
      for (const checkpoint of before.checkpoints.values()) this.advance(generation, checkpoint);
  }

  /** Never back; and not into a generation that is no longer the one that is known. */
  advance({ projection, generation }: Generation, to: Checkpoint): void {
    const standing = this.standings.get(projection);
    if (standing?.generation.generation !== generation) return;
    const from = standing.checkpoints.get(to.shard);
    if (from === undefined || from.position < to.position) standing.checkpoints.set(to.shard, to);
  }

  reached(projection: Projection, shard: number): number {
    return this.standings.get(projection)?.checkpoints.get(shard)?.position ?? 0;
  }

  /** Positions in the shard at which any projection stands, ascending. */
  positions(shard: number): readonly number[] {
    const positions = this.projections.map((projection) => this.reached(projection, shard));
    return [...new Set(positions)].sort((left, right) => left - right);
  }

  at(shard: number, position: number): readonly Standing[] {
    return this.projections
      .filter((projection) => this.reached(projection, shard) === position)
      .map((projection) => this.standings.get(projection)!);
  }
}
