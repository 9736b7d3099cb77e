import type { Queryable } from './generations.js';
import type { NetRow } from './net-changes.js';
import type { TableShape } from './projection.js';
import { sqlText } from './sql-cells.js';

/** `text COLLATE "C" NOT NULL` is an array of `text`. */
const arrayType = (type: string): string => `${type.split(' ')[0]}[]`;

/**
 * All of a chunk's rows of one table in one statement. Sums grow by what is given; facts are inserted, and one that is
 * there already is an error: the checkpoint says that it cannot be.
 */
export const upsert = async (
  client: Queryable,
  relation: string,
  table: TableShape,
  rows: readonly NetRow[],
): Promise<void> => {
  if (rows.length === 0) return;
  const columns = [...table.key, ...table.values];
  const arrays = columns.map((_, column) =>
    rows.map(({ key, values }) =>
      sqlText(column < key.length ? key[column]! : values[column - key.length]!),
    ),
  );
  const parameters = columns.map(({ type }, at) => `$${at + 1}::${arrayType(type)}`);
  const grow = table.values.map(({ name }) => `${name} = held.${name} + excluded.${name}`);
  const onConflict =
    table.kind === 'sum'
      ? `ON CONFLICT (${table.key.map(({ name }) => name).join(', ')}) DO UPDATE SET ${grow.join(', ')}`
      : '';
  await client.query({
    // Planned once per connection: a table of another generation or version has another name.
    name: relation.slice('views.'.length),
    text: `INSERT INTO ${relation} AS held (${columns.map(({ name }) => name).join(', ')})
     SELECT * FROM unnest(${parameters.join(', ')}) ${onConflict}`,
    values: arrays,
  });
};
