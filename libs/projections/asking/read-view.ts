import type { Pool, PoolClient } from 'pg';
import type { Instant } from '../../domain/decider.js';
import { parseInstant } from '../../domain/instant.js';
import type { LedgerReader, RecordedEntry } from '../../ledger/ledger.js';
import { shardOf } from '../../ledger/format/shard.js';
import { allBlocks, wholeBlocks, wholeBlocksEnd, type BlockRange } from '../engine/blocks.js';
import { readProgress, type Checkpoint, type SkippedEvent } from '../engine/checkpoint.js';
import { Folding } from '../engine/folding.js';
import { liveGeneration, relationOf, type Queryable } from '../engine/generations.js';
import type { NetChanges } from '../engine/net-changes.js';
import type { Projection } from '../engine/projection.js';
import {
  asked as askedOf,
  QueryRefused,
  SKIPPED_EVENTS_TOLD,
  type Asked,
  type Seen,
  type TimeAxes,
} from './question.js';
import { selectWanted } from './select.js';
import { skipOf } from '../engine/skips.js';
import { inTransaction } from '../engine/transaction.js';
import { pick, together, type AnyRow, type AnyWanted, type RowsOf, type Wanted } from './wanted.js';

/** Where questions are answered from. `now` is for tests; it only says what day it is. */
export interface Views {
  readonly pool: Pool;
  readonly reader: LedgerReader;
  readonly now?: () => Instant;
}

export interface View<W extends Wanted> {
  readonly rows: RowsOf<W>;
  readonly seen: Seen;
  readonly asked: Asked;
}

export const nowOf = (views: Views): Instant =>
  views.now?.() ?? parseInstant(new Date().toISOString())!;

/** The last position of a shard that was recorded at or before `knownAt`. */
interface Known {
  readonly shard: number;
  readonly upTo: number;
}

const PAGE = 1_024;

/**
 * Rows for a question, all of one moment: checkpoints and rows come from one REPEATABLE READ transaction.
 *
 * With `knownAt`: sums are kept per block of positions, so whole blocks up to `knownAt` come from the tables and the
 * entries of the block that it falls into are folded here, by the same fold. A view that lags behind `knownAt` is
 * completed the same way. So the answer is exact and the same whenever it is asked. The cost is fewer entries than the
 * smallest block has, per shard, however long the ledger is.
 *
 * `root`: the agreement that a question is about, where it is about one: all its entries are in one shard.
 */
export const readView = async <W extends Wanted>(
  views: Views,
  projection: Projection,
  axes: TimeAxes,
  wantedOf: (asked: Asked) => W,
  root: string | null = null,
): Promise<View<W>> => {
  const asked = askedOf(axes, nowOf(views));
  const wanted = wantedOf(asked);
  const known = asked.knownAt === null ? null : await knownPositions(views.reader, asked.knownAt);
  const heads = known === null ? await views.reader.heads() : [];
  const home = root === null ? null : shardOfRoot(views, asked, root);
  const about = home === null ? known : known?.filter(({ shard }) => shard === home);
  const held = await snapshot(views.pool, projection, wanted, asked, about ?? null);
  const { checkpoints, rows } = held;
  const skipped = held.skipped.filter(
    ({ shard, position }) =>
      (home === null || shard === home) && position <= knownUpTo(known, shard),
  );
  // After the transaction: the ledger never changes what it said, and no connection waits for another.
  for (const each of about ?? []) {
    skipped.push(...(await addRemainder(views.reader, projection, wanted, asked, each, held)));
  }
  const merged = Object.fromEntries(
    Object.entries(wanted).map(([name, each]) => [name, together(rows.get(name)!, each)]),
  );
  const positions =
    known?.map(({ shard, upTo }) => [shard, upTo]) ??
    checkpoints.map(({ shard, position }) => [shard, position]);
  const lag = heads.reduce((sum, head) => {
    const position = checkpoints.find(({ shard }) => shard === head.shard)?.position ?? 0;
    return sum + Math.max(0, head.position - position);
  }, 0);
  const seen: Seen = {
    asOf: asked.asOf,
    knownAt: asked.knownAt,
    ledgerPosition: Object.fromEntries(positions) as Record<string, number>,
    lag,
    ...toldOf(skipped),
  };
  return { rows: merged as unknown as RowsOf<W>, seen, asked };
};

const knownUpTo = (known: readonly Known[] | null, shard: number): number =>
  known === null ? Infinity : (known.find((each) => each.shard === shard)?.upTo ?? 0);

/** Each once: what a block lacks its tables may lack too. */
const toldOf = (skipped: readonly SkippedEvent[]): Pick<Seen, 'skipped' | 'skippedEvents'> => {
  const each = new Map(skipped.map((event) => [`${event.shard}:${event.position}`, event]));
  const sorted = [...each].sort(
    ([, left], [, right]) => left.shard - right.shard || left.position - right.position,
  );
  return {
    skipped: sorted.length,
    skippedEvents: sorted.slice(0, SKIPPED_EVENTS_TOLD).map(([text]) => text),
  };
};

const shardOfRoot = ({ reader }: Views, { tenant }: Asked, root: string): number =>
  shardOf({ tenant, kind: 'agreement', key: root }, reader.shardCount);

const knownPositions = (reader: LedgerReader, knownAt: Instant): Promise<Known[]> =>
  Promise.all(
    Array.from({ length: reader.shardCount }, async (_, shard) => ({
      shard,
      upTo: await reader.positionAt(shard, knownAt),
    })),
  );

interface Snapshot {
  readonly checkpoints: readonly Checkpoint[];
  readonly rows: Map<string, AnyRow[]>;
  /** What the tables lack of the tenant's, because somebody decided to pass over it. */
  readonly skipped: readonly SkippedEvent[];
}

