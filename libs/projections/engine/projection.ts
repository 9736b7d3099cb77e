import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Blocks } from './blocks.js';

/**
 * A projection is what is kept of the ledger for questions: tables, a fold and one checkpoint per shard. The fold is pure and
 * stateless: one entry gives row changes, and nothing else is looked up. Every row says when it was effective and when or
 * where it was recorded, so that the same rows answer "as of E, as known at K".
 */

/** Text, exact decimals (as bigint units of 10^-12, see money.ts), small integers, or null. */
export type Cell = string | bigint | number | null;

export interface Column {
  readonly name: string;
  /** PostgreSQL type: text, numeric(38,12), integer, bigint, date, timestamptz, boolean as text …  */
  readonly type: string;
}

/**
 * sum   rows with the same key are added up: `values` grow, the rest is the key. Used for amounts per day and block.
 * fact  one row per (shard, position, line): inserted once, never changed. Used for terms, parties, statuses.
 */
export interface TableShape {
  readonly name: string;
  readonly kind: 'sum' | 'fact';
  readonly key: readonly Column[];
  readonly values: readonly Column[];
  /** Of sums; null: facts, which carry their position. */
  readonly blocks: Blocks | null;
  /** Extra index definitions, as column lists. */
  readonly indexes: readonly (readonly string[])[];
}

/** Collects a chunk's net changes per table before one upsert each. */
export interface RowChanges {
  /** Adds `values` to the row of `key` (both in the order of the table's columns), in its finest block. */
  add(table: TableShape, key: readonly Cell[], values: readonly bigint[]): void;
  insert(table: TableShape, key: readonly Cell[], values: readonly Cell[]): void;
}

/** Tables, and the fold that fills them. */
export interface Folded {
  readonly tables: readonly TableShape[];
  /** Event types it handles; all others are passed over. */
  readonly handles: readonly string[];
  fold(entry: RecordedEntry, rows: RowChanges): void;
}

export interface Projection extends Folded {
  readonly name: string;
  /** Raised when the fold or the tables change: the new version has tables of its own, filled from the first entry. */
  readonly version: number;
}
