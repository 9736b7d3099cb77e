import type { Pool, PoolClient } from 'pg';
import type { SqlClient } from '../../ledger/postgres/sql-client.js';
import { allBlocks, wholeBlocks, wholeBlocksEnd, type BlockRange } from '../engine/blocks.js';
import { readLiveProgress, type Checkpoint, type LiveProgress } from '../engine/checkpoint.js';
import { tableName } from '../engine/generations.js';
import type { Projection } from '../engine/projection.js';
import { inTransaction } from '../engine/transaction.js';
import { QueryRefused, type Asked } from './question.js';
import { selectWanted } from './rows-from-sql.js';
import type { AnyRow, AnyWanted, Wanted } from './rows-wanted.js';

/** How far into a shard an answer goes. */
export interface UpTo {
  readonly shard: number;
  readonly position: number;
}

/** A projection that a question reads, as the snapshot has it. */
export interface Part extends LiveProgress {
  /** What the question wants of its tables. */
  readonly wanted: Wanted;
}

/** What the tables give a question, all of one moment. */
export interface Snapshot {
  readonly parts: readonly Part[];
  /** How far the answer goes. Null: as far as the tables, which all stand at the same place. */
  readonly upTo: readonly UpTo[] | null;
  readonly rows: Map<string, AnyRow[]>;
}

export interface SnapshotOf {
  readonly projections: readonly Projection[];
  readonly wanted: Wanted;
  readonly asked: Asked;
  /** What was known at `knownAt`, of every shard; null: everything that all the projections have seen. */
  readonly known: readonly UpTo[] | null;
  /** The shard that the question is about, where it is about one. */
  readonly home: number | null;
}

const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
const RELATION_GONE = '42P01';

/** Checkpoints and rows come from one REPEATABLE READ transaction. @throws QueryRefused `view-not-ready`. */
export const snapshot = async (pool: Pool, of: SnapshotOf, attemptsLeft = 3): Promise<Snapshot> => {
  try {
    return await inTransaction(pool, BEGIN_SNAPSHOT, (client) => select(client, of));
  } catch (error) {
    // A retired generation was dropped between finding it and reading it: look again.
    const gone = (error as { code?: unknown }).code === RELATION_GONE;
    if (!gone || attemptsLeft <= 1) throw error;
  }
  return snapshot(pool, of, attemptsLeft - 1);
};

const select = async (client: PoolClient, of: SnapshotOf): Promise<Snapshot> => {
  const { wanted, asked } = of;
  const parts = await partsOf(client, of);
  const upTo = of.known ?? commonPlace(parts, of.home);
  const about = upTo?.filter(({ shard }) => of.home === null || shard === of.home) ?? null;
  const rows = new Map<string, AnyRow[]>();
  for (const { live, checkpoints, wanted: own } of parts) {
    for (const [name, each] of Object.entries(own)) {
      const held = each.kind === 'sums' && about ? blocksOf(each, about, checkpoints) : null;
      const selected = await selectRows(client, each, tableName(live, each.table), asked, held);
      rows.set(name, each.kind === 'facts' && upTo ? selected.filter(isBy(upTo)) : selected);
    }
  }
  if (rows.size !== Object.keys(wanted).length)
    throw new Error('a question wants a table of a projection that it does not read');
  return { parts, upTo, rows };
};

const partsOf = async (
  client: SqlClient,
  { projections, wanted, asked }: SnapshotOf,
): Promise<readonly Part[]> => {
  const progress = await readLiveProgress(client, projections, asked.tenant);
  return projections.map((projection) => {
    const { name, version, tables } = projection;
    const found = progress.find(({ live }) => live.projection === projection);
    if (!found) {
      throw new QueryRefused(
        'view-not-ready',
        `the view ${name} (version ${version}) is not built yet: is the projector running?`,
        { projection: name },
      );
    }
    const own = Object.entries(wanted).filter(([, { table }]) => tables.includes(table));
    return { ...found, wanted: Object.fromEntries(own) };
  });
};

/**
 * The last place that all of them have seen. Null: they stand at the same place, as they do when they go together, or the
 * question has one of them only. Of the shards that a question is not about no rows are wanted.
 */
const commonPlace = (parts: readonly Part[], home: number | null): readonly UpTo[] | null => {
  const common = leastOf(parts);
  const differ = common.some(
    ({ shard, position }) =>
      (home === null || shard === home) &&
      parts.some(({ checkpoints }) => positionIn(checkpoints, shard) > position),
  );
  return differ ? common : null;
};

export const leastOf = (parts: readonly Pick<Part, 'checkpoints'>[]): readonly UpTo[] => {
  const shards = new Set(parts.flatMap(({ checkpoints }) => checkpoints.map(({ shard }) => shard)));
  return [...shards].map((shard) => ({
    shard,
    position: Math.min(...parts.map(({ checkpoints }) => positionIn(checkpoints, shard))),
  }));
};

export const positionIn = (
  places: readonly UpTo[] | readonly Checkpoint[],
  shard: number,
): number => places.find((each) => each.shard === shard)?.position ?? 0;

const isBy =
  (upTo: readonly UpTo[]) =>
  (row: AnyRow): boolean =>
    (row['position'] as number) <= positionIn(upTo, row['shard'] as number);

/** The blocks of a table that hold nothing recorded after `upTo`; what they lack is what `remainder.ts` folds. */
const blocksOf = (
  { table }: Extract<AnyWanted, { kind: 'sums' }>,
  upTo: readonly UpTo[],
  checkpoints: readonly Checkpoint[],
): BlockRange[] =>
  upTo.flatMap(({ shard, position }) =>
    positionIn(checkpoints, shard) <= position
      ? [allBlocks(shard, table.blocks)]
      : wholeBlocks(shard, position, table.blocks),
  );

/** Where the tables of a part end that a snapshot takes: one that has seen more than `upTo` gives whole blocks of sums only. */
export const tablesEnd = ({ wanted, checkpoints }: Part, { shard, position }: UpTo): number => {
  const folded = positionIn(checkpoints, shard);
  if (folded <= position) return folded;
  const ends = new Set<number>();
  for (const each of Object.values(wanted)) {
    if (each.kind === 'sums') ends.add(wholeBlocksEnd(position, each.table.blocks));
  }
  if (ends.size > 1) throw new Error('the tables of one projection have blocks of different sizes');
  // Facts carry their own position, so the tables have given all of them.
  return [...ends][0] ?? position;
};

const selectRows = async (
  client: SqlClient,
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
