import type { Cell, RowChanges, TableShape } from './projection.js';

export interface NetRow {
  readonly key: readonly Cell[];
  readonly values: Cell[];
}

/** A chunk's changes in memory, added up per key, so that each table gets one upsert. */
export class NetChanges implements RowChanges {
  private readonly tables = new Map<TableShape, Map<string, NetRow>>();

  add(table: TableShape, key: readonly Cell[], values: readonly bigint[]): void {
    const rows = this.rowsOf(table, 'sum');
    const text = JSON.stringify(key);
    const row = rows.get(text);
    if (!row) {
      rows.set(text, { key, values: [...values] });
      return;
    }
    // A row whose sums come to zero stays: whether it is there must not depend on where a chunk ended.
    values.forEach((value, index) => {
      row.values[index] = (row.values[index] as bigint) + value;
    });
  }

  insert(table: TableShape, key: readonly Cell[], values: readonly Cell[]): void {
    const rows = this.rowsOf(table, 'fact');
    const text = JSON.stringify(key);
    if (rows.has(text)) throw new Error(`${table.name}: the fact ${text} is written twice`);
    rows.set(text, { key, values: [...values] });
  }

  /** In key order, so that two chunks never lock rows in opposite orders. */
  of(table: TableShape): readonly NetRow[] {
    const rows = this.tables.get(table);
    if (!rows) return [];
    return [...rows.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, row]) => row);
  }

  touched(): readonly TableShape[] {
    return [...this.tables.keys()];
  }

  private rowsOf(table: TableShape, kind: TableShape['kind']): Map<string, NetRow> {
    if (table.kind !== kind) throw new Error(`${table.name} is a ${table.kind} table`);
    const rows = this.tables.get(table) ?? new Map<string, NetRow>();
    this.tables.set(table, rows);
    return rows;
  }
}
