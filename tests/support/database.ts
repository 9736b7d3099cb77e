import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { createLedger } from '../../infra/postgres/create-ledger.js';
import { migrateSchema } from '../../infra/postgres/migrate.js';
import { asRole, passwordIn } from '../../infra/postgres/url.js';
import { pause } from '../../libs/waiting/wakeup.js';

export interface TestDatabase {
  readonly ownerUrl: string;
  /** As the role that serves: what the code under test gets. */
  readonly runtimeUrl: string;
  readonly ledgerId: string;
  /** Cuts off whoever is still connected. */
  drop(): Promise<void>;
}

export interface DatabaseServer {
  readonly name: string;
  readonly ownerUrl: string;
}

/** The embedded server of this run, and the one of TEST_DATABASE_URL when that is set: suites `describe.each` over both. */
export const databaseServers = (): readonly DatabaseServer[] => {
  const embedded = process.env.TEST_EMBEDDED_URL;
  const other = process.env.TEST_DATABASE_URL;
  const servers: DatabaseServer[] = [];
  if (embedded) servers.push({ name: 'embedded PostgreSQL', ownerUrl: embedded });
  if (other) servers.push({ name: 'PostgreSQL of TEST_DATABASE_URL', ownerUrl: other });
  return servers;
};

const TEMPLATE = 'commitment_ledger_template';

export const TEST_RUNTIME_ROLE = 'commitment_ledger_test';

/** One role serves all databases of the tests, granted in the template, so that a database is only a copy. */
export const runtimeUrlOf = (ownerUrl: string): string => {
  const password = createHash('sha256').update(`test runtime ${passwordIn(ownerUrl)}`);
  return asRole(ownerUrl, TEST_RUNTIME_ROLE, password.digest('base64url'));
};

const inDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
};

const withClient = async <Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Once per run and server: a migrated database that the others are copied from (30 ms instead of 300). */
export const createTemplate = async (ownerUrl: string): Promise<void> => {
  await withClient(ownerUrl, async (owner) => {
    await owner.query(`DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);
    await owner.query(`CREATE DATABASE ${TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'`);
  });
  const template = inDatabase(ownerUrl, TEMPLATE);
  await migrateSchema(template, runtimeUrlOf(template));
};

/** So long those who have said that they go may take to be gone, in ms. */
const LEAVING_MS = 500;

/** A pool whose end was awaited may have a connection yet, and cut off it would tell of an error that nobody listens to. */
const untilLeft = async (owner: pg.Client, name: string): Promise<void> => {
  const deadline = performance.now() + LEAVING_MS;
  while (performance.now() < deadline) {
    const { rowCount } = await owner.query('SELECT FROM pg_stat_activity WHERE datname = $1', [
      name,
    ]);
    if (rowCount === 0) return;
    await pause(20);
  }
};

/** A migrated database of its own, with an empty ledger. Default: 4 shards on the embedded server. */
export const testDatabase = async (
  options: { readonly shardCount?: number; readonly server?: DatabaseServer } = {},
): Promise<TestDatabase> => {
  const server = options.server ?? databaseServers()[0];
  if (server === undefined)
    throw new Error('no test server: tests that need PostgreSQL belong to the project "system"');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(server.ownerUrl, (owner) =>
    owner.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`),
  );
  const ownerUrl = inDatabase(server.ownerUrl, name);
  const { ledgerId } = await withClient(ownerUrl, (owner) =>
    createLedger(owner, options.shardCount),
  );
  return {
    ownerUrl,
    runtimeUrl: runtimeUrlOf(ownerUrl),
    ledgerId,
    drop: () =>
      withClient(server.ownerUrl, async (owner) => {
        await untilLeft(owner, name);
        await owner.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
};
