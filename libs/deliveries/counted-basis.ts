import type pg from 'pg';
import type { CostBasis } from '../domain/commitment/terms/terms.js';
import { parseEntry } from '../ledger/format/entry.js';
import { shardOf } from '../ledger/format/shard.js';
import { streamId } from '../ledger/format/stream-id.js';

/** Which cost the commitments of an agreement count. Null: it has none yet. */
export type BasisOf = (agreement: string) => Promise<CostBasis | null>;

/**
 * An agreement's commitments share one basis for ever (`commitment-basis-conflict`), so its first entry says it. Asked only
 * where a cost of a row cannot be read, and once for each agreement.
 */
export const countedBasis = (pool: pg.Pool, shardCount: number, tenant: string): BasisOf => {
  const known = new Map<string, CostBasis>();
  return async (agreement) => {
    const before = known.get(agreement);
    if (before !== undefined) return before;
    const stream = { tenant, kind: 'commitment', key: agreement } as const;
    const { rows } = await pool.query<{ entry: string; hash: string }>(
      `SELECT entry, encode(hash, 'hex') AS hash FROM ledger.ledger_event
       WHERE shard = $1 AND stream_id = $2 AND stream_version = 1`,
      [shardOf(stream, shardCount), streamId(stream)],
    );
    const [first] = rows;
    if (first === undefined) return null;
    const { event } = parseEntry(first.entry, first.hash);
    if (event.type !== 'CommitmentPledged') return null;
    known.set(agreement, event.body.terms.basis);
    return event.body.terms.basis;
  };
};
