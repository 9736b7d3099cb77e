import type { Pool, PoolClient } from 'pg';

/** `begin`: BEGIN and whatever is set for the transaction, as one text. */
export const inTransaction = async <Result>(
  pool: Pool,
  begin: string,
  body: (client: PoolClient) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect();
  let reusable = true;
  try {
    await client.query(begin);
    const result = await body(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    reusable = await rollBack(client);
    throw error;
  } finally {
    client.release(!reusable);
  }
};

/** The server may be silent: then this is not waited for as long as for other answers. */
const ROLLBACK_MS_MAX = 2_000;

/**
 * Ends a transaction that failed. False: the connection must not go back to the pool, which would give it to others
 * with the unanswered query still in it.
 */
const rollBack = (client: PoolClient): Promise<boolean> => {
  const query = { text: 'ROLLBACK', query_timeout: ROLLBACK_MS_MAX };
  return client.query(query).then(
    () => true,
    () => false,
  );
};
