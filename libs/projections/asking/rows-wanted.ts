import { rootOf } from '../../domain/ids.js';
import type { NetChanges } from '../engine/net-changes.js';
import type { Cell } from '../engine/projection.js';
import type { Asked } from './question.js';
import {
  dimAt,
  type FactRow,
  type FactTable,
  type Shape,
  type SumTable,
  type Values,
} from '../engine/table.js';

/** Of the things of an agreement: `deal.cloud`, `deal.equity` are under `deal`. */
export interface Under {
  readonly under: string;
}

export const under = (root: string): Under => ({ under: root });

/** One of these. */
export interface Among {
  readonly among: readonly string[];
}

export const among = (ids: readonly string[]): Among => ({ among: ids });

/** Of the things of any of these agreements. */
export interface UnderAny {
  readonly underAny: readonly string[];
}

export const underAny = (roots: readonly string[]): UnderAny => ({ underAny: roots });

type OfText = Under | Among | UnderAny;

type Where<S extends Shape> = {
  readonly [Name in keyof S]?: Values<S>[Name] | (string extends Values<S>[Name] ? OfText : never);
};

/**
 * Rows that a question needs, said once and answered twice: in SQL from the tables (rows-from-sql.ts) and in memory from folded
 * entries (here). Both must choose and group alike; the integration tests compare them.
 */
export interface WantedFacts<S extends Shape> {
  readonly kind: 'facts';
  readonly table: FactTable<S>;
  readonly where: Where<S>;
  /** Also what takes effect after `asOf`: all that was said. */
  readonly whenever: boolean;
}

export interface WantedSums<D extends Shape, A extends string, B extends keyof D & string> {
  readonly kind: 'sums';
  readonly table: SumTable<D, A>;
  readonly where: Where<D>;
  /** Dims to keep; the others and the blocks are added up. */
  readonly by: readonly B[];
  /** What to keep of the effective day; `all` adds it up too (then `when` is the empty string). */
  readonly per: 'day' | 'month' | 'all';
  /** First effective day wanted, where a question has one. */
  readonly from: string | null;
}

/** `when`: the effective day, the month `YYYY-MM`, or the empty string. */
export type SumRow<D extends Shape, A extends string, B extends keyof D & string> = Pick<
  Values<D>,
  B
> &
  Readonly<Record<A, bigint>> & { readonly when: string };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any table's shape: the row types are recovered by RowsOf
export type AnyWanted = WantedFacts<any> | WantedSums<any, any, any>;
export type Wanted = Readonly<Record<string, AnyWanted>>;

export type RowsOf<W extends Wanted> = {
  readonly [Name in keyof W]: W[Name] extends WantedFacts<infer S>
    ? readonly FactRow<S>[]
    : W[Name] extends WantedSums<infer D, infer A, infer B>
      ? readonly SumRow<D, A, B>[]
      : never;
};

export type AnyRow = Readonly<Record<string, Cell>>;

export const facts = <S extends Shape>(
  table: FactTable<S>,
  where: Where<S> = {},
): WantedFacts<S> => ({ kind: 'facts', table, where, whenever: false });

/** All that was said by then, whenever it takes effect: how often terms were changed does not depend on `asOf`. */
export const said = <S extends Shape>(
  table: FactTable<S>,
  where: Where<S> = {},
): WantedFacts<S> => ({ kind: 'facts', table, where, whenever: true });

export const sums = <D extends Shape, A extends string, B extends keyof D & string>(
  table: SumTable<D, A>,
  options: {
    readonly where?: Where<D>;
    readonly by: readonly B[];
    readonly per: 'day' | 'month' | 'all';
    readonly from?: string;
  },
): WantedSums<D, A, B> => ({
  kind: 'sums',
  table,
  where: options.where ?? {},
  by: options.by,
  per: options.per,
  from: options.from ?? null,
});

type Test = (cell: unknown) => boolean;

const testOf = (value: unknown): Test => {
  if (isUnder(value)) return isText((cell) => cell.startsWith(`${value.under}.`));
  if (isAmong(value)) {
    const ids = new Set(value.among);
    return isText((cell) => ids.has(cell));
  }
  if (isUnderAny(value)) {
    const roots = new Set(value.underAny);
    return isText((cell) => cell.includes('.') && roots.has(rootOf(cell)));
  }
  return (cell) => cell === value;
};

