import type { PoolClient } from 'pg';
import { onlyRow } from '../ledger/postgres/sql-client.js';
import type { ShardHead } from '../ledger/ledger.js';
import type { Findings } from './finding.js';
import type { ServerView } from './report.js';
import { formatOf, LEDGER_FORMATS } from './genesis.js';

export interface LedgerRow {
  readonly ledgerId: string;
  readonly shardCount: number;
  readonly formatVersion: number;
  readonly genesisHash: string;
}

export const readLedger = async (client: PoolClient): Promise<LedgerRow> => {
  const { rows } = await client.query<LedgerRow>(
    `SELECT ledger_id AS "ledgerId", shard_count AS "shardCount", format_version AS "formatVersion",
            encode(genesis_hash, 'hex') AS "genesisHash"
     FROM ledger.ledger`,
  );
  if (rows[0] === undefined) throw new Error('there is no ledger in this database');
  return rows[0];
};

/**
 * The genesis hash binds the ledger's id and, of ledgers of format 2, how many shards there are: whoever drops a shard has
 * to hash all others again. Whether it does.
 */
export const checkGenesis = (ledger: LedgerRow, findings: Findings): boolean => {
  const before = findings.total;
  const { ledgerId, shardCount, formatVersion, genesisHash } = ledger;
  const add = (detail: string): void => findings.add('genesis-mismatch', null, null, detail);
  if (!LEDGER_FORMATS.some((format) => format === formatVersion))
    add(`this version does not know the format ${formatVersion}`);
  const format = formatOf(genesisHash, ledgerId, shardCount);
  if (format === null)
    add(`the genesis hash ${genesisHash} is not of ledger ${ledgerId} with ${shardCount} shards`);
  else if (format !== formatVersion)
    add(`the ledger says that it is of format ${formatVersion}, its genesis hash is of ${format}`);
  return findings.total === before;
};

export const readStoredHeads = async (
  client: PoolClient,
): Promise<ReadonlyMap<number, ShardHead>> => {
  const { rows } = await client.query<Omit<ShardHead, 'position'> & { position: string }>(
    `SELECT shard, epoch, position, encode(hash, 'hex') AS hash,
            to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "recordedAt"
     FROM ledger.shard_head`,
  );
  return new Map(rows.map((row) => [row.shard, { ...row, position: Number(row.position) }]));
};

export const serverView = async (client: PoolClient): Promise<ServerView> => {
  const { rows } = await client.query<ServerView>(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time,
            current_setting('server_version') AS version, current_database() AS database,
            current_user AS role, pg_is_in_recovery() AS "inRecovery"`,
  );
  return onlyRow(rows);
};
