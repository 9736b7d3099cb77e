import type { ClientBase } from 'pg';
import type { ChainPoint } from '../../ledger/ledger.js';
import { LedgerFault } from './chain.js';

/** Where a shard says that it ends. */
export interface Head extends ChainPoint {
  readonly shard: number;
}

export const readChainHeads = async (client: ClientBase): Promise<readonly Head[]> => {
  const { rows } = await client.query<{ shard: number; position: string; hash: string }>(
    `SELECT shard, position::text AS position, encode(hash, 'hex') AS hash
     FROM ledger.shard_head ORDER BY shard`,
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
};

/**
 * The last event of each shard is its head, or some were cut off.
 * @throws LedgerFault `tail-cut` or `head-mismatch`.
 */
export const checkHeads = async (
  client: ClientBase,
  heads: readonly Head[],
  genesisHash: string,
): Promise<void> => {
  for (const { shard, position, hash } of heads) {
    const last = (await lastEntry(client, shard)) ?? { position: 0, hash: genesisHash };
    if (last.position < position)
      throw new LedgerFault(
        'tail-cut',
        shard,
        last.position + 1,
        `the shard ends at ${last.position}, and its head is at ${position}`,
      );
    if (last.position !== position || last.hash !== hash)
      throw new LedgerFault(
        'head-mismatch',
        shard,
        position,
        `the shard ends at ${last.position} with ${last.hash}, its head is at ${position} with ${hash}`,
      );
  }
};

const lastEntry = async (client: ClientBase, shard: number): Promise<ChainPoint | undefined> => {
  const { rows } = await client.query<{ position: string; hash: string }>(
    `SELECT e.position::text AS position, encode(e.hash, 'hex') AS hash FROM ledger.ledger_event e
     WHERE e.shard = $1 ORDER BY e.position DESC LIMIT 1`,
    [shard],
  );
  return rows[0] && { position: Number(rows[0].position), hash: rows[0].hash };
};
