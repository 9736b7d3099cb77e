import type { ClientBase, QueryResult, QueryResultRow } from 'pg';

/** A connection or a pool that statements are sent through. */
export type SqlClient = Pick<ClientBase, 'query'>;

/** A pool, or the connection of a writer: statements with a name are prepared once and sent again. */
export interface StatementClient {
  query<Row extends QueryResultRow>(query: {
    readonly name?: string;
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<QueryResult<Row>>;
}

/** The row of a statement that always answers with one, such as an aggregate. */
export const onlyRow = <Row>([row]: readonly Row[]): Row => {
  if (row === undefined) throw new Error('a statement that gives one row gave none');
  return row;
};
