import type { Pool, PoolClient } from 'pg';
import { onlyRow } from '../ledger/postgres/sql-client.js';

export interface ExportOptions {
  readonly pool: Pool;
  /** Only this shard. */
  readonly shard?: number;
  /** The first position of each shard. Default 1. */
  readonly from?: number;
}

const PAGE = 1_000;

interface Row {
  readonly position: string;
  readonly hash: string;
  readonly entry: string;
}

/**
 * The ledger as lines of NDJSON, in the order of shards and positions, out of one read-only snapshot:
 * `{"shard","position","hash","entry"}` for each entry, `entry` being the very text that was hashed, and as the last
 * line `{"ledgerId","genesisHash","shardCount","formatVersion","heads":[{"shard","position","hash"}]}`, without which
 * the file was cut off. Memory: a page of 1,000 entries.
 */
export async function* exportLedger(options: ExportOptions): AsyncGenerator<string> {
  const client = await options.pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const ledger = await readLedger(client);
    const heads = (await readHeads(client)).filter(
      ({ shard }) => options.shard === undefined || shard === options.shard,
    );
    for (const { shard, position } of heads)
      for (let after = (options.from ?? 1) - 1; after < position;) {
        const rows = await page(client, shard, after);
        const last = rows.at(-1);
        if (last === undefined) break; // the head says more than is there: for the reader to see
        yield rows.map((row) => lineOf(shard, row)).join('');
        after = Number(last.position);
      }
    yield `${JSON.stringify({ ...ledger, heads })}\n`;
    await client.query('COMMIT');
  } finally {
    // A reader that stops in the middle leaves the transaction open, which goes with the connection.
    client.release(true);
  }
}

const lineOf = (shard: number, { position, hash, entry }: Row): string =>
  `${JSON.stringify({ shard, position: Number(position), hash, entry })}\n`;

const page = async (client: PoolClient, shard: number, after: number): Promise<readonly Row[]> => {
  const { rows } = await client.query<Row>(
    // By the column, with its table: by its bare name it would be the text of the answer.
    `SELECT position::text AS position, encode(hash, 'hex') AS hash, entry FROM ledger.ledger_event AS event
     WHERE shard = $1 AND position > $2 ORDER BY event.position LIMIT ${PAGE}`,
    [shard, after],
  );
  return rows;
};

const readLedger = async (client: PoolClient) => {
  const { rows } = await client.query<{
    ledgerId: string;
    genesisHash: string;
    shardCount: number;
    formatVersion: number;
  }>(
    `SELECT ledger_id AS "ledgerId", encode(genesis_hash, 'hex') AS "genesisHash",
            shard_count AS "shardCount", format_version AS "formatVersion" FROM ledger.ledger`,
  );
  return onlyRow(rows);
};

const readHeads = async (client: PoolClient) => {
  const { rows } = await client.query<{ shard: number; position: string; hash: string }>(
    `SELECT shard, position::text AS position, encode(hash, 'hex') AS hash
     FROM ledger.shard_head ORDER BY shard`,
  );
  return rows.map((head) => ({ ...head, position: Number(head.position) }));
};
