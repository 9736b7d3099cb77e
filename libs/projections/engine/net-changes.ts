import { keyInSpan } from './blocks.js';
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
      rows.last = sumsAt(rows.byKey, key, values.length);
    }
    addTo(rows.last, values);
  }

  insert(table: TableShape, key: readonly Cell[], values: readonly Cell[]): void {
    const rows = this.rowsOf(table, 'fact');
    const text = keyText(key);
    if (rows.byKey.has(text))
      throw new Error(`${table.name}: the fact ${JSON.stringify(key)} is written twice`);
    rows.byKey.set(text, { key, values: [...values] });
  }

  /** As they were added: sums in their finest blocks only. */
  added(table: TableShape): readonly NetRow[] {
    return [...(this.tables.get(table)?.byKey.values() ?? [])];
  }

  /** As they are stored, sums in blocks of every size. In key order, so that two chunks never lock rows in opposite orders. */
  of(table: TableShape): readonly NetRow[] {
    const rows = this.tables.get(table);
    if (!rows) return [];
    return [...inAllBlocks(table, rows.byKey).entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, row]) => row);
  }

  private rowsOf(table: TableShape, kind: TableShape['kind']): Rows {
    if (table.kind !== kind) throw new Error(`${table.name} is a ${table.kind} table`);
    let rows = this.tables.get(table);
    if (!rows) this.tables.set(table, (rows = { byKey: new Map(), last: null }));
    return rows;
  }
}

const sumsAt = (byKey: Map<string, NetRow>, key: readonly Cell[], amounts: number): NetRow => {
  const text = keyText(key);
  let row = byKey.get(text);
  if (row === undefined) {
    // A row whose sums come to zero stays: whether it is there must not depend on where a chunk ended.
    row = { key, values: Array.from({ length: amounts }, () => 0n) };
    byKey.set(text, row);
  }
  return row;
};

const addTo = ({ values: sums }: NetRow, values: readonly Cell[]): void => {
  for (let at = 0; at < values.length; at += 1) {
    sums[at] = (sums[at] as bigint) + (values[at] as bigint);
  }
};

/** Larger blocks are added up here and not entry by entry: a chunk has many entries and few rows. */
const inAllBlocks = (
  { blocks }: TableShape,
  finest: ReadonlyMap<string, NetRow>,
): ReadonlyMap<string, NetRow> => {
  if (blocks === null) return finest;
  const all = new Map(finest);
  for (const span of blocks.spans.slice(1)) {
    for (const { key, values } of finest.values()) {
      addTo(sumsAt(all, keyInSpan(key, blocks, span), values.length), values);
    }
  }
  return all;
};

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
