import { COPY_COLUMNS } from './copy-rows.js';
import type { ShardHead } from '../ledger.js';
import type { Plan, PlannedEntry, TouchedStream } from '../writer/plan.js';

/**
 * Rows travel as text columns joined by line feeds, split in SQL: canonical JSON and checked identities never hold a
 * line feed, so nothing needs escaping, which array literals full of quotes would.
 */
const lines = (rows: readonly string[]): string => rows.join('\n');

/** The streams whose rows are written with a batch, and the states they get. */
export type Snapshots = ReadonlyMap<TouchedStream, string>;

/**
 * Small batches: one statement, one round trip. The head moves by compare-and-set; everything else is selected FROM
 * the moved head, so that zero rows there (another writer was here) means that nothing at all was written.
 */
const APPEND = `
WITH head AS (
  UPDATE ledger.shard_head SET position = $4, hash = decode($5, 'hex'), recorded_at = $6
  WHERE shard = $1 AND position = $2 AND epoch = $3
  RETURNING shard
), events AS (
  INSERT INTO ledger.ledger_event
    (shard, position, epoch, recorded_at, effective_at, stream_id, stream_version, schema_version,
     tenant, type, source, dedupe_key, request_digest, hash, entry)
  SELECT head.shard, $2::bigint + e.n, $3::int, e.recorded_at::timestamptz, e.effective_at::timestamptz,
         e.stream_id::uuid, e.stream_version::int, e.schema_version::int, e.tenant, e.type, e.source,
         e.dedupe_key, decode(e.request_digest, 'hex'), decode(e.hash, 'hex'), e.entry
  FROM head, unnest(
    string_to_array($7, E'\\n'), string_to_array($8, E'\\n'), string_to_array($9, E'\\n'),
    string_to_array($10, E'\\n'), string_to_array($11, E'\\n'), string_to_array($12, E'\\n'),
    string_to_array($13, E'\\n'), string_to_array($14, E'\\n'), string_to_array($15, E'\\n'),
    string_to_array($16, E'\\n'), string_to_array($17, E'\\n'), string_to_array($18, E'\\n')
  ) WITH ORDINALITY AS e (recorded_at, effective_at, stream_id, stream_version, schema_version, tenant,
    type, source, dedupe_key, request_digest, hash, entry, n)
), streams AS (
  INSERT INTO ledger.stream AS s
    (shard, stream_id, tenant, kind, key, version, last_position, state_version, state)
  SELECT head.shard, t.stream_id::uuid, t.tenant, t.kind, t.key, t.version::int, t.last_position::bigint,
         t.version::int, t.state
  FROM head, unnest(
    string_to_array($19, E'\\n'), string_to_array($20, E'\\n'), string_to_array($21, E'\\n'),
    string_to_array($22, E'\\n'), string_to_array($23, E'\\n'), string_to_array($24, E'\\n'),
    string_to_array($25, E'\\n')
  ) AS t (stream_id, tenant, kind, key, version, last_position, state)
  ON CONFLICT (shard, stream_id) DO UPDATE SET
    version = excluded.version, last_position = excluded.last_position,
    state_version = excluded.state_version, state = excluded.state
)
SELECT shard FROM head`;

export const appendStatement = (
  plan: Plan,
  snapshots: Snapshots,
): { readonly name: string; readonly text: string; readonly values: (string | null)[] } => {
  const { head, next, entries } = plan;
  const streams = [...snapshots.keys()];
  const of = (column: (row: PlannedEntry) => string | number): string =>
    lines(entries.map(column) as string[]);
  const ofStreams = (column: (row: TouchedStream) => string | number): string =>
    lines(streams.map(column) as string[]);
  return {
    name: 'ledger-append',
    text: APPEND,
    values: [
      String(head.shard),
      String(head.position),
      String(head.epoch),
      String(next.position),
      next.hash,
      next.recordedAt,
      of((row) => row.recorded.recordedAt),
      of((row) => row.recorded.effectiveAt),
      of((row) => row.streamId),
      of((row) => row.recorded.version),
      of((row) => row.recorded.schema),
      of((row) => row.recorded.tenant),
      of((row) => row.recorded.event.type),
      of((row) => row.recorded.source),
      of((row) => row.key),
      of((row) => row.recorded.digest),
      of((row) => row.recorded.hash),
      of((row) => row.recorded.entry),
      ofStreams((row) => row.stream.streamId),
      ofStreams((row) => row.stream.name.tenant),
      ofStreams((row) => row.stream.name.kind),
      ofStreams((row) => row.stream.name.key),
      ofStreams((row) => row.version),
      ofStreams((row) => row.lastPosition),
      // Raw line feeds can stand only between the tokens of JSON.
      lines([...snapshots.values()].map((state) => state.replaceAll('\n', ' '))),
    ],
  };
};

/**
 * Large batches: a transaction that holds the head from its first statement on, copies the rows while later ones are
 * decided, and moves the head when it is known where to. No row here: another writer was here.
 */
export const openingScript = ({ shard, position, epoch }: ShardHead): string =>
  `BEGIN ISOLATION LEVEL READ COMMITTED;
SELECT shard FROM ledger.shard_head
WHERE shard = ${shard} AND position = ${position} AND epoch = ${epoch} FOR NO KEY UPDATE`;

export const COPY_EVENTS = `COPY ledger.ledger_event (${COPY_COLUMNS}) FROM STDIN`;

/** Behind the rows, in one script: a round trip more is what callers would wait for. */
export const closingScript = ({ head, next }: Plan, snapshots: Snapshots): string =>
  `${streamRows(head.shard, snapshots)}UPDATE ledger.shard_head
SET position = ${next.position}, hash = '\\x${next.hash}', recorded_at = '${next.recordedAt}'
WHERE shard = ${head.shard};
COMMIT`;

const streamRows = (shard: number, snapshots: Snapshots): string => {
  if (snapshots.size === 0) return '';
  const rows = [...snapshots].map(([{ stream, version, lastPosition }, state]) => {
    const { tenant, kind, key } = stream.name;
    return (
      `(${shard}, '${stream.streamId}'::uuid, ${literal(tenant)}, '${kind}', ${literal(key)}, ` +
      `${version}, ${lastPosition}, ${version}, ${literal(state)})`
    );
  });
  return `INSERT INTO ledger.stream AS s
  (shard, stream_id, tenant, kind, key, version, last_position, state_version, state)
VALUES ${rows.join(',\n')}
ON CONFLICT (shard, stream_id) DO UPDATE SET
  version = excluded.version, last_position = excluded.last_position,
  state_version = excluded.state_version, state = excluded.state;
`;
};

/** Safe because the writer's session has standard_conforming_strings on. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
