import { createHash } from 'node:crypto';
import { canonicalize } from 'json-canonicalize';
import pg from 'pg';

/**
 * What must hold on any ledger after any test and any fault (promises I1 to I3, the half of I4 that the database can
 * tell, and I5 from the entries). On purpose it shares no code with the ledger: bytes, SQL and sums only. Returns what
 * is wrong, as sentences; an empty list is a healthy ledger.
 */
export const checkInvariants = async (ownerUrl: string): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const wrong: string[] = [];
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: heads } = await client.query<Head>(
      `SELECT h.shard, h.epoch, h.position::int AS position, encode(h.hash, 'hex') AS hash,
              encode(l.genesis_hash, 'hex') AS genesis, l.ledger_id AS ledger, l.shard_count AS shards
       FROM ledger.shard_head h, ledger.ledger l ORDER BY h.shard`,
    );
    const streams = new Map<string, number>();
    const keys = new Set<string>();
    for (const head of heads) await checkShard(client, head, streams, keys, wrong);
    await checkStreams(client, streams, wrong);
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ledger.ledger_event
       WHERE shard NOT IN (SELECT shard FROM ledger.shard_head)`,
    );
    if (rows[0]!.count > 0) wrong.push(`${rows[0]!.count} events in shards that do not exist`);
  } finally {
    await client.end();
  }
  return wrong;
};

interface Head {
  readonly shard: number;
  readonly epoch: number;
  readonly position: number;
  readonly hash: string;
  readonly genesis: string;
  readonly ledger: string;
  readonly shards: number;
}

interface Row extends Record<string, unknown> {
  readonly position: number;
  readonly hash: string;
  readonly entry: string;
}

const checkShard = async (
  client: pg.Client,
  head: Head,
  streams: Map<string, number>,
  keys: Set<string>,
  wrong: string[],
): Promise<void> => {
  const { rows } = await client.query<Row>(
    `SELECT position::int AS position, epoch, stream_id, stream_version, schema_version, tenant, type, source,
            dedupe_key, encode(request_digest, 'hex') AS digest, encode(hash, 'hex') AS hash, entry,
            to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at,
            to_char(effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS effective_at
     FROM ledger.ledger_event WHERE shard = $1 ORDER BY position`,
    [head.shard],
  );
  let prev = head.genesis;
  let recordedAt = '';
  for (const [index, row] of rows.entries()) {
    const at = `shard ${head.shard} position ${row.position}`;
    if (row.position !== index + 1) wrong.push(`I1 ${at}: expected position ${index + 1}`);
    const hash = createHash('sha256').update(Buffer.of(0)).update(row.entry).digest('hex');
    if (hash !== row.hash) wrong.push(`I2 ${at}: the bytes hash to ${hash}`);
    const said = JSON.parse(row.entry) as Record<string, string> & { body: unknown };
    if (canonicalize(said) !== row.entry) wrong.push(`I2 ${at}: not canonical`);
    if (said.prev !== prev) wrong.push(`I2 ${at}: prev is not the hash before it`);
    const columns: Record<string, unknown> = {
      shard: String(head.shard),
      pos: String(row.position),
      ledger: head.ledger,
      epoch: String(row.epoch),
      version: String(row.stream_version),
      schema: String(row.schema_version),
      tenant: row.tenant,
      type: row.type,
      source: row.source,
      digest: row.digest,
      recordedAt: row.recorded_at,
      effectiveAt: row.effective_at,
    };
    for (const [name, value] of Object.entries(columns))
      if (said[name] !== value)
        wrong.push(`I2 ${at}: ${name} is ${said[name]}, column ${String(value)}`);
    if (row.dedupe_key !== `${said.tenant} ${said.source} ${said.id}`)
      wrong.push(`I2 ${at}: dedupe key ${String(row.dedupe_key)}`);
    if (Number(row.epoch) > head.epoch) wrong.push(`I2 ${at}: epoch after the head's`);
    if (said.recordedAt! <= recordedAt) wrong.push(`I3 ${at}: recorded_at did not grow`);
    const stream = `${head.shard} ${String(row.stream_id)}`;
    const version = (streams.get(stream) ?? 0) + 1;
    if (Number(row.stream_version) !== version) wrong.push(`I3 ${at}: version is not ${version}`);
    if (keys.has(String(row.dedupe_key)))
      wrong.push(`I4 ${at}: ${String(row.dedupe_key)} is there twice`);
    streams.set(stream, version);
    keys.add(String(row.dedupe_key));
    checkSplit(at, said.body, wrong);
    prev = row.hash;
    recordedAt = said.recordedAt!;
  }
  if (head.position !== rows.length)
    wrong.push(`I1 shard ${head.shard}: head says ${head.position}, there are ${rows.length}`);
  if (head.hash !== prev) wrong.push(`I2 shard ${head.shard}: head's hash is not the last event's`);
};

const checkStreams = async (
  client: pg.Client,
  streams: ReadonlyMap<string, number>,
  wrong: string[],
): Promise<void> => {
  const { rows } = await client.query<{
    stream: string;
    version: number;
    is_event: boolean;
    key: string;
    shards: number;
  }>(
    `SELECT shard || ' ' || stream_id AS stream, version, kind || ':' || key AS key,
            EXISTS (SELECT 1 FROM ledger.ledger_event e
                    WHERE e.shard = s.shard AND e.stream_id = s.stream_id
                      AND e.stream_version = s.version AND e.position = s.last_position) AS is_event,
            (SELECT count(*)::int FROM ledger.stream o WHERE o.stream_id = s.stream_id) AS shards
     FROM ledger.stream s`,
  );
  for (const { stream, version, is_event: isEvent, key, shards } of rows) {
    if (!isEvent)
      wrong.push(`I3 stream ${key} says version ${version}, has ${streams.get(stream)}`);
    if (shards !== 1) wrong.push(`I3 stream ${key} lives in ${shards} shards`);
  }
  if (rows.length !== streams.size)
    wrong.push(`I3 ${streams.size} streams have events, ${rows.length} have a row`);
};

/** I5 per drawdown: applied + overage + ineligible = gross. */
const checkSplit = (at: string, body: unknown, wrong: string[]): void => {
  const { split } = body as {
    split?: Partial<Record<'gross' | 'applied' | 'overage' | 'ineligible', string>>;
  };
  if (split === undefined) return;
  // A part that is 0 is left out of the text, but lines move something.
  const { gross = '0', applied = '0', overage = '0', ineligible = '0' } = split;
  const sum = units(applied) + units(overage) + units(ineligible);
  if (sum !== units(gross)) wrong.push(`I5 ${at}: the split does not add up to the gross`);
};

/** Decimal text in units of 10^-18. */
const units = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(18, '0'));
  return text.startsWith('-') ? -value : value;
};
