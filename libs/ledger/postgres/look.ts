import { parseEntry } from '../format/entry.js';
import type { Looked, StreamName, EntryFilter, EntrySubject } from '../ledger.js';
import type { StatementClient } from './sql-client.js';
import { streamId } from '../format/stream-id.js';

/** How many entries one question looks at: well below a second, also where few of them are wanted. */
const VERSIONS_MAX = 100_000;
const POSITIONS_MAX = 250_000;

interface LookedRow {
  readonly stop: string | null;
  /** Null: there is none. */
  readonly entry: string | null;
  readonly hash: string;
}

const looked = (rows: readonly LookedRow[], limit: number): Looked => {
  const entries = rows.flatMap(({ entry, hash }) =>
    entry === null ? [] : [parseEntry(entry, hash)],
  );
  if (entries.length === limit) return { entries, stoppedAt: entries.at(-1)?.position ?? null };
  const stop = rows[0]?.stop ?? null;
  return { entries, stoppedAt: stop === null ? null : Number(stop) };
};

const OF = (first: number): string => {
  const [source, id, from, before] = [first, first + 1, first + 2, first + 3].map((at) => `$${at}`);
  return `(${source}::text IS NULL OR source = ${source})
          AND (${id}::text IS NULL OR dedupe_key = tenant || ' ' || source || ' ' || ${id})
          AND (${from}::timestamptz IS NULL OR effective_at >= ${from})
          AND (${before}::timestamptz IS NULL OR effective_at < ${before})`;
};

const valuesOf = ({
  source,
  id,
  effectiveFrom,
  effectiveBefore,
}: EntrySubject): readonly unknown[] => [
  ...[source ?? null, id ?? null, effectiveFrom ?? null, effectiveBefore ?? null],
];

/** Versions grow with positions: the first after a position is found by bisecting, and nothing else is read. */
export const lookInStream = async (
  db: StatementClient,
  shard: number,
  stream: StreamName,
  { after, type, limit, ...of }: EntryFilter,
): Promise<Looked> => {
  const { rows } = await db.query<LookedRow>({
    name: 'ledger-look-in-stream',
    text: `
      WITH RECURSIVE bisect (low, high) AS (
        SELECT 0, coalesce(max(stream_version), 0) FROM ledger.ledger_event
        WHERE shard = $1 AND stream_id = $2
        UNION ALL
        SELECT CASE WHEN e.position <= $3 THEN e.stream_version ELSE b.low END,
               CASE WHEN e.position <= $3 THEN b.high ELSE e.stream_version - 1 END
        FROM bisect b
        JOIN ledger.ledger_event e
          ON e.shard = $1 AND e.stream_id = $2 AND e.stream_version = (b.low + b.high + 1) / 2
        WHERE b.low < b.high
      ), start AS (SELECT low AS version FROM bisect WHERE low = high)
      SELECT stop.position AS stop, found.entry, found.hash
      FROM start
      LEFT JOIN ledger.ledger_event stop
        ON stop.shard = $1 AND stop.stream_id = $2 AND stop.stream_version = start.version + $6
      LEFT JOIN LATERAL (
        SELECT entry, encode(hash, 'hex') AS hash FROM ledger.ledger_event
        WHERE shard = $1 AND stream_id = $2
          AND stream_version > start.version AND stream_version <= start.version + $6
          AND ($4::text IS NULL OR type = $4) AND ${OF(7)}
        ORDER BY stream_version LIMIT $5
      ) found ON true`,
    values: [shard, streamId(stream), after, type, limit, VERSIONS_MAX, ...valuesOf(of)],
  });
  return looked(rows, limit);
};

export const lookInShard = async (
  db: StatementClient,
  shard: number,
  { after, type, limit, tenant, upTo, ...of }: EntryFilter & { tenant: string; upTo: number },
): Promise<Looked> => {
  const { rows } = await db.query<LookedRow>({
    name: 'ledger-look-in-shard',
    text: `
      SELECT CASE WHEN $2::bigint + $7::bigint < least(head.position, $3::bigint)
                  THEN $2::bigint + $7::bigint END AS stop,
             found.entry, found.hash
      FROM ledger.shard_head head
      LEFT JOIN LATERAL (
        SELECT entry, encode(hash, 'hex') AS hash FROM ledger.ledger_event
        WHERE shard = $1 AND position > $2::bigint AND position <= least($2::bigint + $7::bigint, $3::bigint)
          AND tenant = $4 AND ($5::text IS NULL OR type = $5) AND ${OF(8)}
        ORDER BY position LIMIT $6
      ) found ON true
      WHERE head.shard = $1`,
    values: [
      shard,
      after,
      Math.min(upTo, Number.MAX_SAFE_INTEGER),
      tenant,
      type,
      limit,
      POSITIONS_MAX,
      ...valuesOf(of),
    ],
  });
  return looked(rows, limit);
};
