import { readFileSync } from 'node:fs';
import pg from 'pg';
import { deciders } from '../../libs/domain/aggregates.js';
import type { StreamKind } from '../../libs/domain/events.js';
import { hashEntry, parseEntry } from '../../libs/ledger/format/entry.js';
import { streamId } from '../../libs/ledger/format/stream-id.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { testDatabase, type DatabaseServer } from './database.js';

/** A ledger of one shard as an older version wrote it, with the states it kept. */
export interface GoldenLedger {
  /** The stored texts, from position 1 on. */
  readonly entries: readonly string[];
  readonly states: readonly {
    readonly kind: StreamKind;
    readonly key: string;
    readonly version: number;
    readonly lastPosition: number;
    readonly state: string;
  }[];
}

/** `schema`: of its commitment events. */
export const goldenLedger = (schema: 1 | 2): GoldenLedger => ({
  entries: read(`ledger-schema-${schema}.ndjson`).trimEnd().split('\n'),
  states: JSON.parse(read(`states-schema-${schema}.json`)) as GoldenLedger['states'],
});

const read = (name: string): string =>
  readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8');

/** A golden ledger in a database of its own, opened as what serves it would. */
export interface OpenGolden {
  readonly pool: pg.Pool;
  readonly ledger: PostgresLedger;
  close(): Promise<void>;
}

/** `format`: of its genesis hash. */
export const openGolden = async (
  server: DatabaseServer,
  golden: GoldenLedger,
  format: 1 | 2,
): Promise<OpenGolden> => {
  const db = await testDatabase({ server, shardCount: 1 });
  await restoreGolden(db.ownerUrl, golden, format);
  const pool = new pg.Pool({ connectionString: db.runtimeUrl, max: 4 });
  const ledger = await PostgresLedger.open({ pool, deciders });
  return {
    pool,
    ledger,
    close: async () => {
      await ledger.close();
      await pool.end();
      await db.drop();
    },
  };
};

/** Puts it into an empty database of one shard, in place of the ledger there. `format`: of its genesis hash. */
const restoreGolden = async (
  ownerUrl: string,
  golden: GoldenLedger,
  format: 1 | 2,
): Promise<void> => {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await restore(owner, golden, format);
  } finally {
    await owner.end();
  }
};

const restore = async (owner: pg.Client, golden: GoldenLedger, format: 1 | 2): Promise<void> => {
  const entries = golden.entries.map((entry) => parseEntry(entry, hashEntry(entry)));
  const [first] = golden.entries;
  const { ledger, prev: genesis } = JSON.parse(first ?? '') as { ledger: string; prev: string };
  await owner.query('ALTER TABLE ledger.ledger DISABLE TRIGGER append_only');
  await owner.query(
    `UPDATE ledger.ledger SET ledger_id = $1, genesis_hash = decode($2, 'hex'), format_version = $3`,
    [ledger, genesis, format],
  );
  await owner.query('ALTER TABLE ledger.ledger ENABLE ALWAYS TRIGGER append_only');
  for (const each of entries) {
    await owner.query(
      `INSERT INTO ledger.ledger_event (position, recorded_at, effective_at, stream_id, shard, stream_version, epoch,
         schema_version, tenant, type, source, dedupe_key, request_digest, hash, entry)
       VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, decode($12, 'hex'), decode($13, 'hex'), $14)`,
      [
        each.position,
        each.recordedAt,
        each.effectiveAt,
        streamId(each.stream),
        each.version,
        each.epoch,
        each.schema,
        each.tenant,
        each.event.type,
        each.source,
        `${each.tenant} ${each.source} ${each.id}`,
        each.digest,
        each.hash,
        each.entry,
      ],
    );
  }
  const tenant = entries[0]?.tenant ?? '';
  for (const { kind, key, version, lastPosition, state } of golden.states) {
    await owner.query(
      `INSERT INTO ledger.stream (shard, stream_id, tenant, kind, key, version, last_position, state_version, state)
       VALUES (0, $1, $2, $3, $4, $5, $6, $5, $7)`,
      [streamId({ tenant, kind, key }), tenant, kind, key, version, lastPosition, state],
    );
  }
  const last = entries.at(-1);
  await owner.query(
    `UPDATE ledger.shard_head SET epoch = $1, position = $2, hash = decode($3, 'hex'), recorded_at = $4 WHERE shard = 0`,
    [last?.epoch, last?.position, last?.hash, last?.recordedAt],
  );
};
