import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { deciders } from '../../../libs/domain/aggregates.js';
import { hashEntry } from '../../../libs/ledger/format/entry.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { runTypescript } from '../../support/run-typescript.js';
import { say, scriptedDeciders, stream } from '../../support/scripted.js';
import { sql } from '../../support/sql.js';
import { openDeal } from '../../support/usage.js';
import type { Answered, WriterTask } from '../../support/writer-process.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

const writerProcess = async (task: WriterTask): Promise<Answered[]> => {
  const writer = runTypescript('tests/support/writer-process.ts', [JSON.stringify(task)]);
  let printed = '';
  writer.stdout!.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const code = await new Promise((resolve) => writer.once('close', resolve));
  expect(code).toBe(0);
  return JSON.parse(printed) as Answered[];
};

describe.each(databaseServers())('many writers of one shard on $name', (server) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase({ shardCount: 1, server });
  });
  afterEach(() => database.drop());

  it('64 callers in 4 processes: gapless, chained, every identity once, every answer true', async () => {
    const agreements = ['one', 'two', 'three'];
    const ledger = await PostgresLedger.open({ url: database.runtimeUrl, deciders });
    for (const agreement of agreements) await openDeal(ledger, agreement, '10000');
    await ledger.close();

    const task = { url: database.runtimeUrl, callers: 16, each: 24, agreements };
    const answers = (
      await Promise.all([0, 1, 2, 3].map((process) => writerProcess({ ...task, process })))
    ).flat();

    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    const rows = await sql<{ id: string; position: number }>(
      database.ownerUrl,
      `SELECT entry::json ->> 'id' AS id, position::int AS position FROM ledger.ledger_event
       WHERE type = 'DrawdownRecorded'`,
    );
    const recorded = new Map(rows.map(({ id, position }) => [id, position]));
    const counts = new Map<string, number>();
    for (const [id, outcome, position] of answers) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (outcome === 'appended' || outcome === 'already-appended')
        expect([id, position]).toEqual([id, recorded.get(id)]);
    }
    // 12 own rounds of 24 in each of 64 callers, and 16 callers' 4 shared and 4 contested identities once for all.
    expect(rows).toHaveLength(64 * 12 + 16 * 4 + 16 * 4);
    expect(Object.fromEntries(counts)).toEqual({
      appended: rows.length,
      'already-appended': 64 * 4 + 48 * 4,
      conflict: 48 * 4,
    });
  }, 60_000);

  it('writers in one process and other processes do not lose each other', async () => {
    const ledgers = await Promise.all(
      [1, 2, 3].map(() =>
        PostgresLedger.open({ url: database.runtimeUrl, deciders: scriptedDeciders }),
      ),
    );
    const outcomes = await Promise.all(
      ledgers.flatMap((ledger, writer) =>
        Array.from({ length: 100 }, async (_, round) => {
          await new Promise((resolve) => setTimeout(resolve, round % 10));
          return ledger.submit(say(`${writer}-${round}`));
        }),
      ),
    );
    expect(outcomes.every(({ outcome }) => outcome === 'appended')).toBe(true);
    expect(await ledgers[0]!.readStream(stream('deal'))).toHaveLength(300);
    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  });

  it('a reader that polls meanwhile never sees a position without the one before it', async () => {
    const ledger = await PostgresLedger.open({
      url: database.runtimeUrl,
      deciders: scriptedDeciders,
    });
    let writing = true;
    const reading = (async () => {
      let seen = 0;
      while (writing || seen < 600)
        for (const { position } of await ledger.read(0, seen, 1_000)) {
          expect(position).toBe(seen + 1);
          seen = position;
        }
    })();
    for (let round = 0; round < 20; round += 1)
      await Promise.all(Array.from({ length: 30 }, (_, n) => ledger.submit(say(`${round}-${n}`))));
    writing = false;
    await reading;
    await ledger.close();
  });
});

