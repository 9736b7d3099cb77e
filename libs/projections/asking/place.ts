import type { LedgerReader } from '../../ledger/ledger.js';
import type { Checkpoint, LiveProgress } from '../engine/checkpoint.js';
import { tableName } from '../engine/generations.js';
import type { Positions } from './question.js';
import { leastOf, positionIn, type UpTo } from './snapshot.js';

/** Where the views of a question stand: which tables, and the chain's hash at the last place that all of them have seen. */
export interface Place {
  readonly tables: string;
  readonly shards: readonly Checkpoint[];
}

export const placeOf = (parts: readonly LiveProgress[]): Place => ({
  tables: parts
    .map(({ live }) => live.projection.tables.map((table) => tableName(live, table)).join())
    .join(),
  shards: leastOf(parts).map(({ shard, position }) => {
    const hash = parts
      .flatMap(({ checkpoints }) => checkpoints)
      .find((each) => each.shard === shard && each.position === position)?.hash;
    if (hash === undefined) throw new Error(`no view has a checkpoint of shard ${shard}`);
    return { shard, position, hash };
  }),
});

export const positionsOf = ({ shards }: Place): Positions =>
  Object.fromEntries(shards.map(({ shard, position }) => [shard, position]));

/**
 * The same ledger goes on from one place to the other: what was read at the first, and is not touched in between, is what
 * would be read at the second. False after a rebuild, and where views or the ledger lost what they had.
 */
export const goesOn = async (
  reader: Pick<LedgerReader, 'readEnvelopes'>,
  from: Place,
  to: Place,
): Promise<boolean> => {
  if (from.tables !== to.tables || from.shards.length !== to.shards.length) return false;
  const same = await Promise.all(
    from.shards.map(async ({ shard, position, hash }) => {
      const now = to.shards.find((each) => each.shard === shard);
      if (now === undefined || now.position < position) return false;
      if (now.position === position) return now.hash === hash;
      if (position === 0) return true;
      const [entry] = await reader.readEnvelopes(shard, position - 1, 1);
      return entry?.hash === hash;
    }),
  );
  return same.every(Boolean);
};

/** What lies between them, of the shards that moved. */
export const rangesBetween = (
  from: Place,
  to: Place,
): readonly { readonly shard: number; readonly after: number; readonly upTo: number }[] =>
  to.shards
    .map(({ shard, position }) => ({
      shard,
      after: positionIn(from.shards, shard),
      upTo: position,
    }))
    .filter(({ after, upTo }) => after < upTo);

/** How far the ledger is beyond a place, in entries. */
export const lagOf = (heads: readonly UpTo[], { shards }: Place): number =>
  heads.reduce(
    (sum, { shard, position }) => sum + Math.max(0, position - positionIn(shards, shard)),
    0,
  );
