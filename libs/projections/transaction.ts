import type { Pool, PoolClient } from 'pg';

/** `begin`: BEGIN and whatever is set for the transaction, as one text. */
export const inTransaction = async <Result>(
  pool: Pool,
  begin: string,
  body: (client: PoolClient) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await body(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
};
