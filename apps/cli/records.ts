import type { MoneyText } from '../../libs/domain/money.js';
import type { Report } from './report.js';

/** What a cell of a record is made of. Of money it is the amount: the currency is a column of its own. */
type Told = string | number | boolean | MoneyText | null;

type MemberToTell<Row> = {
  [Member in keyof Row]: Row[Member] extends Told ? Member : never;
}[keyof Row] &
  string;

/** A member of the row under its own name, or another name and what stands there. */
export type RecordColumn<Row> =
  MemberToTell<Row> | readonly [name: string, tell: (row: Row) => Told];

/** Exact values, one table. A column that the rows do not have does not compile. */
export const recordsOf = <Row extends object>(
  rows: readonly Row[],
  columns: readonly RecordColumn<Row>[],
): Report['records'] => ({
  columns: columns.map((column) => (typeof column === 'string' ? column : column[0])),
  rows: rows.map((row) =>
    columns.map((column) =>
      cellOf(typeof column === 'string' ? (row[column] as Told) : column[1](row)),
    ),
  ),
});

const cellOf = (told: Told): string | number | null => {
  if (typeof told === 'boolean') return String(told);
  return told !== null && typeof told === 'object' ? told.amount : told;
};
