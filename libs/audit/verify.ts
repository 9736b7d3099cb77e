import type { Pool, PoolClient } from 'pg';
import type { Deciders, ShardHead } from '../ledger/ledger.js';
import { Findings, type Finding } from './finding.js';
import { checkStates } from './state-check.js';
import { ShardCheck, type ShardStart, type StreamRow } from './shard-check.js';
import { storedRows } from './stored-rows.js';

/** A position and its hash that somebody kept elsewhere: what a rewritten ledger cannot reproduce. */
export interface ShardCheckpoint extends ShardStart {
  readonly shard: number;
}

export interface VerifyProgress {
  readonly shard: number;
  readonly shards: number;
  readonly position: number;
  readonly headPosition: number;
  readonly events: number;
}

export interface VerifyOptions {
  readonly pool: Pool;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Must still be part of the ledger. Everything is checked, from the first event. */
  readonly checkpoint?: readonly ShardCheckpoint[];
  /** Trusted: must be part of the ledger, and only what came after it is checked. */
  readonly fromCheckpoint?: readonly ShardCheckpoint[];
  /** Folds every stream again and compares the states that the writers keep. */
  readonly deep?: Deciders;
}

export interface VerifiedShard {
  readonly shard: number;
  /** Checked by this run. */
  readonly events: number;
  /** The last event: keep it elsewhere as the next run's checkpoint. */
  readonly position: number;
  readonly hash: string;
}

export interface VerifyReport {
  readonly sound: boolean;
  readonly ledgerId: string;
  readonly events: number;
  readonly shards: readonly VerifiedShard[];
  /** By shard and position: the first is where to look. At most 50 of `findingsTotal`. */
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
  readonly durationMs: number;
}

const FINDINGS_KEPT = 50;

/**
 * Recomputes the whole ledger from its stored bytes: hashes and chain, columns against bytes, gapless positions and
 * stream versions, heads and stream rows. One read-only snapshot, so writers may go on. Memory: a chunk of rows, and
 * about 150 bytes per stream of the largest shard; it does not grow with the number of events.
 *
 * What it cannot see alone is a shard whose tail was cut off together with its head and stream rows, or that was
 * hashed again from some position on: that takes a checkpoint kept elsewhere.
 */
export const verifyLedger = async (options: VerifyOptions): Promise<VerifyReport> => {
  const started = performance.now();
  const findings = new Findings(FINDINGS_KEPT);
  const client = await options.pool.connect();
  let broken: Error | undefined;
  try {
    await beginSnapshot(client);
    const ledger = await readLedger(client);
    const heads = await readHeads(client);
    const shards: VerifiedShard[] = [];
    for (let shard = 0; shard < ledger.shardCount; shard += 1) {
      shards.push(await verifyShard(client, options, ledger, shard, heads.get(shard), findings));
    }
    await foreignShards(client, ledger.shardCount, findings);
    await client.query('ROLLBACK');
    return {
      sound: findings.total === 0,
      ledgerId: ledger.ledgerId,
      events: shards.reduce((sum, { events }) => sum + events, 0),
      shards,
      findings: findings.kept.sort(byPlace),
      findingsTotal: findings.total,
      durationMs: Math.round(performance.now() - started),
    };
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
};

const byPlace = (left: Finding, right: Finding): number =>
  left.shard - right.shard || (left.position ?? Infinity) - (right.position ?? Infinity) || 0;

/** The planner must walk the primary key: a sort of the whole shard would fill the disk. */
const beginSnapshot = async (client: PoolClient): Promise<void> => {
  await client.query(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
     SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL enable_sort = off;
     SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL statement_timeout = 0`,
  );
};

interface LedgerRow {
  readonly ledgerId: string;
  readonly shardCount: number;
  readonly genesisHash: string;
}

const readLedger = async (client: PoolClient): Promise<LedgerRow> => {
  const { rows } = await client.query<LedgerRow>(
    `SELECT ledger_id AS "ledgerId", shard_count AS "shardCount", encode(genesis_hash, 'hex') AS "genesisHash"
     FROM ledger.ledger`,
  );
  if (rows[0] === undefined) throw new Error('there is no ledger in this database');
  return rows[0];
};

const readHeads = async (client: PoolClient): Promise<ReadonlyMap<number, ShardHead>> => {
  const { rows } = await client.query<Omit<ShardHead, 'position'> & { position: string }>(
    `SELECT shard, epoch, position, encode(hash, 'hex') AS hash,
            to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "recordedAt"
     FROM ledger.shard_head`,
  );
  return new Map(rows.map((row) => [row.shard, { ...row, position: Number(row.position) }]));
};

const verifyShard = async (
  client: PoolClient,
  options: VerifyOptions,
  ledger: LedgerRow,
  shard: number,
  head: ShardHead | undefined,
  findings: Findings,
): Promise<VerifiedShard> => {
  const trusted = options.fromCheckpoint?.find((checkpoint) => checkpoint.shard === shard);
  const start = trusted ?? { position: 0, hash: ledger.genesisHash };
  for (const checkpoint of [...(options.checkpoint ?? []), ...(trusted ? [trusted] : [])]) {
    if (checkpoint.shard === shard) await checkCheckpoint(client, ledger, checkpoint, findings);
  }
  const check = new ShardCheck(shard, ledger.ledgerId, start, findings);
  for await (const rows of storedRows(client, shard, start.position)) {
    for (const row of rows) check.row(row);
    options.onProgress?.({
      shard,
      shards: ledger.shardCount,
      position: check.position,
      headPosition: head?.position ?? 0,
      events: check.events,
    });
  }
  check.head(head);
  for await (const rows of streamRows(client, shard)) rows.forEach((row) => check.streamRow(row));
  check.streamsEnd();
  if (options.deep !== undefined) await checkStates(client, shard, options.deep, findings);
  return { shard, events: check.events, position: check.position, hash: check.hash };
};

const checkCheckpoint = async (
  client: PoolClient,
  ledger: LedgerRow,
  { shard, position, hash }: ShardCheckpoint,
  findings: Findings,
): Promise<void> => {
  const { rows } = await client.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM ledger.ledger_event WHERE shard = $1 AND position = $2`,
    [shard, position],
  );
  const found = position === 0 ? ledger.genesisHash : rows[0]?.hash;
  if (found === hash) return;
  const detail = `the checkpoint has ${hash}, the ledger ${found ?? 'no such position'}`;
  findings.add('checkpoint-mismatch', shard, position, detail);
};

/** Rows of `ledger.stream` by key, in pages. */
async function* streamRows(client: PoolClient, shard: number): AsyncGenerator<StreamRow[]> {
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

const foreignShards = async (
  client: PoolClient,
  shardCount: number,
  findings: Findings,
): Promise<void> => {
  const { rows } = await client.query<{ shard: number; position: string }>(
    `(SELECT shard, position FROM ledger.ledger_event WHERE shard < 0 ORDER BY shard, position LIMIT 1)
     UNION ALL
     (SELECT shard, position FROM ledger.ledger_event WHERE shard >= $1 ORDER BY shard, position LIMIT 1)`,
    [shardCount],
  );
  for (const { shard, position } of rows) {
    const detail = `the ledger has shards 0 to ${shardCount - 1}`;
    findings.add('foreign-shard', shard, Number(position), detail);
  }
};
