import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { handle } from '../../libs/application/handle.js';
import { seedReferencePortfolio } from '../../infra/reference-portfolio/seed.js';
import { toRecordDrawdown } from '../../libs/application/usage-command.js';
import type { VerifyReport } from '../../libs/audit/report.js';
import { verifyLedger } from '../../libs/audit/verify.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { databaseServers, testDatabase, type TestDatabase } from '../support/database.js';

const TENANT = 'acme';
const USAGE = 250;

const usage = (number: number) =>
  toRecordDrawdown(
    {
      source: 'urn:billing',
      id: `row "${number}" \\ ünïcode`,
      agreement: 'amazon-anthropic',
      effectiveAt: '2026-11-20T10:00:00Z',
      currency: 'USD',
      amount: String(1000 + number),
    },
    { tenant: TENANT, name: 'finance' },
  );

const first = ({ findings: [found] }: VerifyReport) =>
  found && {
    finding: found.finding,
    shard: found.shard,
    position: found.position,
    column: found.column,
  };

describe.each(databaseServers())('verifying a ledger on $name', (server) => {
  let db: TestDatabase;
  let pool: pg.Pool;
  let owner: pg.Client;

  beforeEach(async () => {
    db = await testDatabase({ server });
    pool = new pg.Pool({ connectionString: db.runtimeUrl, max: 2 });
    owner = new pg.Client({ connectionString: db.ownerUrl });
    await owner.connect();
    const ledger = await PostgresLedger.open({ url: db.runtimeUrl, deciders });
    await seedReferencePortfolio({
      decide: (envelope) => handle(ledger, envelope),
      reader: ledger,
      tenant: TENANT,
      today: '2026-11-21',
      actor: 'operator',
    });
    await Promise.all(Array.from({ length: USAGE }, (_, number) => ledger.submit(usage(number))));
    await ledger.close();
  });

  afterEach(async () => {
    await pool.end();
    await owner.end();
    await db.drop();
  });

  const verify = (options: Partial<Parameters<typeof verifyLedger>[0]> = {}) =>
    verifyLedger({ pool, ...options });

  /** As a superuser who first switches off what would stop him. */
  const tamper = async (...statements: readonly string[]): Promise<void> => {
    await owner.query('ALTER TABLE ledger.ledger_event DISABLE TRIGGER ALL');
    for (const statement of statements) await owner.query(statement);
    await owner.query('ALTER TABLE ledger.ledger_event ENABLE ALWAYS TRIGGER append_only');
  };

  /** A usage event in the middle of its shard. */
  const victim = async (): Promise<{ shard: number; position: number }> => {
    const { rows } = await owner.query<{ shard: number; position: string }>(
      `SELECT shard, position FROM ledger.ledger_event
       WHERE type = 'DrawdownRecorded' ORDER BY shard, position OFFSET 100 LIMIT 1`,
    );
    return { shard: rows[0]!.shard, position: Number(rows[0]!.position) };
  };

  const at = ({ shard, position }: { shard: number; position: number }): string =>
    `shard = ${shard} AND position = ${position}`;

  it('finds nothing in a sound one, also against its own checkpoint', async () => {
    const report = await verify();
    const { rows } = await owner.query<{ count: number }>(
      'SELECT count(*)::int FROM ledger.ledger_event',
    );
    expect(report).toMatchObject({ sound: true, events: rows[0]!.count, findings: [] });
    expect(report).toMatchObject({ level: 'internally-consistent', checkpoint: null });
    expect(report.meaning).toMatchObject({ decisions: report.events, olderEntries: 0 });
    const matched = await verify({ checkpoint: report });
    expect(matched).toMatchObject({
      ...{ sound: true, shards: report.shards, findings: [], level: 'matches-checkpoint' },
      checkpoint: { takenAt: report.takenAt, events: report.events, shards: 4, matched: true },
    });
  });

  it('finds an empty ledger sound', async () => {
    const empty = await testDatabase({ server });
    const emptyPool = new pg.Pool({ connectionString: empty.runtimeUrl, max: 1 });
    expect(await verifyLedger({ pool: emptyPool })).toMatchObject({ sound: true, events: 0 });
    await emptyPool.end();
    await empty.drop();
  });

  it('may run while writers write', async () => {
    const ledger = await PostgresLedger.open({ url: db.runtimeUrl, deciders });
    const writing = (async () => {
      for (let number = USAGE; number < USAGE + 400; number += 1)
        await ledger.submit(usage(number));
    })();
    const reports = [await verify(), await verify(), await verify()];
    await writing;
    await ledger.close();
    expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('names the entry of which one stored amount was edited', async () => {
    const place = await victim();
    await tamper(
      `UPDATE ledger.ledger_event SET entry = regexp_replace(entry, '"gross":"1', '"gross":"9')
       WHERE ${at(place)}`,
    );
    expect(first(await verify())).toEqual({ ...place, finding: 'hash-mismatch', column: null });
  });

  it('names the entry that was edited and hashed again', async () => {
    const place = await victim();
    await tamper(
      `UPDATE ledger.ledger_event SET entry = regexp_replace(entry, '"gross":"1', '"gross":"9')
       WHERE ${at(place)}`,
      `UPDATE ledger.ledger_event SET hash = sha256('\\x00'::bytea || convert_to(entry, 'UTF8'))
       WHERE ${at(place)}`,
    );
    expect(first(await verify())).toEqual({ ...place, finding: 'chain-broken', column: null });
  });

  it('names a column that was edited', async () => {
    const place = await victim();
    await tamper(
      `UPDATE ledger.ledger_event SET effective_at = effective_at - interval '1 microsecond'
       WHERE ${at(place)}`,
    );
    expect(first(await verify())).toEqual({
      ...place,
      finding: 'column-mismatch',
      column: 'effective_at',
    });
  });

  it('names the first of two rows that changed places', async () => {
    const place = await victim();
    const next = place.position + 1;
    await tamper(
      `UPDATE ledger.ledger_event SET position = -1 WHERE ${at(place)}`,
      `UPDATE ledger.ledger_event SET position = ${place.position}
       WHERE shard = ${place.shard} AND position = ${next}`,
      `UPDATE ledger.ledger_event SET position = ${next} WHERE shard = ${place.shard} AND position = -1`,
    );
    expect(first(await verify())).toEqual({
      ...place,
      finding: 'column-mismatch',
      column: 'position',
    });
  });

  it('names a row that was deleted', async () => {
    const place = await victim();
    await tamper(`DELETE FROM ledger.ledger_event WHERE ${at(place)}`);
    expect(first(await verify())).toEqual({ ...place, finding: 'gap', column: null });
  });

  it('finds a tail that was deleted', async () => {
    const place = await victim();
    await tamper(
      `DELETE FROM ledger.ledger_event WHERE shard = ${place.shard} AND position >= ${place.position}`,
    );
    expect(first(await verify())).toEqual({ ...place, finding: 'head-mismatch', column: null });
  });

  it('finds a tail that was deleted with head and streams, by a checkpoint kept elsewhere', async () => {
    const checkpoint = await verify();
    const place = await victim();
    const before = `shard = ${place.shard} AND position = ${place.position - 1}`;
    await tamper(
      `DELETE FROM ledger.ledger_event WHERE shard = ${place.shard} AND position >= ${place.position}`,
      `UPDATE ledger.shard_head SET (position, hash, recorded_at) =
         (SELECT position, hash, recorded_at FROM ledger.ledger_event WHERE ${before})
       WHERE shard = ${place.shard}`,
      `DELETE FROM ledger.stream s WHERE NOT EXISTS (SELECT 1 FROM ledger.ledger_event e
         WHERE e.shard = s.shard AND e.stream_id = s.stream_id)`,
      `UPDATE ledger.stream s SET (version, last_position) =
         (SELECT max(stream_version), max(position) FROM ledger.ledger_event e
          WHERE e.shard = s.shard AND e.stream_id = s.stream_id)`,
      `UPDATE ledger.stream SET state = NULL, state_version = 0 WHERE state_version > version`,
    );
    expect((await verify()).findings).toEqual([]);
    const { position } = checkpoint.shards[place.shard]!;
    const cut = await verify({ checkpoint });
    expect(cut.checkpoint).toMatchObject({ matched: false });
    const [found] = cut.findings;
    expect(found).toMatchObject({
      ...{ shard: place.shard, finding: 'checkpoint-mismatch', to: position },
      detail: expect.stringContaining(`the ledger ends at ${place.position - 1}`),
    });
    // What is left may be another one since the last mark, never more than that.
    expect(found!.from).toBeLessThanOrEqual(place.position);
    expect(found!.from).toBeGreaterThan(place.position - 17);
  });

  it('finds a head that was edited or deleted', async () => {
    const { shard } = await victim();
    const { rows } = await owner.query<{ position: string }>(
      `SELECT position FROM ledger.shard_head WHERE shard = ${shard}`,
    );
    await owner.query(
      `UPDATE ledger.shard_head SET hash = sha256('anything') WHERE shard = ${shard}`,
    );
    expect(first(await verify())).toEqual({
      shard,
      position: Number(rows[0]!.position),
      finding: 'head-mismatch',
      column: null,
    });
    await owner.query(`DELETE FROM ledger.shard_head WHERE shard = ${shard}`);
    expect(first(await verify())).toMatchObject({ shard, finding: 'head-missing' });
  });

  it('finds a stream row that was edited', async () => {
    const place = await victim();
    await owner.query(
      `UPDATE ledger.stream SET version = version - 1 WHERE shard = ${place.shard} AND kind = 'commitment'
       AND key = 'amazon-anthropic'`,
    );
    expect(first(await verify())).toMatchObject({ shard: place.shard, finding: 'stream-mismatch' });
  });

  it('finds a folded state that was edited', async () => {
    const { shard } = await victim();
    const { rowCount } = await owner.query(
      `UPDATE ledger.stream SET state = replace(state, 'amazon', 'google')
       WHERE shard = ${shard} AND kind = 'agreement' AND key = 'amazon-anthropic' AND state IS NOT NULL`,
    );
    expect(rowCount).toBe(1);
    expect(await verify({ quick: true })).toMatchObject({ sound: true, meaning: null });
    expect(first(await verify())).toMatchObject({
      shard,
      finding: 'state-mismatch',
    });
  });

  it('finds events of a shard that the ledger does not have', async () => {
    const place = await victim();
    await tamper(`UPDATE ledger.ledger_event SET shard = 99 WHERE ${at(place)}`);
    const { findings } = await verify();
    expect(findings.find(({ finding }) => finding === 'moved')).toMatchObject({
      ...place,
      detail: expect.stringContaining('stands in shard 99'),
    });
    const names = findings.map(({ finding }) => finding);
    expect(names).not.toContain('gap');
    expect(names).toContain('foreign-shard');
  });

  it('starts after a trusted checkpoint, and sees what is wrong after it', async () => {
    const { shards } = await verify();
    expect(await verify({ fromCheckpoint: shards })).toMatchObject({ sound: true, events: 0 });
    const { shard, position } = await victim();
    const { rows } = await owner.query<{ hash: string }>(
      `SELECT encode(hash, 'hex') AS hash FROM ledger.ledger_event WHERE ${at({ shard, position })}`,
    );
    const fromCheckpoint = [{ shard, position, hash: rows[0]!.hash }];
    expect(await verify({ fromCheckpoint })).toMatchObject({ sound: true });
    const later = { shard, position: position + 7 };
    await tamper(
      `UPDATE ledger.ledger_event SET entry = replace(entry, '"1', '"2') WHERE ${at(later)}`,
    );
    expect(first(await verify({ fromCheckpoint }))).toEqual({
      ...later,
      finding: 'hash-mismatch',
      column: null,
    });
  });

  it('reports progress and keeps at most fifty findings', async () => {
    const seen: number[] = [];
    await tamper(`UPDATE ledger.ledger_event SET schema_version = 7`);
    const report = await verify({ onProgress: ({ events }) => void seen.push(events) });
    expect(report.findings).toHaveLength(50);
    expect(report.findingsTotal).toBe(report.events);
    expect(seen.length).toBeGreaterThan(0);
  });
});