/** Writers with the classic mistakes. The checker has to catch each, or it proves nothing about ours. */
describe.each(databaseServers())('broken writers on $name', (server) => {
  const entry = (ledgerId: string, position: number, prev: string, id: string): string =>
    `{"actor":"a","body":{"text":"${id}"},"digest":"${'0'.repeat(64)}","effectiveAt":"2026-03-15T00:00:00.000000Z",` +
    `"epoch":"1","id":"${id}","ledger":"${ledgerId}","pos":"${position}","prev":"${prev}",` +
    `"recordedAt":"2026-03-15T00:00:00.${String(position).padStart(6, '0')}Z","schema":"1","shard":"0",` +
    `"source":"s","stream":"commitment:${id}","tenant":"t","type":"Said","v":"1","version":"1"}`;

  const insert = async (client: pg.Client, text: string): Promise<void> => {
    const said = JSON.parse(text) as Record<string, string>;
    await client.query(
      `INSERT INTO ledger.ledger_event (shard, position, epoch, recorded_at, effective_at, stream_id, stream_version,
         schema_version, tenant, type, source, dedupe_key, request_digest, hash, entry)
       VALUES (0, $1, 1, $2, $3, gen_random_uuid(), 1, 1, 't', 'Said', 's', $4, decode($5, 'hex'), decode($6, 'hex'), $7)`,
      [
        said.pos,
        said.recordedAt,
        said.effectiveAt,
        `t s ${said.id}`,
        said.digest,
        hashEntry(text),
        text,
      ],
    );
  };

  const withDatabase = async (
    work: (client: pg.Client, other: pg.Client, database: TestDatabase) => Promise<void>,
  ): Promise<readonly string[]> => {
    const database = await testDatabase({ shardCount: 1, server });
    const clients = [1, 2].map(() => new pg.Client({ connectionString: database.runtimeUrl }));
    await Promise.all(clients.map((client) => client.connect()));
    await work(clients[0]!, clients[1]!, database);
    await Promise.all(clients.map((client) => client.end()));
    const wrong = await checkInvariants(database.ownerUrl);
    await database.drop();
    return wrong;
  };

  const head = async (client: pg.Client): Promise<{ position: number; hash: string }> =>
    (
      await client.query<{ position: number; hash: string }>(
        "SELECT position::int AS position, encode(hash, 'hex') AS hash FROM ledger.shard_head",
      )
    ).rows[0]!;

  const moveHead = (client: pg.Client, from: number, text: string) =>
    client.query(
      `UPDATE ledger.shard_head SET position = $2, hash = decode($3, 'hex') WHERE position = $1`,
      [from, from + 1, hashEntry(text)],
    );

  it('one that ignores the result of the compare-and-set', async () => {
    const wrong = await withDatabase(async (client, other, { ledgerId }) => {
      const { position, hash } = await head(client);
      const first = entry(ledgerId, position + 1, hash, 'first');
      await moveHead(other, position, first);
      await insert(other, first);
      // Knows only the old head. Its update matches nothing; it numbers on and inserts all the same.
      const second = entry(ledgerId, position + 2, hash, 'second');
      expect((await moveHead(client, position, second)).rowCount).toBe(0);
      await insert(client, second);
    });
    expect(wrong).toContain('I2 shard 0 position 2: prev is not the hash before it');
    expect(wrong).toContain('I1 shard 0: head says 1, there are 2');
  });

  it('one that takes numbers before it commits, and gives up afterwards', async () => {
    const wrong = await withDatabase(async (client, other, { ledgerId }) => {
      const { position, hash } = await head(client);
      const lost = entry(ledgerId, position + 1, hash, 'lost');
      await client.query('BEGIN');
      await insert(client, lost);
      const next = entry(ledgerId, position + 2, hashEntry(lost), 'next');
      await insert(other, next);
      await other.query("UPDATE ledger.shard_head SET position = 2, hash = decode($1, 'hex')", [
        hashEntry(next),
      ]);
      await client.query('ROLLBACK');
    });
    expect(wrong).toContain('I1 shard 0 position 2: expected position 1');
  });

  it('one that moves the head and forgets an event', async () => {
    const wrong = await withDatabase(async (client, _other, { ledgerId }) => {
      const { position, hash } = await head(client);
      await moveHead(client, position, entry(ledgerId, 1, hash, 'forgotten'));
    });
    expect(wrong).toContain('I1 shard 0: head says 1, there are 0');
  });

  it('one that stores other bytes than it hashed', async () => {
    const wrong = await withDatabase(async (client, _other, { ledgerId }) => {
      const { position, hash } = await head(client);
      const text = entry(ledgerId, 1, hash, 'first');
      await moveHead(client, position, text);
      await insert(client, text.replace('"actor":"a"', '"actor": "a"'));
    });
    expect(wrong).toContain('I2 shard 0 position 1: not canonical');
    expect(wrong).toContain("I2 shard 0: head's hash is not the last event's");
  });
});
