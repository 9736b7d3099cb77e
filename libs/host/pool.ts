import pg from 'pg';

export interface PoolOptions {
  readonly max?: number;
  /** What a query may take, in ms: then the server ends it (57014). Default 60,000; 0: as long as it takes. */
  readonly queryMsMax?: number;
  /** Every transaction reads only, so that whoever uses it cannot change anything by mistake. */
  readonly readOnly?: boolean;
}

/** A server that does not even end a query counts as gone so much later. */
const SILENT_MS = 2_000;
/** The time to connect, or to get one of the pool's connections where all are in use. */
const CONNECT_MS_MAX = 30_000;

/**
 * A pool with the session settings that correctness leans on said explicitly. int8 and numeric stay strings, as pg
 * gives them: no type parser to Number anywhere.
 */
export const createPool = (url: string, options: PoolOptions = {}): pg.Pool => {
  const { queryMsMax = 60_000 } = options;
  // Those of a URL take the place of all that are given beside it. The last of a name counts: ours.
  const named = new URL(url);
  const own = named.searchParams.get('options');
  named.searchParams.delete('options');
  const pool = new pg.Pool({
    connectionString: own === null ? url : named.toString(),
    max: options.max ?? 10,
    application_name: 'commitment-ledger',
    // A frozen server, or one without power, closes nothing: without a limit its clients would wait for ever. One that
    // is only slow says so first.
    ...(queryMsMax > 0 && {
      statement_timeout: queryMsMax,
      query_timeout: queryMsMax + SILENT_MS,
    }),
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Single statements are transactions too: a server's own default must not make compare-and-set an error.
    options:
      (own === null ? '' : `${own} `) +
      '-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_isolation=read\\ committed' +
      // All names are written with their schema: what somebody makes in another one must never be meant.
      ' -c search_path=pg_catalog' +
      (options.readOnly === true ? ' -c default_transaction_read_only=on' : ''),
  });
  // An idle connection that the server closes must not end the process; the next query gets a new one.
  pool.on('error', () => undefined);
  // Nor may one that is in use: whoever uses it is told by its query, or by its next one.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};
