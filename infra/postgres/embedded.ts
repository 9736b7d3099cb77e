import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { canReach, runBinary, serverAccount, serverBinaries } from './binaries.js';
import type { ServerAccount } from './binaries.js';
import { freePort } from './free-port.js';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';
import { isAlive, postmaster, runningServer, type Postmaster } from './postmaster.js';

const OWNER = 'ledger_owner';
const RUNTIME = 'ledger_service';
const DATABASE = 'ledger';
const FIRST_PORT = 54320;
const START_MS_MAX = 60_000;

export interface EmbeddedServer {
  /** As the owner (and superuser) of the bundled server: for migrations, never for serving requests. */
  readonly ownerUrl: string;
  /** As the role that serves; null when a version without one made the data and none has migrated it since. */
  readonly runtimeUrl: string | null;
  readonly port: number;
  /** Where the cluster really is (see `homeOf`). */
  readonly dataDir: string;
  /** Ends the server. Does nothing when a living process that started it still counts on it. */
  stop(): Promise<void>;
}

/**
 * Starts the bundled PostgreSQL over `dataDir`, or attaches to the server that is already running there: api and cli
 * share one. Loopback only, SCRAM, a random password kept in the folder (0600). A port in use: the next free one.
 */
export const startEmbedded = async (options: {
  readonly dataDir: string;
  readonly port?: number;
  /** Makes nothing: without data there is nothing to look at (`no-ledger`). */
  readonly mustExist?: boolean;
}): Promise<EmbeddedServer> => {
  const mayMake = options.mustExist !== true;
  if (!mayMake && !hasEmbedded(options.dataDir)) throw nothingIn(options.dataDir);
  const account = serverAccount();
  const home = await homeOf(resolve(options.dataDir), account);
  const binaries = await serverBinaries(home, account);
  if (!existsSync(join(home, 'cluster', 'PG_VERSION'))) await initialise(home, binaries, account);
  checkVersion(home, binaries);
  if (mayMake) await makeRuntimePassword(join(home, 'cluster'));

  const deadline = Date.now() + START_MS_MAX;
  let port = options.port ?? FIRST_PORT;
  let launched = false;
  while (Date.now() < deadline) {
    const running = await runningServer(home, deadline);
    if (running !== null) {
      if (mayMake) await createDatabase(ownerOf(home, running.port, 'postgres'));
      return attached(home, running, launched, binaries, account);
    }
    port = await freePort(port);
    launched = await launch(home, binaries, account, port, deadline);
    if (!launched) port += 1; // taken meanwhile, or another process was faster with the same cluster
  }
  throw new PostgresError('embedded-postgres-failed', `PostgreSQL did not start:\n${tail(home)}`);
};

/**
 * Usually `dataDir` itself. As root the server runs as `nobody`; when a folder above is closed to that account, the
 * data lives under /var/lib/commitment-ledger instead and `dataDir/location` says where.
 */
const homeOf = async (dataDir: string, account: ServerAccount): Promise<string> => {
  await mkdir(dataDir, { recursive: true });
  if (account !== null) await chmod(dataDir, 0o755);
  if (canReach(dataDir, account)) return dataDir;
  const pointer = join(dataDir, 'location');
  if (!existsSync(pointer)) {
    const parent = '/var/lib/commitment-ledger';
    await mkdir(parent, { recursive: true, mode: 0o755 });
    const home = await mkdtemp(join(parent, 'data-'));
    await chmod(home, 0o755);
    await writeFile(pointer, home, { flag: 'wx' }).catch(() => rm(home, { recursive: true }));
  }
  return (await readFile(pointer, 'utf8')).trim();
};

/** Whether there is data in the folder. Makes nothing. */
export const hasEmbedded = (dataDir: string): boolean => {
  const pointer = join(resolve(dataDir), 'location');
  const home = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : resolve(dataDir);
  return existsSync(join(home, 'cluster', 'PG_VERSION'));
};

const nothingIn = (dataDir: string): PostgresError =>
  new PostgresError(
    'no-ledger',
    `There is no ledger in ${resolve(dataDir)}. Nothing was made.`,
    'Check LEDGER_DATA_DIR. To make a ledger there: commitment-ledger migrate (or demo, which loads the reference deals too).',
  );

/** Removes everything `startEmbedded` made for this folder. The server must be stopped. */
export const removeEmbedded = async (dataDir: string): Promise<void> => {
  const pointer = join(dataDir, 'location');
  if (existsSync(pointer)) await rm((await readFile(pointer, 'utf8')).trim(), RECURSIVE);
  await rm(dataDir, RECURSIVE);
};
const RECURSIVE = { recursive: true, force: true } as const;

