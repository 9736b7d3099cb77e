import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux: USER_HZ is 100 wherever Node runs. */
const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly endedMs: number;
}

const statOf = (pid: number): Stat | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; what follows is fixed: state, ppid, …, utime, stime, cutime, cstime.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ms = (at: number): number => Number(fields[at]) * TICK_MS;
    return { parent: Number(fields[1]), ownMs: ms(11) + ms(12), endedMs: ms(13) + ms(14) };
  } catch {
    return null;
  }
};

export const parentOf = (pid: number): number | null => statOf(pid)?.parent ?? null;

/** CPU time of a process so far, or of it and its children, living and ended, in ms. NaN where nobody can tell. */
export const cpuMs = (pid: number, withChildren = false): number => {
  const own = statOf(pid);
  if (own === null) return Number.NaN;
  if (!withChildren) return own.ownMs;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, child) => sum + child!.ownMs, own.ownMs + own.endedMs);
};
