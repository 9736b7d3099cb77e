import type { Cell, RowChanges, TableShape } from './projection.js';

export interface NetRow {
  readonly key: readonly Cell[];
  readonly values: Cell[];
}

interface Rows {
  readonly byKey: Map<string, NetRow>;
  /** The row of the last `add`: usage often comes in runs of one commitment and day. */
  last: NetRow | null;
}

/** A chunk's changes in memory, added up per key, so that each table gets one upsert. */
export class NetChanges implements RowChanges {
  private readonly tables = new Map<TableShape, Rows>();

  add(table: TableShape, key: readonly Cell[], values: readonly bigint[]): void {
    const rows = this.rowsOf(table, 'sum');
    if (rows.last === null || !sameCells(rows.last.key, key)) {
      const text = keyText(key);
      rows.last = rows.byKey.get(text) ?? { key, values: values.map(() => 0n) };
      rows.byKey.set(text, rows.last);
    }
    // A row whose sums come to zero stays: whether it is there must not depend on where a chunk ended.
    const sums = rows.last.values;
    for (let at = 0; at < values.length; at += 1) sums[at] = (sums[at] as bigint) + values[at]!;
  }

  insert(table: TableShape, key: readonly Cell[], values: readonly Cell[]): void {
    const rows = this.rowsOf(table, 'fact');
    const text = keyText(key);
    if (rows.byKey.has(text))
      throw new Error(`${table.name}: the fact ${JSON.stringify(key)} is written twice`);
    rows.byKey.set(text, { key, values: [...values] });
  }

  /** In key order, so that two chunks never lock rows in opposite orders. */
  of(table: TableShape): readonly NetRow[] {
    const rows = this.tables.get(table);
    if (!rows) return [];
    return [...rows.byKey.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, row]) => row);
  }

  touched(): readonly TableShape[] {
    return [...this.tables.keys()];
  }

  private rowsOf(table: TableShape, kind: TableShape['kind']): Rows {
    if (table.kind !== kind) throw new Error(`${table.name} is a ${table.kind} table`);
    let rows = this.tables.get(table);
    if (!rows) this.tables.set(table, (rows = { byKey: new Map(), last: null }));
    return rows;
  }
}

/** Different keys of one table have different texts: NUL ends each cell, and PostgreSQL has none in text. */
const keyText = (key: readonly Cell[]): string => {
  let text = '';
  for (const cell of key) {
    if (cell === null || (typeof cell === 'string' && cell.includes('\0'))) {
      return JSON.stringify(key);
    }
    text += `${cell}\0`;
  }
  return text;
};

const sameCells = (left: readonly Cell[], right: readonly Cell[]): boolean => {
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
};
