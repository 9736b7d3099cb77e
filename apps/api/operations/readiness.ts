import type { DatabaseHealth, DatabaseState } from '../../../libs/application/database-health.js';
import { projections } from '../../../libs/projections/all.js';
import type { Views } from '../../../libs/projections/asking/read-view.js';
import { projectionStatus } from '../../../libs/projections/engine/status.js';
import { shown } from '../../../libs/contract/refusal-problem.js';
import { Problem } from '../../../libs/contract/problem.js';
import type { RoleState } from '../parts.js';

/** Views that do not say within this time how they are, are not. */
const PATIENCE_MS = 2_000;

export interface ProjectionState {
  readonly name: string;
  readonly serving: boolean;
  readonly lag: number;
  /** Events that its answers lack. */
  readonly skipped: number;
}

export interface RoleReadiness extends RoleState {
  readonly reason: string | null;
}

export interface Readiness {
  readonly status: 'ready' | 'not-ready';
  readonly database: 'reachable' | 'unreachable';
  readonly readable: boolean;
  readonly writable: boolean;
  readonly reason: DatabaseState['reason'];
  readonly projections: readonly ProjectionState[];
  readonly roles: readonly RoleReadiness[];
}

/** `role`: of this one only. `access=read`: whether it can take writes does not count. */
export interface ReadinessQuestion {
  readonly role: string | null;
  readonly access: 'read' | 'write';
}

export interface ReadinessParts {
  readonly health: Pick<DatabaseHealth, 'look'>;
  readonly views: Views;
  /** Null: this process has no api. */
  readonly api: 'api' | null;
  /** The other roles of this process. */
  readonly roles: () => readonly RoleState[];
}

/** @throws Problem 400 `query-invalid`; 404 `role-not-here` when this process does not have the role. */
export const readQuestion = (
  query: Readonly<Record<string, unknown>>,
  here: readonly string[],
): ReadinessQuestion => {
  for (const name of Object.keys(query))
    if (name !== 'role' && name !== 'access')
      throw new Problem(400, 'query-invalid', `${shown(name)} is none of role, access`);
  const { role = null, access = 'write' } = query;
  if (access !== 'read' && access !== 'write')
    throw new Problem(400, 'query-invalid', 'access must be read or write');
  if (role === null) return { role, access };
  if (typeof role !== 'string' || !here.includes(role))
    throw new Problem(
      404,
      'role-not-here',
      `this process does not have the role ${shown(role)}; it has: ${here.join(', ')}`,
    );
  return { role, access };
};

export const rolesHere = ({ api, roles }: ReadinessParts): readonly string[] => [
  ...(api === null ? [] : [api]),
  ...roles().map(({ role }) => role),
];

/**
 * What this process can do now. Ready is what can do all its work: every role asked about is, and the database can be read
 * and written, unless only reading counts. A role that works over Kafka needs its broker; the api does not.
 */
export const readiness = async (
  parts: ReadinessParts,
  { role: only, access }: ReadinessQuestion,
): Promise<Readiness> => {
  const [state, served] = await Promise.all([
    parts.health.look(),
    parts.api === null ? [] : projectionsOf(parts.views),
  ]);
  const { readable, writable, reason } = state;
  const own: RoleState[] = [...parts.roles()];
  if (parts.api !== null) own.unshift(apiState(served));
  const roles = own
    .filter(({ role }) => only === null || role === only)
    .map((one): RoleReadiness => {
      const canWork = readable && (writable || access === 'read');
      const why = one.ready ? reason : (one.reason ?? reason ?? 'no answer');
      const ready = one.ready && canWork;
      return { role: one.role, ready, reason: ready ? null : why, now: one.now };
    });
  const ready = readable && (writable || access === 'read') && roles.every((one) => one.ready);
  return {
    status: ready ? 'ready' : 'not-ready',
    database: readable ? 'reachable' : 'unreachable',
    readable,
    writable,
    reason,
    projections: served ?? [],
    roles,
  };
};

const apiState = (served: readonly ProjectionState[] | null): RoleState => {
  const still = served?.filter(({ serving }) => !serving).map(({ name }) => name) ?? [];
  const ready = served !== null && still.length === 0;
  const reason = still.length === 0 ? null : `views that do not serve: ${still.join(', ')}`;
  return { role: 'api', ready, reason, now: { state: ready ? 'serving' : 'waiting' } };
};

/** Null: the database did not say. */
const projectionsOf = async ({
  pool,
  reader,
}: Views): Promise<readonly ProjectionState[] | null> => {
  try {
    const statuses = await within(PATIENCE_MS, projectionStatus(pool, reader, projections));
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

const within = async <Value>(ms: number, work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
