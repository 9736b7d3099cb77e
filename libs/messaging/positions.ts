/** Records that the group has not read and that it cannot read any more. */
export interface LostRange {
  readonly topic: string;
  readonly partition: number;
  /**
   * `deleted`: the broker deleted what the group had before it. `no-offset`: the group has no offset (a new group, or one
   * that was away until its offsets expired), and the log no longer begins at 0: perhaps it was read once. `made-anew`: the
   * log ends before the group's offset, or begins again: the topic was deleted and made again, or cut; what was in it
   * behind that offset is not known.
   */
  readonly reason: 'deleted' | 'no-offset' | 'made-anew';
  /** Where the group would have gone on, and where it goes on. */
  readonly next: number;
  readonly goesOnAt: number;
  /** Offsets that are lost; 0 where nobody knows. Markers of transactions have offsets too. */
  readonly offsets: number;
}

export interface LogRange {
  /** The first offset that is there, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** Questions to the cluster about a topic; answers are by partition. */
export interface Log {
  ranges(topic: string): Promise<readonly LogRange[]>;
  committed(topic: string): Promise<readonly (number | null)[]>;
  /** So that a deletion can be told later, wherever the group has no offset yet. */
  mark(topic: string, partition: number, offset: number): Promise<void>;
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/**
 * Where a member of a group is in its partitions, and what was taken from under it. The client goes on from the start of
 * the log by itself and says nothing of what it passed over.
 */
export class Positions {
  private readonly next = new Map<string, number>();
  /** Fetched and not settled: the end of it. What is in hand is not lost, whatever became of the log. */
  private readonly inHand = new Map<string, number>();
  private assigned: Readonly<Record<string, readonly number[]>> = {};

  constructor(
    private readonly log: Log,
    private readonly onLost: (lost: LostRange) => void,
  ) {}

  /** Before anything is fetched of an assignment. */
  async begin(assigned: Readonly<Record<string, readonly number[]>>): Promise<void> {
    this.next.clear();
    this.inHand.clear();
    this.assigned = assigned;
    for (const [topic, partitions] of Object.entries(assigned)) {
      const committed = await this.log.committed(topic);
      const ranges = await this.log.ranges(topic);
      for (const partition of partitions) {
        const range = ranges[partition];
        if (range === undefined) continue;
        const next = committed[partition] ?? null;
        if (next !== null) this.compare(topic, partition, next, range);
        else {
          this.goOn(topic, partition, 0, range.start, 'no-offset');
          await this.log.mark(topic, partition, range.start);
        }
      }
    }
  }

  /** A batch is there: from `first` on, up to and without `end`. */
  async sees(topic: string, partition: number, first: number, end: number): Promise<void> {
    const name = nameOf(topic, partition);
    const next = this.next.get(name);
    if (next !== undefined && first < next) this.goOn(topic, partition, next, first, 'made-anew');
    if (next !== undefined && first > next) {
      // Aborted records leave gaps too: only what lies before the start of the log is lost.
      const start = (await this.log.ranges(topic))[partition]?.start ?? 0;
      if (start > next) this.goOn(topic, partition, next, Math.min(start, first), 'deleted');
      this.next.set(name, first);
    }
    this.inHand.set(name, end);
  }

  /** Everything before `next` is durable. */
  settled(topic: string, partition: number, next: number): void {
    this.next.set(nameOf(topic, partition), next);
  }

  /** The batch is over, settled or not. */
  done(topic: string, partition: number): void {
    this.inHand.delete(nameOf(topic, partition));
  }

  /** For partitions of which nothing comes: what was deleted there nobody would hear of. */
  async look(): Promise<void> {
    for (const [topic, partitions] of Object.entries(this.assigned)) {
      const before = partitions.map((partition) => this.next.get(nameOf(topic, partition)));
      const ranges = await this.log.ranges(topic);
      for (const [index, partition] of partitions.entries()) {
        const name = nameOf(topic, partition);
        const next = before[index];
        const range = ranges[partition];
        const isStill = next !== undefined && next === this.next.get(name);
        if (range === undefined || !isStill || this.inHand.has(name)) continue;
        if (this.compare(topic, partition, next, range))
          await this.log.mark(topic, partition, range.start);
      }
    }
  }

  /** True: something was lost. */
  private compare(topic: string, partition: number, next: number, range: LogRange): boolean {
    const isBefore = next < range.start;
    const isBehind = next > range.end;
    if (isBefore) this.goOn(topic, partition, next, range.start, 'deleted');
    else if (isBehind) this.goOn(topic, partition, next, range.start, 'made-anew');
    else this.next.set(nameOf(topic, partition), next);
    return isBefore || isBehind;
  }

  private goOn(
    topic: string,
    partition: number,
    next: number,
    goesOnAt: number,
    reason: LostRange['reason'],
  ): void {
    this.next.set(nameOf(topic, partition), goesOnAt);
    if (next === goesOnAt) return;
    const offsets = Math.max(0, goesOnAt - next);
    this.onLost({ topic, partition, reason, next, goesOnAt, offsets });
  }
}
