import { parseEntry, parseEnvelope } from '../format/entry.js';
import type { EntryEnvelope, RecordedEntry, ShardHead, StreamName } from '../ledger.js';
import { streamId } from '../format/stream-id.js';
import type { StatementClient } from './sql-client.js';
import { unreadableAt } from './unreadable.js';

interface EntryRow {
  readonly entry: string;
  readonly hash: string;
}

const entriesOf = (rows: readonly EntryRow[]): RecordedEntry[] =>
  rows.map(({ entry, hash }) => parseEntry(entry, hash));

/** Positions after `after`, ascending. One statement sees one state, and positions commit in order: no gaps. */
export const readShard = async (
  db: StatementClient,
  shard: number,
  after: number,
  limit: number,
): Promise<RecordedEntry[]> =>
  inPlace(parseEntry, shard, after, await shardRows(db, shard, after, limit));

export const readShardEnvelopes = async (
  db: StatementClient,
  shard: number,
  after: number,
  limit: number,
): Promise<EntryEnvelope[]> =>
  inPlace(parseEnvelope, shard, after, await shardRows(db, shard, after, limit));

/** What cannot be read does not say where it stands. */
const inPlace = <Entry>(
  parse: (entry: string, hash: string) => Entry,
  shard: number,
  after: number,
  rows: readonly EntryRow[],
): Entry[] =>
  rows.map(({ entry, hash }, index) => {
    try {
      return parse(entry, hash);
    } catch (error) {
      throw unreadableAt(shard, after + index + 1, error);
    }
  });

const shardRows = async (
  db: StatementClient,
  shard: number,
  after: number,
  limit: number,
): Promise<readonly EntryRow[]> => {
  const { rows } = await db.query<EntryRow>({
    name: 'ledger-read-shard',
    text: `SELECT entry, encode(hash, 'hex') AS hash FROM ledger.ledger_event
           WHERE shard = $1 AND position > $2 ORDER BY position LIMIT $3`,
    values: [shard, after, limit],
  });
  return rows;
};

export const readStream = async (
  db: StatementClient,
  shard: number,
  stream: StreamName,
): Promise<RecordedEntry[]> => {
  const { rows } = await db.query<EntryRow>({
    name: 'ledger-read-stream',
    text: `SELECT entry, encode(hash, 'hex') AS hash FROM ledger.ledger_event
           WHERE shard = $1 AND stream_id = $2 ORDER BY stream_version`,
    values: [shard, streamId(stream)],
  });
  return entriesOf(rows);
};

const INSTANT = `to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

interface HeadRow {
  readonly shard: number;
  readonly epoch: number;
  readonly position: string;
  readonly hash: Buffer;
  readonly recorded_at: string | null;
}

const headOf = (row: HeadRow): ShardHead => ({
  shard: row.shard,
  epoch: row.epoch,
  position: Number(row.position),
  hash: row.hash.toString('hex'),
  recordedAt: row.recorded_at,
});

const HEADS = `SELECT shard, epoch, position, hash, ${INSTANT} AS recorded_at FROM ledger.shard_head`;

export const readHeads = async (db: StatementClient): Promise<ShardHead[]> =>
  (
    await db.query<HeadRow>({ name: 'ledger-read-heads', text: `${HEADS} ORDER BY shard` })
  ).rows.map(headOf);

export const readHead = async (db: StatementClient, shard: number): Promise<ShardHead> => {
  const text = `${HEADS} WHERE shard = $1`;
  const { rows } = await db.query<HeadRow>({ name: 'ledger-read-head', text, values: [shard] });
  if (rows[0] === undefined) throw new Error(`the ledger has no shard ${shard}`);
  return headOf(rows[0]);
};

/** recorded_at grows with the position, so bisecting by position needs no index on time. */
export const readPositionAt = async (
  db: StatementClient,
  shard: number,
  recordedAt: string,
): Promise<number> => {
  const { rows } = await db.query<{ low: string }>({
    name: 'ledger-position-at',
    text: `
      WITH RECURSIVE bisect (low, high) AS (
        SELECT 0::bigint, position FROM ledger.shard_head WHERE shard = $1
        UNION ALL
        SELECT CASE WHEN e.recorded_at <= $2::timestamptz THEN e.position ELSE b.low END,
               CASE WHEN e.recorded_at <= $2::timestamptz THEN b.high ELSE e.position - 1 END
        FROM bisect b
        JOIN ledger.ledger_event e ON e.shard = $1 AND e.position = (b.low + b.high + 1) / 2
        WHERE b.low < b.high
      )
      SELECT low FROM bisect WHERE low = high`,
    values: [shard, recordedAt],
  });
  return Number(rows[0]?.low ?? 0);
};

/** What is recorded under a dedupe key, in whatever shard. */
export interface FoundKey {
  readonly key: string;
  readonly first: RecordedEntry;
  /** More events of the same command follow it. */
  readonly more: boolean;
}

/** The keys that are recorded, and where the shard stands, in one look. */
export const findKeys = async (
  db: StatementClient,
  shard: number,
  keys: readonly string[],
): Promise<{ readonly found: FoundKey[]; readonly position: number; readonly epoch: number }> => {
  const { rows } = await db.query<
    EntryRow & { key: string | null; more: boolean; position: string; epoch: number }
  >({
    name: 'ledger-find-keys',
    text: `
      SELECT h.position, h.epoch, f.* FROM ledger.shard_head h LEFT JOIN (
        SELECT e.dedupe_key AS key, e.entry, encode(e.hash, 'hex') AS hash, n.position IS NOT NULL AS more
        FROM ledger.ledger_event e
        LEFT JOIN ledger.ledger_event n
          ON n.shard = e.shard AND n.position = e.position + 1
         AND n.dedupe_key = e.dedupe_key || '#2' AND n.request_digest = e.request_digest
        WHERE e.dedupe_key = ANY ($2::text[])
      ) f ON true
      WHERE h.shard = $1`,
    values: [shard, keys],
  });
  const [head] = rows;
  if (head === undefined) throw new Error(`the ledger has no shard ${shard}`);
  const found = rows.flatMap(({ key, entry, hash, more }) =>
    key === null ? [] : [{ key, first: parseEntry(entry, hash), more }],
  );
  return { found, position: Number(head.position), epoch: head.epoch };
};

const COMMAND_PAGE = 64;

/** The events of one command stand together: from its first to the last with the next id and the same digest. */
export const readCommand = async (
  db: StatementClient,
  first: RecordedEntry,
): Promise<RecordedEntry[]> => {
  const entries = [first];
  for (let full = true; full;) {
    const after = first.position + entries.length - 1;
    const following = await readShard(db, first.shard, after, COMMAND_PAGE);
    full = following.length === COMMAND_PAGE;
    for (const entry of following) {
      const expected = `${first.id}#${entries.length + 1}`;
      const same = entry.tenant === first.tenant && entry.source === first.source;
      if (!same || entry.id !== expected || entry.digest !== first.digest) return entries;
      entries.push(entry);
    }
  }
  return entries;
};

