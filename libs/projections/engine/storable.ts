import type { Cell, Column, RowChanges, TableShape } from './projection.js';

/**
 * Row changes that are refused as PostgreSQL would refuse them: where entries are folded without their rows being stored,
 * what a table could not hold must stop the fold there too, or the answer would hold more than the view ever can.
 */
export const storableOnly = (rows: RowChanges): RowChanges => ({
  add(table, key, values) {
    check(table, key, values);
    rows.add(table, key, values);
  },
  insert(table, key, values) {
    check(table, key, values);
    rows.insert(table, key, values);
  },
});

const check = (table: TableShape, key: readonly Cell[], values: readonly Cell[]): void => {
  checkCells(table, table.key, key);
  checkCells(table, table.values, values);
};

const checkCells = (
  table: TableShape,
  columns: readonly Column[],
  cells: readonly Cell[],
): void => {
  for (const [at, column] of columns.entries()) {
    const fault = faultOf(column, cells[at] ?? null);
    if (fault !== null) throw new UnstorableCell(`${table.name}.${column.name}: ${fault}`);
  }
};

/** A value that does not fit its column: the same again however often it is tried. */
export class UnstorableCell extends Error {
  override readonly name = 'UnstorableCell';
}

const NUMERIC = /^numeric\((\d+),(\d+)\)/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INTEGER_MAX = 2 ** 31 - 1;

/** Null: the column takes it. Of the types that tables have, see table.ts. */
export const faultOf = ({ type }: Column, cell: Cell): string | null => {
  if (cell === null) return type.includes('NOT NULL') ? 'null value' : null;
  if (typeof cell === 'string') {
    if (cell.includes('\0')) return 'invalid byte sequence for encoding "UTF8": 0x00';
    return type.startsWith('date') && !DAY.test(cell) ? 'invalid date' : null;
  }
  if (typeof cell === 'number')
    return type.startsWith('integer') && !(Math.abs(cell) <= INTEGER_MAX)
      ? 'integer out of range'
      : null;
  const [, precision, scale] = NUMERIC.exec(type) ?? [];
  // Cells of amounts are units of 10^-12, see money.ts.
  return precision !== undefined && digits(cell) > 12 + Number(precision) - Number(scale)
    ? 'numeric field overflow'
    : null;
};

const digits = (units: bigint): number => (units < 0n ? -units : units).toString().length;
