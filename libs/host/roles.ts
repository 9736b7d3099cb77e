import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ConfigurationError, nearest } from './config.js';
import { backOff } from '../waiting/back-off.js';
import { pause } from '../waiting/wakeup.js';
import type { Logger } from './logger.js';
import { LOGGER } from './tokens.js';
import { within } from '../waiting/within.js';

/** What a process can be asked to do in distributed mode, in any combination. */
export const SERVICE_ROLES = ['api', 'intake', 'publisher', 'projector', 'alerter'] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];
/** The api is the HTTP server itself; the others work in the background, over Kafka. */
export type BackgroundRole = Exclude<ServiceRole, 'api'>;

/** `api,publisher` as roles, each once. @throws ConfigurationError `role-unknown`. */
export const parseRoles = (text: string): readonly ServiceRole[] => {
  const named = text.split(',').map((part) => part.trim());
  for (const name of named)
    if (!isRole(name))
      throw new ConfigurationError(
        'role-unknown',
        `${name === '' ? 'An empty name' : name} is not a role. Did you mean ${nearest(name, SERVICE_ROLES)}? ` +
          `Roles: ${SERVICE_ROLES.join(', ')}; several with commas between.`,
      );
  return [...new Set(named.filter(isRole))];
};

const isRole = (name: string): name is ServiceRole =>
  (SERVICE_ROLES as readonly string[]).includes(name);

/** A role of this process, as its readiness tells it. */
export interface RoleStatus {
  readonly role: ServiceRole;
  readonly ready: boolean;
  /** Why not, or null. */
  readonly reason: string | null;
  /** What it is doing, in the role's own words. */
  readonly now: object;
}

export interface RunningRole {
  /** `ready` only when the role really does its work, `reason` why not; all else is for people. */
  status(): { readonly ready: boolean; readonly reason?: string | null };
  /** Finishes what is in hand. */
  close(): Promise<void>;
}

const BACK_OFF = { firstMs: 500, maxMs: 5_000 } as const;
/** What hangs on a broker that does not answer, starting or closing, is not waited for. */
const CLOSE_MS_MAX = 10_000;

/** The background roles of this process. All of them stop before anything that they use is closed. */
@Injectable()
export class Roles implements BeforeApplicationShutdown {
  private readonly started: StartedRole[] = [];

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * Starts a role, as often as it takes: a process whose broker is not there yet is alive and not ready, and becomes
   * ready by itself.
   */
  start(role: BackgroundRole, begin: () => Promise<RunningRole>): void {
    this.started.push(new StartedRole(role, begin, this.logger));
  }

  statuses(): readonly RoleStatus[] {
    return this.started.map((role) => role.status());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.started.map((role) => role.close()));
  }
}

class StartedRole {
  private readonly closing = new AbortController();
  private running: RunningRole | null = null;
  private trouble = '';
  private readonly starting: Promise<void>;

  constructor(
    private readonly role: BackgroundRole,
    private readonly begin: () => Promise<RunningRole>,
    private readonly logger: Logger,
  ) {
    this.starting = this.start();
  }

  status(): RoleStatus {
    const { role, running, trouble } = this;
    if (running === null) {
      const reason = trouble === '' ? 'starting' : trouble;
      return { role, ready: false, reason, now: { state: 'starting', trouble } };
    }
    const { ready, reason = null, ...now } = running.status();
    return { role, ready, reason: ready ? null : (reason ?? 'see now'), now };
  }

  async close(): Promise<void> {
    this.closing.abort();
    const closed = this.running === null ? this.starting : this.running.close();
    await within(CLOSE_MS_MAX, closed, () => undefined);
  }

  private async start(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        this.running = await this.begin();
        if (signal.aborted) await this.running.close();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.trouble = error instanceof Error ? error.message : String(error);
        const again = backOff(failures, BACK_OFF);
        this.logger.warn(
          { starting: this.role, error: this.trouble, again },
          'the role could not start',
        );
        await pause(again, signal);
      }
    }
  }
}
