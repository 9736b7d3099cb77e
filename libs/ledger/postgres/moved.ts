import type { StreamKind } from '../../domain/events.js';
import { parseEntry } from '../format/entry.js';
import { streamId } from '../format/stream-id.js';
import type { MovedStream, RecordedEntry, ShardRange, StreamVersions } from '../ledger.js';
import type { StatementClient } from './sql-client.js';

interface MovedRow {
  readonly range: string;
  readonly shard: number;
  readonly tenant: string;
  readonly kind: StreamKind;
  readonly key: string;
  readonly type: string;
  readonly events: string;
  readonly first: number;
  readonly last: number;
}

/** The texts of entries are not read, so a busy second costs no more than its rows. LATERAL: each range by its index. */
export const movedStreams = async (
  db: StatementClient,
  ranges: readonly ShardRange[],
  tenants: readonly string[],
  limit: number,
): Promise<MovedStream[]> => {
  const { rows } = await db.query<MovedRow>({
    name: 'ledger-moved-streams',
    text: `
      SELECT r.nr - 1 AS range, r.shard, s.tenant, s.kind, s.key, moved.type, moved.events, moved.first, moved.last
      FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r (shard, after, up_to, nr)
      CROSS JOIN LATERAL (
        SELECT stream_id, type, count(*) AS events, min(stream_version) AS first, max(stream_version) AS last
        FROM ledger.ledger_event
        WHERE shard = r.shard AND position > r.after AND position <= r.up_to AND tenant = ANY ($4::text[])
        GROUP BY stream_id, type LIMIT $5
      ) moved
      JOIN ledger.stream s ON s.shard = r.shard AND s.stream_id = moved.stream_id
      LIMIT $5`,
    values: [
      ranges.map(({ shard }) => shard),
      ranges.map(({ after }) => after),
      ranges.map(({ upTo }) => upTo),
      tenants,
      limit,
    ],
  });
  return rows.map(({ range, tenant, kind, key, events, ...row }) => ({
    ...{ range: Number(range), shard: row.shard, stream: { tenant, kind, key }, type: row.type },
    ...{ events: Number(events), first: row.first, last: row.last },
  }));
};

/** Versions of streams by shard and position. The limit inside keeps the planner from reading anything but these streams. */
export const readVersions = async (
  db: StatementClient,
  wanted: readonly StreamVersions[],
  limit: number,
): Promise<RecordedEntry[]> => {
  const { rows } = await db.query<{ entry: string; hash: string }>({
    name: 'ledger-read-versions',
    text: `
      SELECT e.entry, encode(e.hash, 'hex') AS hash
      FROM unnest($1::integer[], $2::uuid[], $3::integer[], $4::integer[]) AS w (shard, stream_id, first, last)
      CROSS JOIN LATERAL (
        SELECT shard, position, entry, hash FROM ledger.ledger_event
        WHERE shard = w.shard AND stream_id = w.stream_id AND stream_version BETWEEN w.first AND w.last
        ORDER BY stream_version LIMIT $5
      ) e
      ORDER BY e.shard, e.position LIMIT $5`,
    values: [
      wanted.map(({ shard }) => shard),
      wanted.map(({ stream }) => streamId(stream)),
      wanted.map(({ first }) => first),
      wanted.map(({ last }) => last),
      limit,
    ],
  });
  return rows.map(({ entry, hash }) => parseEntry(entry, hash));
};
