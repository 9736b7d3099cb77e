import pg from 'pg';

/**
 * A pool with the session settings that correctness leans on said explicitly. int8 and numeric stay strings, as pg
 * gives them: no type parser to Number anywhere.
 */
export const createPool = (url: string, options: { readonly max?: number } = {}): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: 'commitment-ledger',
    // Single statements are transactions too: a server's own default must not make compare-and-set an error.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_isolation=read\\ committed',
  });
  // An idle connection that the server closes must not end the process; the next query gets a new one.
  pool.on('error', () => undefined);
  // Nor may one that is in use: whoever uses it is told by its query, or by its next one.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};
