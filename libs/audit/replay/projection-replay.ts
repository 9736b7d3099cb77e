import type { ChainPoint, RecordedEntry } from '../../ledger/ledger.js';
import { isDataError } from '../../projections/engine/commit-chunk.js';
import { Folding } from '../../projections/engine/folding.js';
import type { Projection } from '../../projections/engine/projection.js';
import { UnstorableCell } from '../../projections/engine/storable.js';
import type { Decisions, PassedOver } from './decisions.js';
import type { ReplayStore } from './store.js';
import { TooManyRows } from './memory-store.js';

export interface FailedEvent {
  readonly shard: number;
  readonly position: number;
  readonly error: string;
}

type Failure = FailedEvent & Pick<RecordedEntry, 'tenant' | 'hash'>;

/** One projection, folded again from zero. */
export class ProjectionReplay {
  /** Entries folded, those of no concern to the view included, those that failed not. */
  entries = 0;
  private readonly reached = new Map<number, ChainPoint>();
  private readonly failures: Failure[] = [];

  constructor(
    readonly projection: Projection,
    private readonly store: ReplayStore,
    private readonly genesis: ChainPoint,
    private readonly tenant: string | undefined,
  ) {}

  at(shard: number): ChainPoint {
    return this.reached.get(shard) ?? this.genesis;
  }

  /** Folds those entries of a page that follow what was folded before, up to a position. */
  async take(shard: number, entries: readonly RecordedEntry[], upTo: number): Promise<void> {
    const from = this.at(shard).position;
    const next = entries.filter(({ position }) => position > from && position <= upTo);
    const [first] = next;
    const last = next.at(-1);
    // The page may begin after the place that this one is at: its turn comes.
    if (last === undefined || first?.position !== from + 1) return;
    await this.foldAll(next.filter(({ tenant }) => tenant === (this.tenant ?? tenant)));
    this.entries += next.length;
    this.reached.set(shard, { position: last.position, hash: last.hash });
  }

  /** The projection failed on an event that no decision found so far passes over. */
  undecided(decisions: Decisions): boolean {
    return this.failures.some((each) => decisions.of(this.projection, each) === null);
  }

  settle(decisions: Decisions): {
    readonly passedOver: readonly PassedOver[];
    readonly failed: readonly FailedEvent[];
  } {
    const passedOver: PassedOver[] = [];
    const failed: FailedEvent[] = [];
    for (const failure of this.failures) {
      const { shard, position, error } = failure;
      const decision = decisions.of(this.projection, failure);
      if (decision === null) failed.push({ shard, position, error });
      else passedOver.push({ shard, position, error, ...decision });
    }
    return { passedOver, failed };
  }

  /** All at once; what cannot be taken so is halved, until the event that brought it stands alone. */
  private async foldAll(entries: readonly RecordedEntry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      const folding = new Folding(this.projection, 'storable-only');
      for (const entry of entries) takeEntry(folding, entry);
      await this.store.add(this.projection, folding.changes);
    } catch (error) {
      if (!isOfAnEvent(error)) throw error;
      const [first] = entries;
      if (first !== undefined && entries.length === 1) return this.fail(first, error);
      const half = entries.length >> 1;
      await this.foldAll(entries.slice(0, half));
      await this.foldAll(entries.slice(half));
    }
  }

  private fail({ tenant, shard, position, hash }: RecordedEntry, error: unknown): void {
    const said = error instanceof FoldFailed ? error.cause : error;
    const text = said instanceof Error ? said.message : String(said);
    this.failures.push({ tenant, shard, position, hash, error: text });
    this.entries -= 1;
  }
}

/** A fold that threw: the event's fault, and not the database's. */
class FoldFailed extends Error {}

const takeEntry = (folding: Folding, entry: RecordedEntry): void => {
  try {
    folding.take(entry);
  } catch (cause) {
    throw new FoldFailed('', { cause });
  }
};

const isOfAnEvent = (error: unknown): boolean =>
  error instanceof FoldFailed ||
  error instanceof UnstorableCell ||
  (!(error instanceof TooManyRows) && isDataError(error));
