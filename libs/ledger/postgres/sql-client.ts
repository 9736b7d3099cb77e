import type { ClientBase } from 'pg';

/** A connection or a pool that statements are sent through. */
export type SqlClient = Pick<ClientBase, 'query'>;

/** The row of a statement that always answers with one, such as an aggregate. */
export const onlyRow = <Row>([row]: readonly Row[]): Row => {
  if (row === undefined) throw new Error('a statement that gives one row gave none');
  return row;
};
