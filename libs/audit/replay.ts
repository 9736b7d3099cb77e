import type { Pool, PoolClient } from 'pg';
import type { ChainPoint, LedgerReader, RecordedEntry } from '../ledger/ledger.js';
import {
  readProgress,
  type Checkpoint,
  type SkippedEvent,
} from '../projections/engine/checkpoint.js';
import { liveGeneration, tableName, type Generation } from '../projections/engine/generations.js';
import type { Projection } from '../projections/engine/projection.js';
import {
  chainFault,
  EVENTS_TOLD,
  isSound,
  recordFault,
  type Replay,
  type ReplayedProjection,
} from './replay/answer.js';
import { LedgerFault, readChained } from './replay/chain.js';
import { compareRows, type Compared } from './replay/compare.js';
import { checkHeads, readChainHeads, type Head } from './replay/heads.js';
import { ProjectionReplay } from './replay/projection-replay.js';
import { Decisions } from './replay/decisions.js';
import { openStore, type ReplayStore } from './replay/store.js';
import { sortedRows } from './replay/temporary-store.js';

export interface ReplayOptions {
  /** Connections of a role that may read everything; it needs no right to write. */
  readonly pool: Pool;
  readonly reader: Pick<LedgerReader, 'ledgerId' | 'genesisHash'>;
  readonly projections: readonly Projection[];
  /** Only this tenant's entries and rows. Default: all. */
  readonly tenant?: string;
  /** Default: temporary tables where the session may make them. */
  readonly store?: 'memory' | 'any';
  readonly onProgress?: (progress: { readonly folded: number; readonly of: number }) => void;
}

const PAGE = 1_000;

/**
 * Folds every event from zero and compares with the live views, row by row. Every entry is recomputed from its bytes on
 * the way, so that what somebody changed is not folded in silence. It writes nothing and waits for nothing: a view is
 * compared as far as it has seen. The projector may go on meanwhile: what it adds is replayed too, inside the transaction
 * that compares.
 *
 * In temporary tables all views are folded in one pass; in memory one after the other.
 * @throws TooManyRows when a view has more rows than are held in memory, where there are no temporary tables.
 */
export const replayAndCompare = async (options: ReplayOptions): Promise<Replay> => {
  const client = await options.pool.connect();
  let kind: ReplayStore['kind'] = 'temporary-tables';
  try {
    // Texts of rows are compared.
    await client.query(`SET datestyle = 'ISO'; SET timezone = 'UTC'`);
    // Temporary tables are tables to a session that reads only. Where the server takes no writes at all, there are none.
    await client.query('SET default_transaction_read_only = off');
    const store = await openStore(client, options.projections, options.store);
    kind = store.kind;
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY');
    const together =
      kind === 'memory' ? options.projections.map((each) => [each]) : [options.projections];
    const compared: ReplayedProjection[] = [];
    for (const [index, projections] of together.entries()) {
      const own = index === 0 ? store : await openStore(client, projections, 'memory');
      const before = { groups: together.length, done: index };
      compared.push(...(await new Replaying(client, options, own, projections, before).run()));
    }
    return {
      matches: compared.every(isSound),
      ledger: null,
      store: kind,
      projections: compared,
    };
  } catch (error) {
    if (!(error instanceof LedgerFault)) throw error;
    const { fault, shard, position, detail } = error;
    const ledger = { fault, shard, position, detail };
    return { matches: false, ledger, store: kind, projections: [] };
  } finally {
    // Closing the connection drops its temporary tables, whatever happened.
    client.release(true);
  }
};

/** A view as it is at one moment. */
interface LiveView {
  readonly live: Generation;
  readonly checkpoints: readonly Checkpoint[];
  readonly skipped: readonly SkippedEvent[];
}

class Replaying {
  private readonly replays: readonly ProjectionReplay[];
  private readonly decisions = new Decisions();
  /** The last entry of each shard that was recomputed. */
  private readonly verified = new Map<number, ChainPoint>();

  constructor(
    private readonly client: PoolClient,
    private readonly options: ReplayOptions,
    private readonly store: ReplayStore,
    projections: readonly Projection[],
    private readonly of: { readonly groups: number; readonly done: number },
  ) {
    this.replays = projections.map(
      (projection) => new ProjectionReplay(projection, store, this.genesis, options.tenant),
    );
  }

  async run(): Promise<readonly ReplayedProjection[]> {
    const { client } = this;
    // Most of it outside of the snapshot: one that is held for long keeps the server from cleaning up.
    await this.fold(await this.liveViews(), (step) => transaction(client, READ_COMMITTED, step));
    return transaction(client, SNAPSHOT, async () => {
      const views = await this.liveViews();
      await this.fold(views, (step) => step());
      const heads = await readChainHeads(client);
      await checkHeads(client, heads, this.genesis.hash);
      await this.findDecisions(heads);
      const compared: ReplayedProjection[] = [];
      for (const [index, replay] of this.replays.entries())
        compared.push(await this.compared(replay, views[index] ?? null, heads));
      return compared;
    });
  }

  private get genesis(): ChainPoint {
    return { position: 0, hash: this.options.reader.genesisHash };
  }