/** A stream as stored: the snapshot, and the events after it. */
export interface StoredStream {
  readonly streamId: string;
  readonly snapshotVersion: number;
  /** Decoded; null: there is none that is still readable. */
  readonly state: unknown;
  readonly stateChars: number;
  readonly later: readonly RecordedEntry[];
}

export const loadStreams = async (
  db: StatementClient,
  shard: number,
  streamIds: readonly string[],
  decode: (streamId: string, state: string) => unknown,
): Promise<StoredStream[]> => {
  const { rows: stored } = await db.query<{
    stream_id: string;
    state_version: number;
    state: string | null;
  }>({
    name: 'ledger-load-streams',
    text: `SELECT stream_id, state_version, state FROM ledger.stream
           WHERE shard = $1 AND stream_id = ANY ($2::uuid[])`,
    values: [shard, streamIds],
  });
  const rows = stored.map((row) => {
    const state = row.state === null ? null : decode(row.stream_id, row.state);
    return { ...row, chars: row.state?.length ?? 0, state };
  });
  const later = rows.length === 0 ? [] : await readLater(db, shard, rows);
  const byStream = new Map<string, RecordedEntry[]>(rows.map((row) => [row.stream_id, []]));
  for (const { id, entry } of later) byStream.get(id)?.push(entry);
  return rows.map((row) => ({
    streamId: row.stream_id,
    snapshotVersion: row.state === null ? 0 : row.state_version,
    state: row.state,
    stateChars: row.chars,
    later: byStream.get(row.stream_id) ?? [],
  }));
};

/** The events after each stream's snapshot, in one query. */
const readLater = async (
  db: StatementClient,
  shard: number,
  streams: readonly { stream_id: string; state_version: number; state: unknown }[],
): Promise<{ readonly id: string; readonly entry: RecordedEntry }[]> => {
  const { rows } = await db.query<EntryRow & { id: string }>({
    name: 'ledger-read-later',
    text: `SELECT s.id, e.entry, encode(e.hash, 'hex') AS hash FROM unnest($2::uuid[], $3::int[]) AS s (id, version)
           JOIN ledger.ledger_event e
             ON e.shard = $1 AND e.stream_id = s.id AND e.stream_version > s.version
           ORDER BY e.position`,
    values: [
      shard,
      streams.map(({ stream_id: id }) => id),
      streams.map(({ state, state_version: version }) => (state === null ? 0 : version)),
    ],
  });
  return rows.map(({ id, entry, hash }) => ({
    id,
    entry: parseEntry(entry, hash),
  }));
};