/** Made under another name and renamed whole, so that two first starts, or a killed one, leave no half cluster. */
const initialise = async (
  home: string,
  binaries: string,
  account: ServerAccount,
): Promise<void> => {
  const password = randomBytes(24).toString('base64url');
  const making = await mkdtemp(join(home, 'making-'));
  try {
    if (account) await chown(making, account.uid, account.gid);
    const secret = join(making, 'password');
    await writeFile(secret, password, { mode: 0o600 });
    if (account) await chown(secret, account.uid, account.gid);
    const cluster = join(making, 'cluster');
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin'];
    const login = [`--username=${OWNER}`, `--pwfile=${secret}`, '--auth=scram-sha-256'];
    const args = ['-D', cluster, ...locale, '--builtin-locale=C.UTF-8', ...login];
    runBinary(binaries, 'initdb', args, account, making);
    // The passwords lie inside the cluster, so that one rename publishes all.
    await writeFile(join(cluster, PASSWORD), password, { mode: 0o600 });
    await makeRuntimePassword(cluster);
    await rename(cluster, join(home, 'cluster')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(making, RECURSIVE);
  }
};
const PASSWORD = 'owner.password';
const RUNTIME_PASSWORD = 'runtime.password';

/** Apart from the owner's, and beside it: a process that serves never needs the owner's. */
const makeRuntimePassword = async (cluster: string): Promise<void> => {
  const password = randomBytes(24).toString('base64url');
  await writeFile(join(cluster, RUNTIME_PASSWORD), password, { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
};

const urlAs = (role: string, password: string, port: number, database: string): string =>
  `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;

const ownerOf = (home: string, port: number, database: string): string =>
  urlAs(OWNER, readFileSync(join(home, 'cluster', PASSWORD), 'utf8'), port, database);

const checkVersion = (home: string, binaries: string): void => {
  const have = readFileSync(join(home, 'cluster', 'PG_VERSION'), 'utf8').trim();
  const catalog = join(binaries, 'share', 'postgresql', 'postgres.bki');
  const first = existsSync(catalog) ? readFileSync(catalog, 'utf8').slice(0, 40) : '';
  const want = /^# PostgreSQL (\d+)/.exec(first)?.[1];
  if (want === undefined || want === have) return;
  throw new PostgresError(
    'embedded-postgres-version',
    `The data in ${home} was written by PostgreSQL ${have}, the bundled server is ${want}. ` +
      'Use the version of this program that wrote it, or start over with an empty folder.',
  );
};

/** True when it came up; false when it ended at once (port taken, or another process was faster). */
const launch = async (
  home: string,
  binaries: string,
  account: ServerAccount,
  port: number,
  deadline: number,
): Promise<boolean> => {
  await rm(join(home, 'starter'), { force: true });
  const log = openSync(join(home, 'server.log'), 'a', 0o600);
  const program = process.platform === 'win32' ? 'postgres.exe' : 'postgres';
  const args = ['-D', join(home, 'cluster'), '-p', String(port), ...settings()];
  // A process group of its own: Ctrl-C in the terminal must reach us, and not the server before we are done with it.
  const server = spawn(join(binaries, 'bin', program), args, {
    cwd: home,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, LC_ALL: 'C' },
    ...(account ?? {}),
  });
  closeSync(log);
  let ended = false;
  server.once('exit', () => (ended = true)).once('error', () => (ended = true));
  server.unref();
  while (!ended && Date.now() < deadline) {
    const found = postmaster(home);
    if (found?.pid === server.pid && found?.ready === true) {
      await writeFile(join(home, 'starter'), String(process.pid));
      return true;
    }
    await sleep(10);
  }
  const fatal = tail(home);
  if (ended && !/could not bind|lock file|already in use|could not create any TCP/.test(fatal))
    throw new PostgresError('embedded-postgres-failed', `PostgreSQL did not start:\n${fatal}`);
  return false;
};

/** Durability settings keep PostgreSQL's safe defaults. Sizes: an eighth of memory, 128 MB to 1 GB. */
const settings = (): string[] => {
  const buffersMb = Math.min(1024, Math.max(128, Math.floor(totalmem() / 8 / 2 ** 20)));
  return [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `shared_buffers=${buffersMb}MB`,
    'max_wal_size=4GB',
    'min_wal_size=1GB',
    'checkpoint_timeout=15min',
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
  ].flatMap((setting) => ['-c', setting]);
};

const attached = async (
  home: string,
  server: Postmaster,
  launched: boolean,
  binaries: string,
  account: ServerAccount,
): Promise<EmbeddedServer> => {
  const starter = Number(await readFile(join(home, 'starter'), 'utf8').catch(() => '0'));
  // A starter that was killed leaves its server behind: whoever finds it looks after it.
  const mine = launched || (starter > 0 && !isAlive(starter));
  if (mine) await writeFile(join(home, 'starter'), String(process.pid));
  return {
    ownerUrl: ownerOf(home, server.port, DATABASE),
    runtimeUrl: await runtimeOf(home, server.port),
    port: server.port,
    dataDir: home,
    stop: () => (mine ? stop(home, server.pid, binaries, account) : Promise.resolve()),
  };
};

const runtimeOf = (home: string, port: number): Promise<string | null> =>
  readFile(join(home, 'cluster', RUNTIME_PASSWORD), 'utf8').then(
    (password) => urlAs(RUNTIME, password, port, DATABASE),
    () => null,
  );

const createDatabase = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== '42P04' && code !== '23505') throw error; // another process was faster
  } finally {
    await client.end();
  }
};

/** Fast shutdown: clients are cut off, everything committed is on disk. */
const stop = async (
  home: string,
  pid: number,
  binaries: string,
  account: ServerAccount,
): Promise<void> => {
  const gone = (): boolean => postmaster(home)?.pid !== pid || !isAlive(pid);
  if (gone()) return;
  if (process.platform === 'win32')
    runBinary(
      binaries,
      'pg_ctl',
      ['stop', '-m', 'fast', '-D', join(home, 'cluster')],
      account,
      home,
    );
  else process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (!gone() && Date.now() < deadline) await sleep(10);
  if (!gone()) process.kill(pid, 'SIGQUIT'); // immediate: the next start recovers from the log
  await rm(join(home, 'starter'), { force: true });
};

/** The end of the server's log: what it says about not starting. */
const tail = (home: string): string => {
  const log = join(home, 'server.log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n') : '';
};
