import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** One row of `ledger_event` as text, in the order of `EVENT_COLUMNS`, and the stored bytes of its entry. */
export interface StoredRow {
  readonly position: number;
  /** Column by column, as PostgreSQL prints it (times in UTC, bytea as hex without `\x`). */
  readonly columns: readonly string[];
  /** 0x00 followed by the entry's UTF-8 bytes: what the hash is taken of. Valid until the next row is asked for. */
  readonly hashed: Buffer;
}

export const EVENT_COLUMNS = [
  'position',
  'shard',
  'epoch',
  'tenant',
  'stream_id',
  'stream_version',
  'type',
  'schema_version',
  'source',
  'dedupe_key',
  'request_digest',
  'recorded_at',
  'effective_at',
  'hash',
] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];

const AS_HEX: ReadonlySet<EventColumn> = new Set(['request_digest', 'hash']);
const SELECTED = EVENT_COLUMNS.map((column) =>
  AS_HEX.has(column) ? `encode(${column}, 'hex')` : column,
).join(', ');

/**
 * Rows of one shard with position > after, in position order, at most `limit`. COPY is the fastest way out of PostgreSQL
 * and is pulled, so memory does not grow with the shard. Give it a snapshot of its own: the connection is busy until the
 * last row.
 */
export async function* storedRows(
  client: PoolClient,
  shard: number,
  after: number,
  limit: number,
): AsyncGenerator<readonly StoredRow[]> {
  const copy = client.query(
    copyTo(
      `COPY (SELECT ${SELECTED}, entry FROM ledger.ledger_event
             WHERE shard = ${Number(shard)} AND position > ${Number(after)}
             ORDER BY position LIMIT ${Number(limit)}) TO STDOUT`,
    ),
  );
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of copy as AsyncIterable<Buffer>) {
    const buffer = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    const rows: StoredRow[] = [];
    let start = 0;
    for (let end = buffer.indexOf(LINE); end >= 0; end = buffer.indexOf(LINE, start)) {
      rows.push(rowOf(buffer, start, end));
      start = end + 1;
    }
    rest = buffer.subarray(start);
    if (rows.length > 0) yield rows;
  }
}

const LINE = 0x0a;
const TAB = 0x09;
const BACKSLASH = 0x5c;

const rowOf = (buffer: Buffer, start: number, end: number): StoredRow => {
  let entryStart = start;
  for (let column = 0; column < EVENT_COLUMNS.length; column += 1) {
    entryStart = buffer.indexOf(TAB, entryStart) + 1;
  }
  const columns = buffer
    .toString('utf8', start, entryStart - 1)
    .split('\t')
    .map(unescaped);
  // The tab before the entry becomes the 0x00 that the hash starts with, which saves copying every entry.
  buffer[entryStart - 1] = 0;
  const stored = buffer.subarray(entryStart - 1, end);
  const hashed = stored.includes(BACKSLASH)
    ? Buffer.from(unescaped(stored.toString('utf8')), 'utf8')
    : stored;
  return { position: Number(columns[0]), columns, hashed };
};

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** COPY text escapes (PostgreSQL manual, COPY, "Text Format"). */
const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(.)/gs, (_, escaped: string) => ESCAPES[escaped] ?? escaped)
    : text;
