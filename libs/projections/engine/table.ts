import type { Instant } from '../../domain/decider.js';
import { dayOf } from '../../domain/instant.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import { blockOf, SPANS, type Blocks, type Spans } from './blocks.js';
import type { Cell, Column, RowChanges, TableShape } from './projection.js';

/** What a column may hold, and its TypeScript type. A trailing `?` allows null. */
interface Kinds {
  text: string;
  'text?': string | null;
  integer: number;
  day: string;
  instant: Instant;
  'instant?': Instant | null;
  /** Units of 10^-12, see money.ts. */
  amount: bigint;
  'amount?': bigint | null;
}

export type ColumnKind = keyof Kinds;
export type Shape = Readonly<Record<string, ColumnKind>>;
export type Values<S extends Shape> = { readonly [Name in keyof S]: Kinds[S[Name]] };

/** Instants are fixed-width text, so byte order is time order: the collation must say so. */
const SQL_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'text COLLATE "C" NOT NULL',
  'text?': 'text COLLATE "C"',
  integer: 'integer NOT NULL',
  day: 'date NOT NULL',
  instant: 'text COLLATE "C" NOT NULL',
  'instant?': 'text COLLATE "C"',
  amount: 'numeric(38,12) NOT NULL',
  'amount?': 'numeric(38,12)',
};

export const sqlName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const columnsOf = (shape: Shape): Column[] =>
  Object.entries(shape).map(([name, kind]) => ({ name: sqlName(name), type: SQL_TYPES[kind] }));

/** One row per (shard, position, line), as it was said: history, never changed. */
export interface FactTable<S extends Shape> extends TableShape {
  readonly kind: 'fact';
  readonly shape: S;
  /** Of `shape`, in order. */
  readonly names: readonly string[];
}

export type FactRow<S extends Shape> = Values<S> & {
  readonly shard: number;
  readonly position: number;
  readonly line: number;
  readonly tenant: string;
  readonly recordedAt: Instant;
  readonly effectiveAt: Instant;
};

/** One row per tenant, block of a shard's positions, effective day and `dims`; the amounts grow. */
export interface SumTable<D extends Shape, A extends string> extends TableShape {
  readonly kind: 'sum';
  readonly dims: D;
  /** Of `dims`, in the order of the key. */
  readonly names: readonly string[];
  readonly amounts: readonly A[];
  readonly blocks: Blocks;
}

export const factTable = <S extends Shape>(
  name: string,
  shape: S,
  indexes: readonly (readonly (keyof S & string)[])[],
): FactTable<S> => ({
  name,
  kind: 'fact',
  shape,
  names: Object.keys(shape),
  key: [
    { name: 'shard', type: 'integer NOT NULL' },
    { name: 'position', type: 'bigint NOT NULL' },
    { name: 'line', type: 'integer NOT NULL' },
  ],
  values: [
    { name: 'tenant', type: SQL_TYPES.text },
    { name: 'recorded_at', type: SQL_TYPES.instant },
    { name: 'effective_at', type: SQL_TYPES.instant },
    ...columnsOf(shape),
  ],
  blocks: null,
  indexes: indexes.map((columns) => ['tenant', ...columns.map(sqlName)]),
});

/**
 * `subject`: the dim that most questions about the table name, where there is one; its rows stand together then, and an index
 * serves the questions about all subjects. `spans`: for tests, which have no million entries.
 */
export const sumTable = <D extends Shape, A extends string>(
  name: string,
  dims: D,
  amounts: readonly A[],
  options: { readonly subject?: keyof D & string; readonly spans?: Spans } = {},
): SumTable<D, A> => {
  const { subject, spans = SPANS } = options;
  const before = Object.entries(dims).filter(([dim]) => dim === subject);
  const after = Object.entries(dims).filter(([dim]) => dim !== subject);
  return {
    name,
    kind: 'sum',
    dims,
    names: [...before, ...after].map(([dim]) => dim),
    amounts,
    // What a question has one of comes first, then the blocks, of which it takes few ranges.
    key: [
      { name: 'tenant', type: SQL_TYPES.text },
      ...columnsOf(Object.fromEntries(before)),
      { name: 'span', type: SQL_TYPES.integer },
      { name: 'shard', type: SQL_TYPES.integer },
      { name: 'block', type: SQL_TYPES.integer },
      ...columnsOf(Object.fromEntries(after)),
      { name: 'effective_day', type: SQL_TYPES.day },
    ],
    values: amounts.map((amount) => ({ name: sqlName(amount), type: SQL_TYPES.amount })),
    blocks: { at: 1 + before.length, spans },
    indexes: subject === undefined ? [] : [['tenant', 'span', 'shard', 'block']],
  };
};

/** Where the key has the dim of `names` with this index. */
export const dimAt = (
  { blocks }: Pick<SumTable<Shape, string>, 'blocks'>,
  index: number,
): number => (index + 1 < blocks.at ? index + 1 : index + 4);

/** `effectiveAt` is the business time of this fact: often the entry's, sometimes one that the event itself names. */
export const insertFact = <S extends Shape>(
  rows: RowChanges,
  table: FactTable<S>,
  entry: RecordedEntry,
  effectiveAt: Instant,
  values: Values<S>,
  line = 0,
): void => {
  rows.insert(
    table,
    [entry.shard, entry.position, line],
    [
      entry.tenant,
      entry.recordedAt,
      effectiveAt,
      ...table.names.map((name) => values[name] as Cell),
    ],
  );
};

/** What has the dims and the amounts may have more, which is passed over. */
export const addSums = <D extends Shape, A extends string>(
  rows: RowChanges,
  table: SumTable<D, A>,
  entry: RecordedEntry,
  effectiveAt: Instant,
  dims: Values<D>,
  amounts: Readonly<Record<A, bigint>>,
): void => {
  const { names, blocks } = table;
  const [span] = blocks.spans;
  const block = blockOf(entry.position, span);
  const key: Cell[] = [entry.tenant];
  for (const name of names) {
    if (key.length === blocks.at) key.push(span, entry.shard, block);
    key.push(dims[name] as Cell);
  }
  if (key.length === blocks.at) key.push(span, entry.shard, block);
  key.push(dayOf(effectiveAt));
  const values: bigint[] = [];
  for (const name of table.amounts) values.push(amounts[name]);
  rows.add(table, key, values);
};
