/** One topic as kafkajs pauses it: all of it, or some partitions. */
interface PausedTopic {
  readonly topic: string;
  readonly partitions?: number[];
}

/** What a consumer was told not to fetch: a client that is built anew has to be told again. */
export class Pauses {
  private readonly paused = new Map<string, ReadonlySet<number> | 'all'>();

  /** Without partitions: the whole topic. */
  add(topic: string, partitions?: readonly number[]): void {
    const before = this.paused.get(topic);
    const all = partitions === undefined || before === 'all';
    this.paused.set(topic, all ? 'all' : new Set([...(before ?? []), ...partitions]));
  }

  /** Without partitions: the whole topic. `assigned`: of a topic that is paused as a whole, what is left is among these. */
  remove(
    topic: string,
    partitions: readonly number[] | undefined,
    assigned: readonly number[],
  ): void {
    const before = this.paused.get(topic);
    if (partitions === undefined || before === undefined) {
      this.paused.delete(topic);
      return;
    }
    const held = before === 'all' ? assigned : [...before];
    this.paused.set(topic, new Set(held.filter((each) => !partitions.includes(each))));
  }

  has(topic: string, partition: number): boolean {
    const which = this.paused.get(topic);
    return which === 'all' || (which?.has(partition) ?? false);
  }

  all(): PausedTopic[] {
    const topics: PausedTopic[] = [];
    for (const [topic, which] of this.paused)
      if (which === 'all') topics.push({ topic });
      else if (which.size > 0) topics.push({ topic, partitions: [...which] });
    return topics;
  }
}
