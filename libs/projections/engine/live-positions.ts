import type { Pool } from 'pg';
import type { LedgerReader } from '../../ledger/ledger.js';
import { readCheckpoints, type Checkpoint } from './checkpoint.js';
import type { Generation } from './generations.js';
import type { Projection } from './projection.js';
import { ensureLive } from './rebuild.js';

/** The live generation of a projection, and its checkpoint in each shard, as this process last saw them. */
export interface LiveProjection {
  readonly generation: Generation;
  readonly checkpoints: Map<number, Checkpoint>;
}

/** Which generation of each projection is live, and how far it is in each shard. */
export class LivePositions {
  private readonly live = new Map<Projection, LiveProjection>();
  private readonly doubted = new Set<number>();

  constructor(
    private readonly pool: Pool,
    private readonly reader: LedgerReader,
    private readonly projections: readonly Projection[],
  ) {}

  /** Reads the positions of all projections for the loop of shard `by`, see `reload`. */
  async load(by?: number): Promise<void> {
    for (const projection of this.projections) await this.reload(projection, by);
  }

  /**
   * The loop of a shard is the only one that advances it, and between its chunks what the database says of it holds,
   * even when that is less than before: views can be emptied, restored, or lose their last commits in a fail-over. Of
   * other shards less can also mean that their loops committed while this was read: what is known stays, and their own
   * loops look (`mustReload`).
   */
  async reload(projection: Projection, by?: number): Promise<void> {
    // Committed before the question was asked, so that the answer must have it, unless the views were put back.
    const certain = new Map(this.live.get(projection)?.checkpoints);
    const generation = await ensureLive(this.pool, this.reader, projection);
    const read = await readCheckpoints(this.pool, generation);
    const before = this.live.get(projection);
    const checkpoints = new Map(read.map((checkpoint) => [checkpoint.shard, checkpoint]));
    this.live.set(projection, { generation, checkpoints });
    if (before?.generation.generation !== generation.generation) return;
    for (const [shard, known] of before.checkpoints) {
      const position = checkpoints.get(shard)?.position ?? 0;
      if (shard === by || known.position <= position) continue;
      checkpoints.set(shard, known);
      if (position < (certain.get(shard)?.position ?? 0)) this.doubted.add(shard);
    }
  }

  /**
   * A shard's loop asks whether another loop was told of less than had been committed in it by then, so that its views
   * may have been put back. True once: it is to read the positions itself.
   */
  mustReload(shard: number): boolean {
    return this.doubted.delete(shard);
  }

  /** A position never goes back by this, nor into a generation that is no longer the one that is known. */
  advance({ projection, generation }: Generation, to: Checkpoint): void {
    const known = this.live.get(projection);
    if (known?.generation.generation !== generation) return;
    const from = known.checkpoints.get(to.shard);
    if (from === undefined || from.position < to.position) known.checkpoints.set(to.shard, to);
  }

  reached(projection: Projection, shard: number): number {
    return this.live.get(projection)?.checkpoints.get(shard)?.position ?? 0;
  }

  /** Hashes of all projections' checkpoints in the shard, as a text to compare. */
  hashes(shard: number): string {
    return this.projections
      .map((projection) => this.live.get(projection)?.checkpoints.get(shard)?.hash)
      .join();
  }

  /** Positions in the shard at which any projection stands, ascending. */
  positions(shard: number): readonly number[] {
    const positions = this.projections.map((projection) => this.reached(projection, shard));
    return [...new Set(positions)].sort((left, right) => left - right);
  }

  at(shard: number, position: number): readonly LiveProjection[] {
    return this.projections.flatMap((projection) => {
      const live = this.live.get(projection);
      return live && this.reached(projection, shard) === position ? [live] : [];
    });
  }
}
