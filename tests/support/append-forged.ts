import pg from 'pg';
import { hashEntry, parseEnvelope } from '../../libs/ledger/format/entry.js';
import type { EntryEnvelope } from '../../libs/ledger/ledger.js';
import { streamId } from '../../libs/ledger/format/stream-id.js';

/**
 * Appends what no decision made, soundly chained, with what the serving role may do: as somebody who took it over would,
 * or a version that knows more. The members of the shard's last entry, but for those given.
 */
export const appendForged = async (
  url: string,
  shard: number,
  changed: Readonly<Record<string, unknown>>,
): Promise<EntryEnvelope> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ entry: string; hash: string }>(
      `SELECT e.entry, encode(e.hash, 'hex') AS hash FROM ledger.ledger_event e
       JOIN ledger.shard_head h USING (shard, position) WHERE shard = $1`,
      [shard],
    );
    const last = parseEnvelope(rows[0]!.entry, rows[0]!.hash);
    const text = JSON.stringify({
      ...(JSON.parse(last.entry) as object),
      ...{ pos: String(last.position + 1), prev: last.hash, id: `forged-${last.position + 1}` },
      ...{ schema: '1', version: '1', stream: `party:forged-${last.position + 1}` },
      ...changed,
    });
    const entry = parseEnvelope(text, hashEntry(text));
    await client.query(
      `INSERT INTO ledger.ledger_event (shard, position, epoch, tenant, stream_id, stream_version, type, schema_version,
         source, dedupe_key, request_digest, recorded_at, effective_at, hash, entry)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, decode($11, 'hex'), $12, $13, decode($14, 'hex'), $15)`,
      [
        ...[shard, entry.position, entry.epoch, entry.tenant, streamId(entry.stream)],
        ...[entry.version, entry.event.type, entry.schema, entry.source],
        ...[`${entry.tenant} ${entry.source} ${entry.id}`, entry.digest],
        ...[entry.recordedAt, entry.effectiveAt, entry.hash, entry.entry],
      ],
    );
    await client.query(
      `UPDATE ledger.shard_head SET position = $2, hash = decode($3, 'hex') WHERE shard = $1`,
      [shard, entry.position, entry.hash],
    );
    await client.query('COMMIT');
    return entry;
  } finally {
    await client.end();
  }
};
