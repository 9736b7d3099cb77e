import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The process of a PostgreSQL server, as its cluster tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** postmaster.pid: pid, data folder, start time, port, socket folder, address, memory key, status. */
export const postmaster = (home: string): Postmaster | null => {
  try {
    const lines = readFileSync(join(home, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
    const ready = lines[7]?.trim() === 'ready';
    return { pid: Number(lines[0]), port: Number(lines[3] ?? 0), ready };
  } catch {
    return null;
  }
};

/** The server that already runs over this cluster, once it is ready; null when there is none. */
export const runningServer = async (home: string, deadline: number): Promise<Postmaster | null> => {
  while (Date.now() < deadline) {
    const found = postmaster(home);
    if (found === null || !isAlive(found.pid)) return null; // PostgreSQL itself clears a stale file
    if (!isOurServer(found.pid, home)) {
      // The machine was restarted and gave the number to somebody else. PostgreSQL would refuse to start.
      await rm(join(home, 'cluster', 'postmaster.pid'), { force: true });
      return null;
    }
    if (found.ready) return found;
    await sleep(20);
  }
  return null;
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Where /proc tells; elsewhere a living process is taken for the server. */
const isOurServer = (pid: number, home: string): boolean => {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(home, 'cluster'));
  } catch {
    return false;
  }
};
