import pg from 'pg';

export interface PoolOptions {
  readonly max?: number;
  /** A server that has not answered a query for so long counts as gone, in ms. Default 60,000; 0: never. */
  readonly queryMsMax?: number;
}

/** To connect, or to get one of the pool's connections where all are in use. */
const CONNECT_MS_MAX = 30_000;

/**
 * A pool with the session settings that correctness leans on said explicitly. int8 and numeric stay strings, as pg
 * gives them: no type parser to Number anywhere.
 */
export const createPool = (url: string, options: PoolOptions = {}): pg.Pool => {
  const { queryMsMax = 60_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: 'commitment-ledger',
    // A frozen server, or one without power, closes nothing: without these its clients would wait for ever.
    query_timeout: queryMsMax,
    // And a server that is only slow ends what nobody waits for any more, a moment after its client has given up.
    ...(queryMsMax > 0 && { statement_timeout: queryMsMax + 1_000 }),
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Single statements are transactions too: a server's own default must not make compare-and-set an error.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_isolation=read\\ committed',
  });
  // An idle connection that the server closes must not end the process; the next query gets a new one.
  pool.on('error', () => undefined);
  // Nor may one that is in use: whoever uses it is told by its query, or by its next one.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};
