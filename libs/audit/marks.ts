/** The hash at a position of a shard. */
export interface Mark {
  readonly position: number;
  readonly hash: string;
}

export const markText = ({ position, hash }: Mark): string => `${position} ${hash}`;

export const markOf = (text: string): Mark => {
  const [position, hash] = text.split(' ');
  return { position: Number(position), hash: hash ?? '' };
};

const MARKS_MAX = 256;
const SPACING_MIN = 16;

/** So that a ledger of a thousand shards does not give a checkpoint of megabytes. */
export const marksMaxOf = (shardCount: number): number =>
  Math.max(8, Math.min(MARKS_MAX, Math.floor(8_192 / shardCount)));

/**
 * Hashes at evenly spaced positions of a shard, at most `max` of them however long it becomes: where there would be more,
 * every other one goes. With them a change can be narrowed down to the space between two.
 */
export class Marks {
  private spacing = SPACING_MIN;
  private kept: Mark[] = [];

  constructor(private readonly max: number) {}

  add(position: number, hash: string): void {
    if (position % this.spacing !== 0) return;
    this.kept.push({ position, hash });
    if (this.kept.length <= this.max) return;
    this.spacing *= 2;
    this.kept = this.kept.filter((mark) => mark.position % this.spacing === 0);
  }

  get all(): readonly Mark[] {
    return this.kept;
  }
}
