import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { checkDurability } from '../../../infra/postgres/durability.js';
import { removeEmbedded, startEmbedded } from '../../../infra/postgres/embedded.js';
import { genesisHash } from '../../../infra/postgres/create-ledger.js';
import { migrate } from '../../../infra/postgres/migrate.js';
import { databaseServers, testDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

// Slow machines and busy disks are no failures.
jest.setTimeout(60_000);

describe.each(databaseServers())('migrating on $name', (server) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase({ server });
  });
  afterEach(() => database.drop());

  it('can be repeated, also at the same time, and keeps the ledger', async () => {
    const { ownerUrl, ledgerId, runtimeUrl } = database;
    const again = { applied: [], ledgerId, shardCount: 4, runtimeUrl };
    const migrated = await Promise.all([1, 2].map(() => migrate(ownerUrl, { runtimeUrl })));
    expect(migrated).toMatchObject([again, again]);
    const [ledger] = await sql<{ genesis: string }>(
      runtimeUrl,
      "SELECT encode(genesis_hash, 'hex') AS genesis FROM ledger.ledger",
    );
    expect(ledger!.genesis).toBe(genesisHash(ledgerId, 4));
  });

  it('never changes the number of shards', async () => {
    await expect(migrate(database.ownerUrl, { shardCount: 8 })).rejects.toMatchObject({
      code: 'shard-count-fixed',
    });
    await expect(migrate(database.ownerUrl, { shardCount: 0 })).rejects.toMatchObject({
      code: 'shard-count-invalid',
    });
  });

  it('refuses a migration that was edited, and a database of a newer version', async () => {
    const { ownerUrl } = database;
    await sql(ownerUrl, "INSERT INTO public.ledger_migration VALUES ('9999_later.sql', 'x')");
    await expect(migrate(ownerUrl)).rejects.toMatchObject({ code: 'migration-unknown' });
    await sql(
      ownerUrl,
      "DELETE FROM public.ledger_migration WHERE name = '9999_later.sql'; UPDATE public.ledger_migration SET sha256 = 'x'",
    );
    await expect(migrate(ownerUrl)).rejects.toMatchObject({ code: 'migration-changed' });
  });

  it('is for the owner only, and says who that is', async () => {
    const owner = decodeURIComponent(new URL(database.ownerUrl).username);
    await expect(migrate(database.runtimeUrl)).rejects.toMatchObject({
      code: 'not-the-owner',
      fix: expect.stringContaining(`DATABASE_URL to ${owner}`),
    });
  });
});

describe.each(databaseServers())('durability settings of $name', (server) => {
  it('are what they should be', async () => {
    const database = await testDatabase({ server });
    const pool = new pg.Pool({ connectionString: database.runtimeUrl });
    await expect(checkDurability(pool)).resolves.toBeUndefined();
    await pool.end();
    const name = new URL(database.ownerUrl).pathname.slice(1);
    await sql(database.ownerUrl, `ALTER DATABASE ${name} SET synchronous_commit = off`);
    const other = new pg.Pool({ connectionString: database.runtimeUrl });
    await expect(checkDurability(other)).rejects.toThrow('synchronous_commit');
    await other.end();
    await database.drop();
  });
});

describe('durability settings', () => {
  const settings = (changed: Record<string, string>) => ({
    query: async () => ({
      rows: [
        {
          version: '180004',
          fsync: 'on',
          full_page_writes: 'on',
          synchronous_commit: 'on',
          ...changed,
        },
      ],
    }),
  });
  const check = (changed: Record<string, string>, allowUnsafe = false): Promise<void> =>
    checkDurability(settings(changed) as unknown as pg.Pool, { allowUnsafe });

  it.each(['fsync', 'full_page_writes', 'synchronous_commit'])('refuse %s off', async (name) => {
    await expect(check({ [name]: 'off' })).rejects.toMatchObject({ code: 'unsafe-durability' });
    await expect(check({ [name]: 'off' })).rejects.toThrow(name);
    await expect(check({ [name]: 'off' }, true)).resolves.toBeUndefined();
  });

  it.each(['140010', '190000'])('refuse the untried version %s', async (version) => {
    await expect(check({ version })).rejects.toMatchObject({ code: 'server-version' });
  });
});

describe('the embedded server', () => {
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await removeEmbedded(folder);
  });

  it('is shared by all who start it over one folder, and comes back with its data', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'commitment ledger ')), 'data');
    folders.push(folder);
    const [one, two] = await Promise.all([
      startEmbedded({ dataDir: folder, port: 56_432 }),
      startEmbedded({ dataDir: folder, port: 56_432 }),
    ]);
    expect(two.ownerUrl).toBe(one.ownerUrl);
    const secret = await stat(join(one.dataDir, 'cluster', 'owner.password'));
    expect(secret.mode & 0o777).toBe(0o600);
    await sql(one.ownerUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
    await Promise.all([one.stop(), two.stop()]);
    await expect(sql(one.ownerUrl, 'SELECT 1')).rejects.toThrow();

    const again = await startEmbedded({ dataDir: folder, port: 56_432 });
    expect(await sql(again.ownerUrl, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    const wrong = new URL(again.ownerUrl);
    wrong.password = 'guess';
    await expect(sql(wrong.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await again.stop();
  }, 60_000);
});
