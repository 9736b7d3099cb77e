import type { LedgerReader, RecordedEntry } from '../../libs/ledger/ledger.js';
import type { EventSource } from '../../libs/projections/engine/event-source.js';

/** What the topic brought of one shard. */
interface Held {
  /** Proven to be the ledger's, ascending by position, each once. May have gaps. */
  readonly entries: readonly RecordedEntry[];
  /** How far the ledger is known to go. */
  readonly through: number;
}

const NO_ENTRIES: Held = { entries: [], through: 0 };

/**
 * Reads for the runner of standalone mode: from what the topic brought where that is at hand, from the ledger where it
 * is not, and nothing beyond what the topic has told of. So duplicates, gaps, a projection that is further behind than
 * the others and one that was just made all need no care of their own.
 */
export class TopicSource implements EventSource {
  private readonly held = new Map<number, Held>();

  constructor(
    private readonly ledger: Pick<LedgerReader, 'read'>,
    private readonly count: (from: 'topic' | 'ledger', entries: number) => void = () => undefined,
  ) {}

  offer(shard: number, entries: readonly RecordedEntry[], through: number): void {
    this.held.set(shard, { entries, through: Math.max(through, this.of(shard).through) });
  }

  /** Lets go of the entries; how far the ledger goes is remembered, for projections that are not there yet. */
  clear(shard: number): void {
    this.held.set(shard, { entries: [], through: this.of(shard).through });
  }

  async read(shard: number, after: number, limit: number): Promise<readonly RecordedEntry[]> {
    const { entries, through } = this.of(shard);
    if (after >= through) return [];
    const from = firstAfter(entries, after);
    let to = from;
    while (to - from < limit && entries[to]?.position === after + 1 + to - from) to += 1;
    if (to > from) {
      this.count('topic', to - from);
      return entries.slice(from, to);
    }
    const gapEnd = entries[from]?.position ?? through + 1;
    const healed = await this.ledger.read(shard, after, Math.min(limit, gapEnd - after - 1));
    this.count('ledger', healed.length);
    return healed;
  }

  private of(shard: number): Held {
    return this.held.get(shard) ?? NO_ENTRIES;
  }
}

/** Index of the first entry with a position > after. */
const firstAfter = (entries: readonly RecordedEntry[], after: number): number => {
  const index = entries.findIndex(({ position }) => position > after);
  return index < 0 ? entries.length : index;
};