const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
const RELATION_GONE = '42P01';

const snapshot = async (
  pool: Pool,
  projection: Projection,
  wanted: Wanted,
  asked: Asked,
  known: readonly Known[] | null,
  attemptsLeft = 3,
): Promise<Snapshot> => {
  try {
    return await inTransaction(pool, BEGIN_SNAPSHOT, (client) =>
      select(client, projection, wanted, asked, known),
    );
  } catch (error) {
    // A retired generation was dropped between finding it and reading it: look again.
    const gone = (error as { code?: unknown }).code === RELATION_GONE;
    if (!gone || attemptsLeft <= 1) throw error;
  }
  return snapshot(pool, projection, wanted, asked, known, attemptsLeft - 1);
};

const select = async (
  client: PoolClient,
  projection: Projection,
  wanted: Wanted,
  asked: Asked,
  known: readonly Known[] | null,
): Promise<Snapshot> => {
  const live = await liveGeneration(client, projection);
  if (!live) {
    throw new QueryRefused(
      'view-not-ready',
      `the view ${projection.name} (version ${projection.version}) is not built yet: is the projector running?`,
      { projection: projection.name },
    );
  }
  const { checkpoints, skipped } = await readProgress(client, live, asked.tenant);
  const rows = new Map<string, AnyRow[]>();
  for (const [name, each] of Object.entries(wanted)) {
    const held = each.kind === 'sums' && known ? blocksOf(each, known, checkpoints) : null;
    rows.set(name, await selectRows(client, each, relationOf(live, each.table), asked, held));
  }
  return { checkpoints, rows, skipped };
};

/** The blocks of a table that hold nothing recorded after `known`; what they lack is what `addRemainder` folds. */
const blocksOf = (
  { table }: Extract<AnyWanted, { kind: 'sums' }>,
  known: readonly Known[],
  checkpoints: readonly Checkpoint[],
): BlockRange[] =>
  known.flatMap(({ shard, upTo }) =>
    positionOf(checkpoints, shard) <= upTo
      ? [allBlocks(shard, table.blocks)]
      : wholeBlocks(shard, upTo, table.blocks),
  );

/** Where the tables end that `blocksOf` takes: a view that has seen more than `upTo` gives whole blocks of sums only. */
const tablesEnd = (wanted: Wanted, folded: number, upTo: number): number => {
  if (folded <= upTo) return folded;
  const ends = new Set<number>();
  for (const each of Object.values(wanted)) {
    if (each.kind === 'sums') ends.add(wholeBlocksEnd(upTo, each.table.blocks));
  }
  if (ends.size > 1) throw new Error('the tables of one question have blocks of different sizes');
  // Facts carry their own recordedAt, so the tables have given all of them.
  return [...ends][0] ?? upTo;
};

const selectRows = async (
  client: Queryable,
  wanted: AnyWanted,
  relation: string,
  asked: Asked,
  held: readonly BlockRange[] | null,
): Promise<AnyRow[]> => {
  const { text, values, read } = selectWanted(wanted, relation, asked, held);
  const query = { text, values: [...values], rowMode: 'array' as const };
  const { rows } = await client.query<(string | null)[]>(query);
  return rows.map(read);
};

const positionOf = (checkpoints: readonly Checkpoint[], shard: number): number =>
  checkpoints.find((checkpoint) => checkpoint.shard === shard)?.position ?? 0;

/**
 * Folds what the tables could not give: entries of the block of `knownAt`, or those that the view has not seen yet.
 * Answers what was passed over on the way.
 */
const addRemainder = async (
  reader: LedgerReader,
  projection: Projection,
  wanted: Wanted,
  asked: Asked,
  { shard, upTo }: Known,
  { checkpoints, rows }: Snapshot,
): Promise<readonly SkippedEvent[]> => {
  const folded = positionOf(checkpoints, shard);
  const skipped: SkippedEvent[] = [];
  let position = tablesEnd(wanted, folded, upTo);
  while (position < upTo) {
    const entries = await reader.read(shard, position, Math.min(PAGE, upTo - position));
    if (entries.length === 0) throw new Error(`shard ${shard} has no position ${position + 1}`);
    const mine = entries.filter(({ tenant }) => tenant === asked.tenant);
    const { changes, without } = await foldAll(reader, projection, mine);
    skipped.push(...without);
    for (const [name, each] of Object.entries(wanted)) {
      // Facts that the view has folded came from its tables, also those of an unfinished block.
      const fresh = pick(changes, each, asked).filter(
        (row) => each.kind === 'sums' || (row['position'] as number) > folded,
      );
      rows.set(name, together([...rows.get(name)!, ...fresh], each));
    }
    position = entries.at(-1)!.position;
  }
  return skipped;
};

/** What stops the projector stops an answer that needs it, until somebody decides to pass over it. */
const foldAll = async (
  reader: LedgerReader,
  projection: Projection,
  entries: readonly RecordedEntry[],
): Promise<{ readonly changes: NetChanges; readonly without: readonly RecordedEntry[] }> => {
  const without = new Set<RecordedEntry>();
  for (;;) {
    const folding = new Folding(projection, 'storable-only');
    const poison = entries.find((entry) => !without.has(entry) && !isTaken(folding, entry));
    if (poison === undefined) return { changes: folding.changes, without: [...without] };
    if ((await skipOf(reader, projection, poison)) === null) {
      const { shard, position } = poison;
      throw new QueryRefused(
        'view-stopped',
        `the view ${projection.name} cannot fold the event at position ${position} of shard ${shard}`,
        { projection: projection.name, shard, position },
      );
    }
    without.add(poison);
  }
};

const isTaken = (folding: Folding, entry: RecordedEntry): boolean => {
  try {
    folding.take(entry);
    return true;
  } catch {
    return false;
  }
};
