import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { onlyRow } from '../../libs/ledger/postgres/sql-client.js';
import { transactionOn } from './migrations.js';

const DEFAULT_SHARD_COUNT = 4;
/** 2: the genesis hash binds the number of shards as well. Ledgers of format 1 stay what they are. */
const FORMAT_VERSION = 2;

/** SHA-256 of this text, hex: the `prev` of every shard's first entry. */
export const genesisHash = (ledgerId: string, shardCount: number): string =>
  createHash('sha256')
    .update(`commitment-ledger genesis v2\n${ledgerId}\n${shardCount}\n`)
    .digest('hex');

/** Makes the ledger's row and the heads of its shards, once per database. The shard count is chosen here and never changes. */
export const createLedger = async (
  owner: Pick<pg.ClientBase, 'query'>,
  shardCount?: number,
): Promise<{ readonly ledgerId: string; readonly shardCount: number }> => {
  const wanted = shardCount ?? DEFAULT_SHARD_COUNT;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1024)
    throw new PostgresError('shard-count-invalid', `shard count ${wanted}: 1 to 1024 is possible`);
  const ledgerId = randomUUID();
  await transactionOn(owner, async () => {
    const made = await owner.query(
      `INSERT INTO ledger.ledger (ledger_id, shard_count, format_version, genesis_hash)
       VALUES ($1, $2, $3, decode($4, 'hex')) ON CONFLICT DO NOTHING`,
      [ledgerId, wanted, FORMAT_VERSION, genesisHash(ledgerId, wanted)],
    );
    if (made.rowCount === 0) return;
    await owner.query(
      `INSERT INTO ledger.shard_head (shard, epoch, position, hash)
       SELECT shard, 1, 0, decode($2, 'hex') FROM generate_series(0, $1::int - 1) AS shard`,
      [wanted, genesisHash(ledgerId, wanted)],
    );
  });
  const { rows } = await owner.query<{ ledger_id: string; shard_count: number }>(
    'SELECT ledger_id, shard_count FROM ledger.ledger',
  );
  const ledger = onlyRow(rows);
  if (shardCount !== undefined && shardCount !== ledger.shard_count)
    throw new PostgresError(
      'shard-count-fixed',
      `This ledger has ${ledger.shard_count} shards, chosen when it was created; ${shardCount} were asked for. ` +
        'The count never changes: leave the setting out, or create another ledger and import into it.',
    );
  return { ledgerId: ledger.ledger_id, shardCount: ledger.shard_count };
};
