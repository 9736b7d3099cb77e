import { createHash } from 'node:crypto';
import type { QueryConfig } from 'pg';
import type { NetRow } from './net-changes.js';
import type { TableShape } from './projection.js';
import { sqlText } from './sql-cells.js';

export interface RowsOfTable {
  readonly relation: string;
  readonly table: TableShape;
  readonly rows: readonly NetRow[];
}

/**
 * All rows of all tables in one statement; null when there are none. No table may be named twice: the parts of a
 * statement do not see each other's rows.
 */
export const upsertOf = (tables: readonly RowsOfTable[]): QueryConfig | null => {
  const inserts: string[] = [];
  const values: (string | null)[][] = [];
  for (const { relation, table, rows } of tables) {
    if (rows.length === 0) continue;
    inserts.push(insertInto(relation, table, values.length));
    values.push(...columnsOf(table, rows));
  }
  const last = inserts.pop();
  if (last === undefined) return null;
  const others = inserts.map((insert, at) => `w${at} AS (${insert})`);
  const text = others.length === 0 ? last : `WITH ${others.join(', ')} ${last}`;
  return { name: nameOf(text), text, values };
};

/** Planned once per connection and set of tables: a table of another generation or version has another name. */
const nameOf = (text: string): string =>
  // PostgreSQL tells names apart by their first 63 bytes only.
  `views-upsert-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;

/** `text COLLATE "C" NOT NULL` is an array of `text`. */
const arrayType = (type: string): string => `${type.split(' ')[0]}[]`;

/**
 * Sums grow by what is given; facts are inserted, and one that is there already is an error: the checkpoint says that
 * it cannot be.
 */
const insertInto = (relation: string, table: TableShape, parametersBefore: number): string => {
  const columns = [...table.key, ...table.values];
  const parameters = columns.map(
    ({ type }, at) => `$${parametersBefore + at + 1}::${arrayType(type)}`,
  );
  const grow = table.values.map(({ name }) => `${name} = held.${name} + excluded.${name}`);
  const onConflict =
    table.kind === 'sum'
      ? `ON CONFLICT (${table.key.map(({ name }) => name).join(', ')}) DO UPDATE SET ${grow.join(', ')}`
      : '';
  return `INSERT INTO ${relation} AS held (${columns.map(({ name }) => name).join(', ')})
     SELECT * FROM unnest(${parameters.join(', ')}) ${onConflict}`;
};

const columnsOf = (table: TableShape, rows: readonly NetRow[]): (string | null)[][] => [
  ...table.key.map((_, at) => rows.map(({ key }) => sqlText(key[at] ?? null))),
  ...table.values.map((_, at) => rows.map(({ values }) => sqlText(values[at] ?? null))),
];
