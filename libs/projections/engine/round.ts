import type { LivePositions, LiveProjection } from './live-positions.js';
import { runChunk, type ChunkOutcome, type ShardWork } from './run-projection.js';
import { runTogether, type TogetherOutcome } from './run-together.js';

export interface RoundWork {
  readonly shard: number;
  readonly positions: LivePositions;
  readonly work: ShardWork;
  readonly signal: AbortSignal;
  /** Told what became of a chunk of these projections before the next one begins. True: they got on. */
  readonly note: (members: readonly LiveProjection[], outcome: ChunkOutcome) => Promise<boolean>;
}

/** A chunk of each projection, those furthest behind first: up to the next ones, then with them. True when any got on. */
export const runRound = async (round: RoundWork): Promise<boolean> => {
  const { shard, work, signal } = round;
  const positions = round.positions.positions(shard);
  let advanced = false;
  for (const [index, position] of positions.entries()) {
    if (signal.aborted) return false;
    // Not beyond the place where the next ones stand: from there on they go together.
    const apart = (positions[index + 1] ?? Infinity) - position;
    const chunk = { ...work, limit: Math.min(work.limit, apart) };
    advanced = (await advance({ ...round, work: chunk }, position)) || advanced;
  }
  return advanced;
};

const advance = async (round: RoundWork, position: number): Promise<boolean> => {
  const { shard, work, signal, note } = round;
  const members = round.positions.at(shard, position);
  const outcome = await together(members, shard, work);
  if (outcome.outcome !== 'alone') return note(members, outcome);
  let advanced = false;
  for (const member of members) {
    if (signal.aborted) return false;
    const { generation, checkpoints } = member;
    const checkpoint = checkpoints.get(shard);
    if (!checkpoint) throw new Error(`${generation.projection.name} has no checkpoint of ${shard}`);
    const alone = await runChunk({ ...work, generation }, checkpoint);
    advanced = (await note([member], alone)) || advanced;
  }
  return advanced;
};

const together = async (
  members: readonly LiveProjection[],
  shard: number,
  work: ShardWork,
): Promise<TogetherOutcome> => {
  const [first, ...others] = members.map(({ checkpoints }) => checkpoints.get(shard));
  // With another hash at the same position, one of them was folded from another history: which, `runChunk` says.
  if (!first || others.length === 0 || others.some((each) => each?.hash !== first.hash))
    return { outcome: 'alone' };
  return runTogether({ ...work, generations: members.map(({ generation }) => generation) }, first);
};
