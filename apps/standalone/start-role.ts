import { setTimeout as sleep } from 'node:timers/promises';
import { START, type BackgroundRole, type Host, type RunningRole } from './roles.js';

export interface RoleStatus {
  readonly role: BackgroundRole;
  readonly ready: boolean;
  /** Why not, or null. */
  readonly reason: string | null;
  /** What it is doing, in the role's own words. */
  readonly now: object;
}

export interface StartedRole {
  status(): RoleStatus;
  close(): Promise<void>;
}

const PAUSE_MS = { first: 500, max: 5_000 } as const;
/** What hangs on a broker that does not answer, starting or closing, is not waited for. */
const CLOSE_MS_MAX = 10_000;

/**
 * Starts a role, as often as it takes: a process whose broker is not there yet is alive and not ready, and becomes
 * ready by itself.
 */
export const startRole = (role: BackgroundRole, host: Host): StartedRole => {
  const closing = new AbortController();
  let running: RunningRole | null = null;
  let trouble = '';
  const start = async (): Promise<void> => {
    const { signal } = closing;
    for (let pause: number = PAUSE_MS.first; !signal.aborted;) {
      try {
        await host.messaging.prepare();
        running = await START[role](host);
        if (signal.aborted) await running.close();
        return;
      } catch (error) {
        if (signal.aborted) return;
        trouble = error instanceof Error ? error.message : String(error);
        host.logger.warn({ role, error: trouble, again: pause }, 'the role could not start');
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, PAUSE_MS.max);
      }
    }
  };
  const starting = start();
  return {
    status: () => {
      if (running === null) {
        const reason = trouble === '' ? 'starting' : trouble;
        return { role, ready: false, reason, now: { state: 'starting', trouble } };
      }
      const { ready, reason = null, ...now } = running.status();
      return { role, ready, reason: ready ? null : (reason ?? 'see now'), now };
    },
    close: async () => {
      closing.abort();
      const late = sleep(CLOSE_MS_MAX, undefined, { ref: false });
      await Promise.race([running === null ? starting : running.close(), late]);
    },
  };
};
