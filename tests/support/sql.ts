import pg from 'pg';
import type { QueryResultRow } from 'pg';

/** One statement (or, without values, a script) on a connection of its own. */
export const sql = async <Row extends QueryResultRow>(
  url: string,
  text: string,
  values?: readonly unknown[],
): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values && [...values])).rows;
  } finally {
    await client.end();
  }
};
