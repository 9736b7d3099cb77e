import type { Pool, PoolClient } from 'pg';
import type { Instant } from '../domain/decider.js';
import { dayOf, instantOfMicros, microsOf, parseInstant, startOfDay } from '../domain/instant.js';
import type { LedgerReader } from '../ledger/ledger.js';
import { shardOf } from '../ledger/shard.js';
import { readCheckpoints, type Checkpoint } from './checkpoint.js';
import { liveGeneration, relationOf, type Queryable } from './generations.js';
import { NetChanges } from './net-changes.js';
import type { Projection } from './projection.js';
import {
  asked as askedOf,
  QueryRefused,
  type Asked,
  type Seen,
  type TimeAxes,
} from './question.js';
import { selectWanted } from './select.js';
import { inTransaction } from './transaction.js';
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

/** What was recorded up to `knownAt`, and before its day, per shard. */
interface Known {
  readonly shard: number;
  readonly upTo: number;
  readonly beforeDay: number;
}

const PAGE = 1000;

/**
 * Rows for a question, all of one moment: checkpoints and rows come from one REPEATABLE READ transaction.
 *
 * With `knownAt`: sums are kept per recorded day, so days before it come from the tables and the rest of its own day
 * is folded here from the ledger's entries, by the same fold. A view that lags behind `knownAt` is completed the
 * same way. So the answer is exact and the same whenever it is asked. The cost is at most one day's entries per shard.
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
  const { checkpoints, rows } = await snapshot(views.pool, projection, wanted, asked, known);
  // After the transaction: the ledger never changes what it said, and no connection waits for another.
  if (known !== null)
    await addRemainders(
      views.reader,
      projection,
      wanted,
      asked,
      root === null
        ? known
        : known.filter(({ shard }) => shard === shardOfRoot(views, asked, root)),
      checkpoints,
      rows,
    );
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
  };
  return { rows: merged as unknown as RowsOf<W>, seen, asked };
};

const shardOfRoot = ({ reader }: Views, { tenant }: Asked, root: string): number =>
  shardOf({ tenant, kind: 'agreement', key: root }, reader.shardCount);

const knownPositions = (reader: LedgerReader, knownAt: Instant): Promise<Known[]> => {
  const lastOfDayBefore = instantOfMicros(microsOf(startOfDay(dayOf(knownAt))) - 1n);
  return Promise.all(
    Array.from({ length: reader.shardCount }, async (_, shard) => ({
      shard,
      upTo: await reader.positionAt(shard, knownAt),
      beforeDay: await reader.positionAt(shard, lastOfDayBefore),
    })),
  );
};

interface Snapshot {
  readonly checkpoints: readonly Checkpoint[];
  readonly rows: Map<string, AnyRow[]>;
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
  const checkpoints = await readCheckpoints(client, live);
  const whole = (known ?? [])
    .filter((each) => positionOf(checkpoints, each.shard) <= each.upTo)
    .map(({ shard }) => shard);
  const rows = new Map<string, AnyRow[]>();
  for (const [name, each] of Object.entries(wanted)) {
    rows.set(name, await selectRows(client, each, relationOf(live, each.table), asked, whole));
  }
  return { checkpoints, rows };
};

const selectRows = async (
  client: Queryable,
  wanted: AnyWanted,
  relation: string,
  asked: Asked,
  wholeShards: readonly number[],
): Promise<AnyRow[]> => {
  const { text, values, read } = selectWanted(wanted, relation, asked, wholeShards);
  const query = { text, values: [...values], rowMode: 'array' as const };
  const { rows } = await client.query<(string | null)[]>(query);
  return rows.map(read);
};

const positionOf = (checkpoints: readonly Checkpoint[], shard: number): number =>
  checkpoints.find((checkpoint) => checkpoint.shard === shard)?.position ?? 0;

/** Folds what the tables could not give: the entries of the day of `knownAt`, or those the view has not seen yet. */
const addRemainders = async (
  reader: LedgerReader,
  projection: Projection,
  wanted: Wanted,
  asked: Asked,
  known: readonly Known[],
  checkpoints: readonly Checkpoint[],
  rows: Map<string, AnyRow[]>,
): Promise<void> => {
  for (const { shard, upTo, beforeDay } of known) {
    const folded = positionOf(checkpoints, shard);
    let position = folded <= upTo ? folded : beforeDay;
    while (position < upTo) {
      const entries = await reader.read(shard, position, Math.min(PAGE, upTo - position));
      if (entries.length === 0) throw new Error(`shard ${shard} has no position ${position + 1}`);
      const changes = new NetChanges();
      for (const entry of entries) {
        if (entry.tenant === asked.tenant) projection.fold(entry, changes);
      }
      for (const [name, each] of Object.entries(wanted)) {
        // Facts carry their own recordedAt, so the tables have given all they have folded.
        const fresh = pick(changes, each, asked).filter(
          (row) => each.kind === 'sums' || (row['position'] as number) > folded,
        );
        rows.set(name, together([...rows.get(name)!, ...fresh], each));
      }
      position = entries.at(-1)!.position;
    }
  }
};
