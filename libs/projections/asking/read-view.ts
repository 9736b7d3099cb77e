import type { Pool } from 'pg';
import type { Instant } from '../../domain/decider.js';
import { instantOfMicros } from '../../domain/instant.js';
import { shardOf } from '../../ledger/format/shard.js';
import type { LedgerReader, MovedReader, StreamReader } from '../../ledger/ledger.js';
import type { SkippedEvent } from '../engine/checkpoint.js';
import type { Projection } from '../engine/projection.js';
import {
  asked as askedOf,
  QueryRefused,
  SKIPPED_EVENTS_TOLD,
  type Asked,
  type Positions,
  type TimeAxes,
} from './question.js';
import type { KeptPieces } from './kept-pieces.js';
import type { Seen } from './seen.js';
import { addRemainder } from './remainder.js';
import { leastOf, positionIn, snapshot, type UpTo } from './snapshot.js';
import { mergedRows, type RowsOf, type Wanted } from './rows-wanted.js';

/**
 * Where questions are answered from. `now` is for tests; it only says what day it is. `kept`: what a process keeps between
 * questions; without it everything is read, and the answer is the same.
 */
export interface Views {
  readonly pool: Pool;
  readonly reader: LedgerReader & StreamReader & MovedReader;
  readonly now?: () => Instant;
  readonly kept?: KeptPieces;
}

export interface View<W extends Wanted> {
  readonly rows: RowsOf<W>;
  readonly seen: Seen;
  readonly asked: Asked;
}

export const nowOf = (views: Views): Instant =>
  views.now?.() ?? instantOfMicros(BigInt(Date.now()) * 1000n);

/**
 * Rows for a question from the tables of these projections, all at one place of each shard: that of `knownAt`, or the last one
 * that all of them have seen.
 *
 * Sums are kept per block of positions, so whole blocks up to that place come from the tables, and the entries of the block
 * that it falls into are folded here, by the same fold. A projection that lags behind `knownAt` is completed the same way.
 * So the answer with `knownAt` is exact and the same whenever it is asked. The cost is fewer entries than the smallest
 * block has, per shard, however long the ledger is; and none where the projections stand at the same place and nobody gave a
 * `knownAt`.
 *
 * `root`: the agreement that a question is about, where it is about one: all its entries are in one shard.
 */
export const readView = async <W extends Wanted>(
  views: Views,
  projections: readonly Projection[],
  axes: TimeAxes,
  wantedOf: (asked: Asked) => W,
  root: string | null = null,
): Promise<View<W>> => {
  const { reader } = views;
  const asked = askedOf(axes, nowOf(views));
  const wanted = wantedOf(asked);
  const known = await knownOf(reader, asked, axes.knownPosition);
  const heads = known === null ? await reader.heads() : [];
  const home = root === null ? null : shardOfRoot(views, asked, root);
  const isAbout = ({ shard }: { readonly shard: number }): boolean =>
    home === null || shard === home;
  const held = await snapshot(views.pool, { projections, wanted, asked, known, home });
  const { rows } = held;
  const upTo = held.upTo ?? leastOf(held.parts);
  const skipped = held.parts
    .flatMap((part) => part.skipped)
    .filter((event) => isAbout(event) && event.position <= positionIn(upTo, event.shard));
  // After the transaction: the ledger never changes what it said, and no connection waits for another.
  for (const each of held.upTo?.filter(isAbout) ?? []) {
    skipped.push(...(await addRemainder(reader, held, asked, each)));
  }
  const merged = Object.fromEntries(
    Object.entries(wanted).map(([name, each]) => [name, mergedRows(rows.get(name) ?? [], each)]),
  );
  const lag = heads.reduce(
    (sum, { shard, position }) => sum + Math.max(0, position - positionIn(upTo, shard)),
    0,
  );
  const seen: Seen = {
    asOf: asked.asOf,
    knownAt: asked.knownAt,
    ledgerPosition: Object.fromEntries(upTo.map(({ shard, position }) => [shard, position])),
    lag,
    ...toldOf(skipped),
  };
  return { rows: merged as unknown as RowsOf<W>, seen, asked };
};

/** Each once, whichever of the projections passed over it. */
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

/** How far into each shard an answer is to go. Null: as far as the views have seen. */
export const knownOf = (
  reader: LedgerReader,
  { knownAt }: Asked,
  positions: Positions | undefined,
): Promise<UpTo[] | null> => {
  if (positions !== undefined) return namedPositions(reader, positions);
  return knownAt === null ? Promise.resolve(null) : knownPositions(reader, knownAt);
};

export const namedPositions = async (
  reader: LedgerReader,
  positions: Positions,
): Promise<UpTo[]> => {
  const heads = await reader.heads();
  for (const [shard, position] of Object.entries(positions)) {
    const head = heads.find((each) => each.shard === Number(shard));
    if (position > (head?.position ?? -1)) {
      throw new QueryRefused('position-unknown', 'the ledger has not got that far', { shard });
    }
  }
  return heads.map(({ shard }) => ({ shard, position: positions[shard] ?? 0 }));
};

/** The last position of each shard that was recorded at or before `knownAt`. */
export const knownPositions = (reader: LedgerReader, knownAt: Instant): Promise<UpTo[]> =>
  Promise.all(
    Array.from({ length: reader.shardCount }, async (_, shard) => ({
      shard,
      position: await reader.positionAt(shard, knownAt),
    })),
  );
