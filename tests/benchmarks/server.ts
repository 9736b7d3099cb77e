import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { removeEmbedded, startEmbedded } from '../../infra/postgres/embedded.js';

/** One PostgreSQL for both sides, with the settings the product starts it with; a database for each run. */
export interface BenchServer {
  /** Version and the settings that matter. */
  readonly description: string;
  emptyDatabase(): Promise<string>;
  drop(url: string): Promise<void>;
  /** So that no run pays for the dirty pages of the one before. */
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
];

/** BENCH_DATABASE_URL: measure on that server (as a role that may create databases) instead of the bundled one. */
export const startServer = async (): Promise<BenchServer> => {
  const given = process.env['BENCH_DATABASE_URL'];
  const folder = await mkdtemp(join(tmpdir(), 'commitment-ledger-bench-'));
  const embedded = given ? null : await startEmbedded({ dataDir: folder, port: 55_900 });
  const ownerUrl = given ?? embedded!.ownerUrl;
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  return {
    description: await describe(owner),
    emptyDatabase: async () => {
      const name = `bench_${randomBytes(5).toString('hex')}`;
      await owner.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
      const url = new URL(ownerUrl);
      url.pathname = `/${name}`;
      return url.toString();
    },
    drop: async (url) => {
      await owner.query(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    },
    checkpoint: async () => {
      await owner.query('CHECKPOINT');
    },
    stop: async () => {
      await owner.end();
      if (embedded !== null) {
        await embedded.stop();
        await removeEmbedded(folder);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const describe = async (owner: pg.Client): Promise<string> => {
  const { rows } = await owner.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [['server_version', ...SETTINGS]],
  );
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  const version = values.get('server_version')?.split(' ')[0];
  return `PostgreSQL ${version} (${SETTINGS.map((name) => `${name}=${values.get(name)}`).join(', ')})`;
};
