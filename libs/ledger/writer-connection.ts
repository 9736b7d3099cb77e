import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ClientConfig, QueryResult, QueryResultRow } from 'pg';
import { CopyBatch } from './copy-batch.js';

/** The connection ended while something was in flight: whether it took effect is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** No connection could be made in time: nothing was tried. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
}

const SESSION = `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET standard_conforming_strings = on; SET idle_in_transaction_session_timeout = '15s'; SET lock_timeout = '20s'`;

/** SQLSTATE of a query that failed in the server; undefined when there was no answer from it. */
export const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** 57P01..57P03: the server ends this session. 08: the connection itself. No SQLSTATE: the socket broke. */
const isLoss = (error: unknown): boolean => /^(57P0[1-5]|08)/.test(sqlState(error) ?? '08');

/** The one session of a shard writer: one thing at a time, made anew when it breaks. */
export class WriterConnection {
  private client: pg.Client | null = null;

  constructor(
    private readonly config: ClientConfig,
    private readonly limits: { readonly connectMsMax: number; readonly statementMsMax: number },
  ) {}

  async query<Row extends QueryResultRow>(query: {
    readonly name?: string;
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<QueryResult<Row>> {
    const client = await this.connected();
    return this.watched(client, client.query<Row>(query as pg.QueryConfig));
  }

  async copy(script: string, rows: readonly Buffer[]): Promise<void> {
    const client = await this.connected();
    try {
      await this.watched(client, client.query(new CopyBatch(script, rows)).done);
    } catch (error) {
      if (!(error instanceof ConnectionLost))
        await this.watched(client, client.query('ROLLBACK')).catch(() => this.drop(client));
      throw error;
    }
  }

  async end(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  /** Turns a broken connection into ConnectionLost, and a silent one too. */
  private async watched<Result>(client: pg.Client, work: Promise<Result>): Promise<Result> {
    const timer = setTimeout(() => this.drop(client), this.limits.statementMsMax);
    try {
      return await work;
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.drop(client);
      throw new ConnectionLost((error as Error).message, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  private async connected(): Promise<pg.Client> {
    if (this.client !== null) return this.client;
    const deadline = Date.now() + this.limits.connectMsMax;
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      const client = new pg.Client({
        ...this.config,
        keepAlive: true,
        connectionTimeoutMillis: this.limits.connectMsMax,
      });
      client.on('error', () => this.drop(client));
      try {
        await client.connect();
        await client.query(SESSION);
        this.client = client;
        return client;
      } catch (error) {
        this.drop(client);
        if (Date.now() + pauseMs > deadline)
          throw new NotReachable((error as Error).message, { cause: error });
        await sleep(pauseMs);
      }
    }
  }

  private drop(client: pg.Client): void {
    if (this.client === client) this.client = null;
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
  }
}
