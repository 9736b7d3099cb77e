import type { Pool } from 'pg';
import { instantOf, type Instant } from '../../domain/instant.js';
import { shardOf } from '../../ledger/format/shard.js';
import { streamId } from '../../ledger/format/stream-id.js';
import type { StreamName } from '../../ledger/ledger.js';
import { instantText } from '../asking/instant-text.js';
import type { Heard } from './silence.js';

/**
 * When the ledger heard of these agreements, from their books: what was recorded, whatever day it is about. Asked in the
 * ledger and not in the views, so that usage that a view has not seen yet counts.
 */
export const heardOf = async (
  pool: Pool,
  tenant: string,
  agreementIds: readonly string[],
  shardCount: number,
): Promise<ReadonlyMap<string, Heard>> => {
  const books = agreementIds.map((key): StreamName => ({ tenant, kind: 'commitment', key }));
  const { rows } = await pool.query<{ id: string; first: Instant; usage: Instant | null }>(
    `SELECT book.id, ${instantText('f.recorded_at')} AS first, ${instantText('u.recorded_at')} AS usage
     FROM unnest($1::text[], $2::integer[], $3::uuid[]) AS book (id, shard, stream)
     JOIN ledger.ledger_event f
       ON f.shard = book.shard AND f.stream_id = book.stream AND f.stream_version = 1
     LEFT JOIN LATERAL (
       SELECT e.recorded_at FROM ledger.ledger_event e
       WHERE e.shard = book.shard AND e.stream_id = book.stream AND e.type = 'DrawdownRecorded'
       ORDER BY e.stream_version DESC LIMIT 1) u ON true`,
    [agreementIds, books.map((book) => shardOf(book, shardCount)), books.map(streamId)],
  );
  return new Map(
    rows.map(({ id, first, usage }) => [
      id,
      { first: instantOf(first), usage: usage === null ? null : instantOf(usage) },
    ]),
  );
};
