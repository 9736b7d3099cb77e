import pg from 'pg';
import type { ClientConfig, QueryResult, QueryResultRow } from 'pg';
import { backOff, type BackOff } from '../../waiting/back-off.js';
import { pause } from '../../waiting/wakeup.js';

/** The connection ended while something was in flight: whether it took effect is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** No connection could be made in time: nothing was tried. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
}

/** The name tells the writers of one shard from everybody else: see `endFrozen`. */
const session = ({ shard, lockMsMax }: WriterConnectionOptions): string =>
  `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET standard_conforming_strings = on; SET idle_in_transaction_session_timeout = '15s';
SET lock_timeout = ${lockMsMax}; SET application_name = 'commitment-ledger writer, shard ${shard}'`;

/** A server that does not close its side is not waited for longer. */
const GOODBYE_MS_MAX = 1_000;
/** Callers wait while a connection is made. */
const CONNECT_AGAIN: BackOff = { firstMs: 20, maxMs: 500 };

export interface WriterConnectionOptions {
  readonly shard: number;
  readonly config: ClientConfig;
  readonly connectMsMax: number;
  readonly statementMsMax: number;
  /** How long to wait for a head that another writer holds, in milliseconds. */
  readonly lockMsMax: number;
}

/** SQLSTATE of a query that failed in the server; undefined when there was no answer from it. */
export const sqlState = (error: unknown): string | undefined => {
  // Not by the look of its code: EPIPE of a socket has five letters too.
  return error instanceof pg.DatabaseError ? error.code : undefined;
};

/** 57P01..57P05: the server ends this session. 08: the connection itself. */
const isEnd = (error: unknown): boolean => /^(57P0[1-5]|08)/.test(sqlState(error) ?? '');

/** Another session holds what this one waited for. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03';

/** Serialisation failure, deadlock (two shards with the same two keys), lock time-out: others made progress, or will. */
export const isWorthRetrying = (error: unknown): boolean =>
  isLockTimeout(error) || ['40001', '40P01'].includes(sqlState(error) ?? '');

/** Disk full, out of memory, read-only standby, no permission: no submission is to blame, so splitting helps nobody. */
export const isServerTrouble = (error: unknown): boolean =>
  /^(53|54001|58|25006|42501|XX)/.test(sqlState(error) ?? '');

/** The one session of a shard writer: one thing at a time, made anew when it breaks. */
export class WriterConnection {
  private client: pg.Client | null = null;

  constructor(private readonly options: WriterConnectionOptions) {}

  async query<Row extends QueryResultRow>(query: {
    readonly name?: string;
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<QueryResult<Row>> {
    const client = await this.connected();
    return this.watched(client, client.query<Row>(query as pg.QueryConfig));
  }

  /**
   * A transaction on one client: on another one, what is left of it would be a transaction of its own. `work` begins and
   * ends it; when it fails, the session is out of the transaction afterwards.
   */
  async transaction<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = await this.connected();
    try {
      return await this.watched(client, work(client));
    } catch (error) {
      if (!(error instanceof ConnectionLost))
        await this.watched(client, client.query('ROLLBACK')).catch(() => this.drop(client));
      throw error;
    }
  }

  async end(): Promise<void> {
    const { client } = this;
    this.client = null;
    if (client === null) return;
    const timer = setTimeout(() => this.drop(client), GOODBYE_MS_MAX);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  /** Turns a broken connection into ConnectionLost, and a silent one too. */
  private async watched<Result>(client: pg.Client, work: Promise<Result>): Promise<Result> {
    const timer = setTimeout(() => this.drop(client), this.options.statementMsMax);
    try {
      return await work;
    } catch (error) {
      // A broken socket was heard of before whoever waits for an answer is told.
      if (!isEnd(error) && this.client === client) throw error;
      this.drop(client);
      throw new ConnectionLost((error as Error).message, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  private async connected(): Promise<pg.Client> {
    if (this.client !== null) return this.client;
    const deadline = Date.now() + this.options.connectMsMax;
    for (let tries = 1; ; tries += 1) {
      const client = this.newClient();
      // Of all of it: pg's own limit ends with the log-in, and a server can fall silent after that too.
      const timer = setTimeout(() => this.drop(client), deadline - Date.now());
      try {
        await client.connect();
        await client.query(session(this.options));
        this.client = client;
        return client;
      } catch (error) {
        this.drop(client);
        const pauseMs = backOff(tries, CONNECT_AGAIN);
        if (Date.now() + pauseMs > deadline)
          throw new NotReachable((error as Error).message, { cause: error });
        await pause(pauseMs);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  private newClient(): pg.Client {
    const client = new pg.Client({
      ...this.options.config,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 0,
    });
    // `watched` is the limit. One of pg's own, from the URL or the pool, is meant for
    // the queries of others.
    const { connectionParameters } = client as unknown as {
      connectionParameters: { query_timeout: number };
    };
    connectionParameters.query_timeout = 0;
    client.on('error', () => this.drop(client));
    return client;
  }

  private drop(client: pg.Client): void {
    if (this.client === client) this.client = null;
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
  }
}
