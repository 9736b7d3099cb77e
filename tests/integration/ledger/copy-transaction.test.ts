import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  closingScript,
  copyScript,
  openingScript,
} from '../../../libs/ledger/postgres/append.sql.js';
import { CopyRows } from '../../../libs/ledger/postgres/copy-rows.js';
import { CopyTransaction } from '../../../libs/ledger/postgres/copy-transaction.js';
import { Planner, type Plan, type PlannedHead } from '../../../libs/ledger/writer/plan.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { StreamCache } from '../../../libs/ledger/writer/stream-cache.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { say, scriptedDeciders as deciders } from '../../support/scripted.js';

/** Scripts are sent without waiting for the one before: what if that one has failed, or was never there? */
describe.each(databaseServers())('the scripts of a large batch, on $name', (server) => {
  let database: TestDatabase;
  let ledger: PostgresLedger;
  let client: pg.Client;
  let head: PlannedHead;
  let plan: Plan;
  let rows: readonly Buffer[];

  beforeEach(async () => {
    database = await testDatabase({ shardCount: 1, server });
    ledger = await PostgresLedger.open({ url: database.runtimeUrl, deciders });
    client = new pg.Client({ connectionString: database.runtimeUrl });
    await client.connect();
    const { ledgerId, genesisHash: hash } = ledger;
    head = { shard: 0, epoch: 1, position: 0, hash, micros: 0 };
    const streams = new StreamCache(deciders, 10);
    const submissions = [say('only')];
    streams.putEmpty(submissions[0]!.stream);
    const planner = new Planner({
      ledgerId,
      deciders,
      head,
      streams,
      upon: null,
      known: new Map(),
    });
    const group = { submissions, answer: () => undefined, fail: () => undefined };
    planner.decide([group], Date.now() * 1000);
    plan = planner.plan();
    const copy = new CopyRows();
    for (const entry of plan.entries) copy.add(entry);
    rows = copy.take();
  });
  afterEach(async () => {
    await client.end();
    await ledger.close();
    await database.drop();
  });

  const written = async (): Promise<readonly number[]> => {
    const { rows: found } = await client.query<{ events: number; position: number }>(
      `SELECT (SELECT count(*)::integer FROM ledger.ledger_event) AS events, position::integer
       FROM ledger.shard_head`,
    );
    return [found[0]!.events, found[0]!.position];
  };
  const run = async (opening: string): Promise<void> => {
    const transaction = new CopyTransaction(client);
    transaction.send(opening, []);
    transaction.send(copyScript(head), rows);
    transaction.close(closingScript(plan, new Map()));
    await transaction.done.finally(() => client.query('ROLLBACK'));
  };

  it('write the rows and move the head', async () => {
    await run(openingScript(head));
    expect(await written()).toEqual([1, 1]);
  });

  it('write nothing when the first has failed before its transaction began', async () => {
    const failing = openingScript(head).replace('BEGIN', 'SELECT 1 / 0; BEGIN');
    await expect(run(failing)).rejects.toMatchObject({ code: '22012' });
    expect(await written()).toEqual([0, 0]);
  });

  it('write nothing when the head is elsewhere', async () => {
    const { position } = head;
    head = { ...head, position: position + 5 };
    await expect(run(openingScript(head))).rejects.toMatchObject({ code: '22012' });
    expect(await written()).toEqual([0, 0]);
  });

  it('do nothing on their own, nor in the transaction of another head', async () => {
    await client.query('BEGIN');
    await client.query("SET LOCAL ledger.writing = '0 7 1'");
    await expect(client.query(closingScript(plan, new Map()))).rejects.toMatchObject({
      code: '22012',
    });
    await client.query('ROLLBACK');
    await expect(client.query(closingScript(plan, new Map()))).rejects.toMatchObject({
      code: '22012',
    });
    expect(await written()).toEqual([0, 0]);
  });
});
