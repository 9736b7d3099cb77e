import { Inject, Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../../application/database-health.js';
import { VIEWS } from '../../application/tokens.js';
import { Problem } from '../../contract/problem.js';
import { quoted } from '../../contract/refusal-problem.js';
import { projections } from '../../projections/all.js';
import type { Views } from '../../projections/asking/read-view.js';
import {
  projectionStatus,
  skippedByView,
  type ProjectionStatus,
} from '../../projections/engine/status.js';
import { within } from '../../waiting/within.js';
import type { ReadinessAnswer, ReadyProjectionAnswer } from './answer.js';
import { Roles, type RoleStatus } from '../roles.js';

/** Views that do not say within this time how they are, are not. */
const PATIENCE_MS = 2_000;

/** `role`: of this one only. `access=read`: whether it can take writes does not count. */
export interface ReadinessQuestion {
  readonly role: string | null;
  readonly access: 'read' | 'write';
}

/**
 * What this process can do now. Ready is what can do all its work: every role asked about is, and the database can be read
 * and written, unless only reading counts. A role that works over Kafka needs its broker; the api does not.
 */
@Injectable()
export class Readiness {
  private hasApi = false;

  constructor(
    private readonly health: DatabaseHealth,
    @Inject(VIEWS) private readonly views: Views,
    private readonly roles: Roles,
  ) {}

  /** The api of this process, where there is one, counts as a role: its answers are as good as its views. */
  includeApi(): void {
    this.hasApi = true;
  }

  /** @throws Problem 400 `query-invalid`; 404 `role-not-here` when this process does not have the role. */
  async look(query: Readonly<Record<string, unknown>>): Promise<ReadinessAnswer> {
    const { role: only, access } = questionIn(query, this.rolesHere());
    const [state, served] = await Promise.all([
      this.health.look(),
      this.hasApi ? projectionsOf(this.views) : [],
    ]);
    const { readable, writable, reason } = state;
    const canWork = readable && (writable || access === 'read');
    const roles = [...(this.hasApi ? [apiState(served)] : []), ...this.roles.statuses()]
      .filter(({ role }) => only === null || role === only)
      .map((one): RoleStatus => {
        const ready = one.ready && canWork;
        const why = one.ready ? reason : (one.reason ?? reason ?? 'no answer');
        return { role: one.role, ready, reason: ready ? null : why, now: one.now };
      });
    return {
      status: canWork && roles.every(({ ready }) => ready) ? 'ready' : 'not-ready',
      database: readable ? 'reachable' : 'unreachable',
      readable,
      writable,
      reason,
      projections: served ?? [],
      roles,
    };
  }

  /** What the views lack, by name; for a process that does not say more of them. */
  async skipped({ readable }: ReadinessAnswer): Promise<Readonly<Record<string, number>>> {
    return readable ? skippedByView(this.views.pool, projections) : {};
  }

  private rolesHere(): readonly string[] {
    return [...(this.hasApi ? ['api'] : []), ...this.roles.statuses().map(({ role }) => role)];
  }
}

const questionIn = (
  query: Readonly<Record<string, unknown>>,
  here: readonly string[],
): ReadinessQuestion => {
  for (const name of Object.keys(query))
    if (name !== 'role' && name !== 'access')
      throw new Problem(400, 'query-invalid', `${quoted(name)} is none of role, access`);
  const { role = null, access = 'write' } = query;
  if (access !== 'read' && access !== 'write')
    throw new Problem(400, 'query-invalid', 'access must be read or write');
  if (role === null) return { role, access };
  if (typeof role !== 'string' || !here.includes(role))
    throw new Problem(
      404,
      'role-not-here',
      `this process does not have the role ${quoted(role)}; it has: ${here.join(', ')}`,
    );
  return { role, access };
};

const apiState = (served: readonly ReadyProjectionAnswer[] | null): RoleStatus => {
  const still = served?.filter(({ serving }) => !serving).map(({ name }) => name) ?? [];
  const ready = served !== null && still.length === 0;
  const reason = still.length === 0 ? null : `views that do not serve: ${still.join(', ')}`;
  return { role: 'api', ready, reason, now: { state: ready ? 'serving' : 'waiting' } };
};

/** Null: the database did not say. */
const projectionsOf = async ({
  pool,
  reader,
}: Views): Promise<readonly ReadyProjectionAnswer[] | null> => {
  try {
    const statuses = await within<readonly ProjectionStatus[] | null>(
      PATIENCE_MS,
      projectionStatus(pool, reader, projections),
      () => null,
    );
    if (statuses === null) return null;
    return projections.map(({ name }) => {
      const live = statuses.find((status) => status.name === name && status.state === 'live');
      return {
        name,
        serving: !!live && live.stoppedAt.length === 0,
        lag: live?.lag ?? 0,
        skipped: live?.skipped ?? 0,
      };
    });
  } catch {
    return null;
  }
};