  private async liveViews(): Promise<readonly (LiveView | null)[]> {
    const views: (LiveView | null)[] = [];
    for (const { projection } of this.replays) {
      const live = await liveGeneration(this.client, projection);
      views.push(
        live && {
          live,
          ...(await readProgress(this.client, live, this.options.tenant ?? null)),
        },
      );
    }
    return views;
  }

  /** Each projection up to its view's checkpoints; those that need the same entries take them together. */
  private async fold(
    views: readonly (LiveView | null)[],
    inStep: (step: () => Promise<boolean>) => Promise<boolean>,
  ): Promise<void> {
    const targets = new Map<number, number[]>();
    for (const [index, view] of views.entries())
      for (const { shard, position } of view?.checkpoints ?? []) {
        const each = targets.get(shard) ?? this.replays.map(() => 0);
        each[index] = position;
        targets.set(shard, each);
      }
    const of = [...targets.values()].reduce((sum, each) => sum + Math.max(...each), 0);
    for (const [shard, each] of [...targets].sort(([left], [right]) => left - right))
      while (await inStep(() => this.step(shard, each))) this.tell(of);
  }

  private tell(of: number): void {
    const { groups, done } = this.of;
    const here = [...this.verified.values()].reduce((sum, { position }) => sum + position, 0);
    const all = Math.max(of, here);
    this.options.onProgress?.({ folded: done * all + here, of: groups * all });
  }

  /** A page of the shard for those that are furthest behind. False: all have what they need. */
  private async step(shard: number, targets: readonly number[]): Promise<boolean> {
    const behind = this.replays.filter(
      (each, index) => each.at(shard).position < (targets[index] ?? 0),
    );
    if (behind.length === 0) return false;
    const from = behind
      .map((each) => each.at(shard))
      .reduce((least, each) => (each.position < least.position ? each : least));
    const upTo = Math.max(...targets);
    const entries = await this.read(shard, from, Math.min(PAGE, upTo - from.position));
    if (entries.length === 0)
      throw new LedgerFault(
        'tail-cut',
        shard,
        from.position + 1,
        `the shard ends at ${from.position}, and a view was folded up to ${upTo}`,
      );
    for (const [index, replay] of this.replays.entries())
      await replay.take(shard, entries, targets[index] ?? 0);
    return true;
  }

  private async read(
    shard: number,
    after: ChainPoint,
    limit: number,
  ): Promise<readonly RecordedEntry[]> {
    const { ledgerId } = this.options.reader;
    const entries = await readChained(this.client, { ledgerId, shard }, after, limit);
    for (const entry of entries) this.decisions.hear(entry);
    const last = entries.at(-1);
    if (last && last.position > this.reached(shard).position)
      this.verified.set(shard, { position: last.position, hash: last.hash });
    return entries;
  }

  private reached(shard: number): ChainPoint {
    return this.verified.get(shard) ?? this.genesis;
  }

  /** A decision may stand behind everything that the views have seen. */
  private async findDecisions(heads: readonly Head[]): Promise<void> {
    const open = (): boolean => this.replays.some((each) => each.undecided(this.decisions));
    for (const { shard, position } of heads)
      while (open() && this.reached(shard).position < position)
        if ((await this.read(shard, this.reached(shard), PAGE)).length === 0) break;
  }

  private async compared(
    replay: ProjectionReplay,
    view: LiveView | null,
    heads: readonly Head[],
  ): Promise<ReplayedProjection> {
    const { name, version, tables } = replay.projection;
    const { passedOver, failed } = replay.settle(this.decisions);
    const outcome: Compared = { rows: 0, differences: 0, first: null };
    const sum = { ...outcome };
    for (const table of tables) {
      if (view === null) break;
      const live = sortedRows(
        this.client,
        tableName(view.live, table),
        table,
        this.options.tenant ?? null,
      );
      const { rows, differences, first } = await compareRows(table, live, this.store.rows(table));
      sum.rows += rows;
      sum.differences += differences;
      sum.first ??= first;
    }
    const checkpoints = view?.checkpoints ?? [];
    const seen = new Map(checkpoints.map(({ shard, position }) => [shard, position]));
    return {
      name,
      version,
      built: view !== null,
      ledgerPosition: Object.fromEntries(seen),
      lag: heads.reduce(
        (lag, { shard, position }) => lag + Math.max(0, position - (seen.get(shard) ?? 0)),
        0,
      ),
      entries: replay.entries,
      ...sum,
      chain: chainFault(replay, checkpoints),
      skipped: passedOver.length,
      skippedEvents: passedOver.slice(0, EVENTS_TOLD),
      failed: failed.length,
      failedEvents: failed.slice(0, EVENTS_TOLD),
      record: recordFault(view?.skipped ?? [], passedOver),
    };
  }
}

const READ_COMMITTED = 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY';
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** The connection is closed whatever happens, so a failure needs no ROLLBACK. */
const transaction = async <Result>(
  client: PoolClient,
  begin: string,
  body: () => Promise<Result>,
): Promise<Result> => {
  await client.query(begin);
  const result = await body();
  await client.query('COMMIT');
  return result;
};
