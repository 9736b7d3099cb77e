import type { TableShape } from '../../projections/engine/projection.js';

/** Key and values of a row as PostgreSQL writes them, in the order of the table's columns. */
export type TextRow = readonly (string | null)[];
/** In the order of the key, see `compareKeys`. */
export type SortedRows = AsyncIterable<readonly TextRow[]>;

/** A row that is not what the ledger says. `live` or `replayed` is null where the row is missing there. */
export interface Difference {
  readonly table: string;
  readonly key: Readonly<Record<string, string | null>>;
  readonly live: Readonly<Record<string, string | null>> | null;
  readonly replayed: Readonly<Record<string, string | null>> | null;
}

export interface Compared {
  /** Rows with different keys, on either side. */
  readonly rows: number;
  readonly differences: number;
  /** By key. */
  readonly first: Difference | null;
}

/** Two sorted walks side by side: memory holds a chunk of each, however many rows there are. */
export const compareRows = async (
  table: TableShape,
  live: SortedRows,
  replayed: SortedRows,
): Promise<Compared> => {
  const [left, right] = [new Walk(live), new Walk(replayed)];
  let rows = 0;
  let differences = 0;
  let first: Difference | null = null;
  for (;;) {
    const [mine, other] = [await left.peek(), await right.peek()];
    if (mine === null && other === null) return { rows, differences, first };
    rows += 1;
    const order = mine === null ? 1 : other === null ? -1 : compareKeys(table, mine, other);
    if (order <= 0) left.next();
    if (order >= 0) right.next();
    if (mine !== null && other !== null && order === 0 && isSame(mine, other)) continue;
    differences += 1;
    first ??= differenceOf(table, order <= 0 ? mine : null, order >= 0 ? other : null);
  }
};

class Walk {
  private readonly chunks: AsyncIterator<readonly TextRow[]>;
  private chunk: readonly TextRow[] = [];
  private at = 0;

  constructor(rows: SortedRows) {
    this.chunks = rows[Symbol.asyncIterator]();
  }

  async peek(): Promise<TextRow | null> {
    for (;;) {
      const row = this.chunk[this.at];
      if (row !== undefined) return row;
      const { done, value } = await this.chunks.next();
      if (done === true) return null;
      [this.chunk, this.at] = [value, 0];
    }
  }

  next(): void {
    this.at += 1;
  }
}

const isSame = (left: TextRow, right: TextRow): boolean =>
  left.every((cell, at) => cell === right[at]);

/** As PostgreSQL sorts them: integers by value, days and text (COLLATE "C") byte by byte. Keys have no nulls. */
export const compareKeys = ({ key }: TableShape, left: TextRow, right: TextRow): number => {
  for (const [at, { type }] of key.entries()) {
    const [mine, other] = [left[at] ?? '', right[at] ?? ''];
    if (mine === other) continue;
    return isInteger(type) ? Number(mine) - Number(other) : compareBytes(mine, other);
  }
  return 0;
};

const isInteger = (type: string): boolean => /^(?:integer|bigint)/.test(type);

/** The order of the UTF-8 bytes. UTF-16 has the same, but for what it writes as two units, which comes last in UTF-8. */
export const compareBytes = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [mine, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (mine !== other) return ranked(mine) - ranked(other);
  }
  return left.length - right.length;
};

const ranked = (unit: number): number =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;

const differenceOf = (
  table: TableShape,
  live: TextRow | null,
  replayed: TextRow | null,
): Difference => {
  const keys = table.key.map(({ name }) => name);
  const columns = [...keys, ...table.values.map(({ name }) => name)];
  const named = (names: readonly string[], row: TextRow) =>
    Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]));
  return {
    table: table.name,
    key: named(keys, live ?? replayed ?? []),
    live: live && named(columns, live),
    replayed: replayed && named(columns, replayed),
  };
};
