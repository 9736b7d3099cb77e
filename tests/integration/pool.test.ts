import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool } from '../../libs/host/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { sql } from '../support/sql.js';

describe('a pool whose connections are cut off', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it.each(['in use, at rest', 'in use, in a transaction'])(
    'tells whoever has one (%s), ends nobody, and gives out new ones',
    async (how) => {
      const pool = createPool(database.runtimeUrl, { max: 1 });
      const client = await pool.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      if (how.endsWith('transaction')) await client.query('BEGIN');
      const cut = new Promise((ended) => client.once('end', ended));
      await sql(database.ownerUrl, 'SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await cut;
      await expect(client.query('SELECT 1')).rejects.toThrow();
      client.release();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await pool.end();
    },
  );
});

describe('a pool whose query takes longer than its limit', () => {
  it('has it ended by the server, and keeps the connection', async () => {
    const database = await testDatabase();
    const pool = createPool(database.runtimeUrl, { queryMsMax: 300 });
    const client = await pool.connect();
    await expect(client.query('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: '57014' });
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    client.release();
    await pool.end();
    await database.drop();
  }, 30_000);
});

describe('a pool on a server with defaults of its own', () => {
  it('reads what is committed, also in single statements', async () => {
    const database = await testDatabase();
    const { pathname } = new URL(database.ownerUrl);
    await sql(
      database.ownerUrl,
      `ALTER DATABASE ${pathname.slice(1)} SET default_transaction_isolation = 'repeatable read'`,
    );
    const pool = createPool(database.runtimeUrl, { max: 1 });
    const { rows } = await pool.query('SHOW transaction_isolation');
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }]);
    await pool.end();
    await database.drop();
  });
});
