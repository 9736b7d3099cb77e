import type { PoolClient } from 'pg';
import { readEntryText } from './entry-text.js';
import type { Findings } from './finding.js';
import type { StreamRow } from './shard-rows.js';

/** Whether this role may read the table: a role that serves may not read all, and an auditor of somebody else's may not. */
export const canRead = async (client: PoolClient, table: string): Promise<boolean> => {
  const { rows } = await client.query<{ can: boolean | null }>(
    `SELECT to_regclass($1) IS NOT NULL AND has_table_privilege(to_regclass($1), 'SELECT') AS can`,
    [table],
  );
  return rows[0]?.can === true;
};

/** How far a publisher or a view has noted to be, with the hash that it noted and the one that the ledger has there. */
interface NotedPoint {
  readonly name: string;
  readonly shard: number;
  readonly position: string;
  readonly hash: string | null;
  readonly found: string | null;
}

const RELAYED = `
  SELECT 'what is published' AS name, c.shard, c.position, encode(c.hash, 'hex') AS hash, encode(e.hash, 'hex') AS found
  FROM ledger.relay_checkpoint c
  LEFT JOIN ledger.ledger_event e ON e.shard = c.shard AND e.position = c.position
  ORDER BY c.shard`;

const PROJECTED = `
  SELECT 'the view ' || c.name || ' (version ' || c.version || ', generation ' || c.generation || ')' AS name,
         c.shard, c.position, encode(c.hash, 'hex') AS hash, encode(e.hash, 'hex') AS found
  FROM views.projection_checkpoint c
  LEFT JOIN ledger.ledger_event e ON e.shard = c.shard AND e.position = c.position
  ORDER BY c.name, c.version, c.generation, c.shard`;

/**
 * Whatever has noted how far it has got in the ledger (the publisher, the views) noted the hash there as well: it must be
 * the ledger's. Answers with what this role may not read.
 */
export const checkPlaces = async (
  client: PoolClient,
  ledger: { readonly genesisHash: string; readonly shardCount: number },
  findings: Findings,
): Promise<readonly string[]> => {
  const unread: string[] = [];
  for (const [table, finding, text] of [
    ['ledger.relay_checkpoint', 'relay-mismatch', RELAYED],
    ['views.projection_checkpoint', 'projection-mismatch', PROJECTED],
  ] as const) {
    if (!(await canRead(client, table))) {
      unread.push(table);
      continue;
    }
    const { rows } = await client.query<NotedPoint>(text);
    for (const { name, shard, position: text, hash, found: stored } of rows) {
      const position = Number(text);
      const isForeign = shard < 0 || shard >= ledger.shardCount;
      const told = `${name} stands at position ${position} of shard ${shard}, which the ledger does not have`;
      if (isForeign) findings.add('foreign-shard', shard, position, told);
      const found = position === 0 ? ledger.genesisHash : stored;
      // At the beginning some note no hash.
      if (isForeign || found === hash || (position === 0 && hash === null)) continue;
      const detail = `${name} stands at position ${position} of shard ${shard} with the hash ${hash ?? 'none'}, the ledger has ${found ?? 'no such position'}`;
      findings.add(finding, shard, position, detail);
    }
  }
  return unread;
};

/** Heads and streams of shards that the ledger does not have. Events of such shards are read as all others are. */
export const checkForeignRows = async (
  client: PoolClient,
  shardCount: number,
  findings: Findings,
): Promise<void> => {
  const { rows } = await client.query<{ name: string; shard: number; count: string }>(
    `SELECT 'shard_head' AS name, shard, count(*) FROM ledger.shard_head
     WHERE shard < 0 OR shard >= $1 GROUP BY shard
     UNION ALL
     SELECT 'stream', shard, count(*) FROM ledger.stream WHERE shard < 0 OR shard >= $1 GROUP BY shard
     ORDER BY 2, 1 LIMIT 50`,
    [shardCount],
  );
  for (const { name, shard, count } of rows) {
    const told = `${name} has ${count} of shard ${shard}, and the ledger has shards 0 to ${shardCount - 1}`;
    findings.add('foreign-shard', shard, null, told);
  }
};

const FOREIGN_MAX = 1_000;

/** Events of shards that the ledger does not have. Where they belong into one that it has, they were moved. */
export const checkForeignEvents = async (
  client: PoolClient,
  shardCount: number,
  findings: Findings,
): Promise<void> => {
  const { rows } = await client.query<{ shard: number; position: string; entry: string }>(
    `(SELECT shard, position, entry FROM ledger.ledger_event WHERE shard < 0
      ORDER BY shard, position LIMIT ${FOREIGN_MAX})
     UNION ALL
     (SELECT shard, position, entry FROM ledger.ledger_event WHERE shard >= $1
      ORDER BY shard, position LIMIT ${FOREIGN_MAX})`,
    [shardCount],
  );
  for (const { shard, position, entry: text } of rows) {
    const told = `position ${position} stands in shard ${shard}, and the ledger has shards 0 to ${shardCount - 1}`;
    findings.add('foreign-shard', shard, Number(position), told);
    const { entry } = readEntryText(text);
    const home = Number(entry?.shard ?? NaN);
    if (entry === null || !Number.isInteger(home) || home < 0 || home >= shardCount) continue;
    const moved = `the entry of shard ${home}, position ${entry.pos}, stands in shard ${shard} at position ${position}`;
    findings.addMoved(home, Number(entry.pos), moved);
  }
};

/** Rows of `ledger.stream` by key, in pages. */
export async function* streamRows(
  client: PoolClient,
  shard: number,
): AsyncGenerator<readonly StreamRow[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await client.query<StreamRow & { streamId: string }>(
      `SELECT s.stream_id AS "streamId", s.tenant, s.kind, s.key, s.version,
              s.last_position AS "lastPosition", e.position IS NOT NULL AS "isEvent"
       FROM ledger.stream s
       LEFT JOIN ledger.ledger_event e
         ON e.shard = s.shard AND e.position = s.last_position
        AND e.stream_id = s.stream_id AND e.stream_version = s.version
       WHERE s.shard = $1 AND s.stream_id > $2 ORDER BY s.stream_id LIMIT 5000`,
      [shard, after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.streamId;
  }
}