const isText =
  (test: (text: string) => boolean): Test =>
  (cell) =>
    typeof cell === 'string' && test(cell);

const matching = (where: Readonly<Record<string, unknown>>): ((row: AnyRow) => boolean) => {
  const tests = Object.entries(where).map(([name, value]) => [name, testOf(value)] as const);
  return (row) => tests.every(([name, test]) => test(row[name]));
};

const has = <Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> =>
  typeof value === 'object' && value !== null && name in value;

export const isUnder = (value: unknown): value is Under => has(value, 'under');
export const isAmong = (value: unknown): value is Among => has(value, 'among');
export const isUnderAny = (value: unknown): value is UnderAny => has(value, 'underAny');

const whenOf = (day: string, per: 'day' | 'month' | 'all'): string =>
  per === 'day' ? day : per === 'month' ? day.slice(0, 7) : '';

const pickFacts = (changes: NetChanges, wanted: WantedFacts<Shape>, asked: Asked): AnyRow[] => {
  const names = Object.keys(wanted.table.shape);
  const matches = matching(wanted.where);
  return changes
    .added(wanted.table)
    .map(({ key, values }): AnyRow => {
      const [tenant = null, recordedAt = null, effectiveAt = null, ...rest] = values;
      const [shard = null, position = null, line = null] = key;
      const row: Record<string, Cell> = { shard, position, line, tenant, recordedAt, effectiveAt };
      names.forEach((name, index) => (row[name] = rest[index] ?? null));
      return row;
    })
    .filter(
      (row) =>
        row['tenant'] === asked.tenant &&
        (wanted.whenever || (row['effectiveAt'] as string) < asked.effectiveBefore) &&
        matches(row),
    );
};

const pickSums = (
  changes: NetChanges,
  wanted: WantedSums<Shape, string, string>,
  asked: Asked,
): AnyRow[] => {
  const { table, by, per, from, where } = wanted;
  const { names } = table;
  const matches = matching(where);
  const picked: AnyRow[] = [];
  for (const { key, values } of changes.added(table)) {
    const day = key.at(-1) as string;
    if (key[0] !== asked.tenant || day > asked.asOf || (from !== null && day < from)) continue;
    const dims: Record<string, Cell> = {};
    names.forEach((name, index) => (dims[name] = key[dimAt(table, index)] ?? null));
    if (!matches(dims)) continue;
    const row: Record<string, Cell> = { when: whenOf(day, per) };
    by.forEach((name) => (row[name] = dims[name] ?? null));
    table.amounts.forEach((amount, index) => (row[amount] = values[index] ?? 0n));
    picked.push(row);
  }
  return picked;
};

/** The wanted rows of changes folded in memory; sums are not yet added up, see `together`. */
export const pick = (changes: NetChanges, wanted: AnyWanted, asked: Asked): AnyRow[] =>
  wanted.kind === 'facts' ? pickFacts(changes, wanted, asked) : pickSums(changes, wanted, asked);

const byLedgerOrder = (left: AnyRow, right: AnyRow): number =>
  (left['shard'] as number) - (right['shard'] as number) ||
  (left['position'] as number) - (right['position'] as number) ||
  (left['line'] as number) - (right['line'] as number);

/** Rows from several places as one: facts in ledger order, sums added up and in key order, so that answers repeat. */
export const mergedRows = (rows: readonly AnyRow[], wanted: AnyWanted): AnyRow[] => {
  if (wanted.kind === 'facts') return [...rows].sort(byLedgerOrder);
  const amounts = wanted.table.amounts as readonly string[];
  const groups = new Map<string, Record<string, Cell>>();
  for (const row of rows) {
    const key = JSON.stringify([...wanted.by.map((name) => row[name as string]), row['when']]);
    const group = groups.get(key);
    if (!group) groups.set(key, { ...row });
    else for (const name of amounts) group[name] = (group[name] as bigint) + (row[name] as bigint);
  }
  return [...groups.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, row]) => row);
};
