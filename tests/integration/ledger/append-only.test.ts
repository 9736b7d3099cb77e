import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { checkInvariants } from '../../support/invariants.js';
import { say, scriptedDeciders } from '../../support/scripted.js';
import { sql } from '../../support/sql.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

const CHANGES = [
  "UPDATE ledger.ledger_event SET entry = replace(entry, 'a', 'b')",
  'UPDATE ledger.ledger_event SET position = position + 1',
  'DELETE FROM ledger.ledger_event',
  'TRUNCATE ledger.ledger_event',
  "UPDATE ledger.ledger SET genesis_hash = decode(repeat('00', 32), 'hex')",
  'UPDATE ledger.ledger SET shard_count = 8',
  'DELETE FROM ledger.ledger',
  'TRUNCATE ledger.ledger CASCADE',
];

const BEYOND_THE_ROLE = [
  'DELETE FROM ledger.shard_head',
  'INSERT INTO ledger.shard_head SELECT 9, epoch, position, hash FROM ledger.shard_head LIMIT 1',
  'DELETE FROM ledger.stream',
  'DELETE FROM ledger.refused',
  "INSERT INTO ledger.api_key (key_hash, name, tenant, role) VALUES (sha256('x'), 'x', 'acme', 'admin')",
  'UPDATE ledger.api_key SET revoked_at = NULL',
  'ALTER TABLE ledger.ledger_event DISABLE TRIGGER ALL',
  'DROP TABLE ledger.ledger_event',
  'CREATE TABLE ledger.mine (n integer)',
  'SET session_replication_role = replica',
];

describe.each(databaseServers())('append-only on $name', (server) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase({ server });
    const ledger = await PostgresLedger.open({
      url: database.runtimeUrl,
      deciders: scriptedDeciders,
    });
    await ledger.submit(say('a'));
    await ledger.close();
  });
  afterAll(async () => {
    expect(await checkInvariants(database.ownerUrl)).toEqual([]);
    await database.drop();
  });

  it.each([...CHANGES, ...BEYOND_THE_ROLE])('the serving role may not: %s', async (text) => {
    await expect(sql(database.runtimeUrl, text)).rejects.toMatchObject({ code: '42501' });
  });

  it.each(CHANGES)('a trigger stops the owner: %s', async (text) => {
    await expect(sql(database.ownerUrl, text)).rejects.toMatchObject({ code: '23001' });
  });

  it('stops the owner in replica mode too', async () => {
    const script = 'SET session_replication_role = replica; DELETE FROM ledger.ledger_event';
    await expect(sql(database.ownerUrl, script)).rejects.toMatchObject({ code: '23001' });
  });

  it('lets the serving role make and fill views', async () => {
    const made = 'CREATE TABLE views.mine AS SELECT 1 AS n';
    await expect(sql(database.runtimeUrl, made)).resolves.toEqual([]);
    await expect(sql(database.runtimeUrl, 'DROP TABLE views.mine')).resolves.toEqual([]);
  });
});
