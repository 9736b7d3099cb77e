import { fastify } from 'fastify';
import { projections } from '../../libs/projections/all.js';
import { skippedByView } from '../../libs/projections/status.js';
import type { Metrics } from '../../libs/runtime/metrics.js';
import { VERSION } from '../../libs/runtime/version.js';
import { readableTenant } from '../api/http/access.js';
import { Problem } from '../api/http/problem.js';
import type { ApiKeys } from '../api/parts.js';
import type { Listener } from './listen.js';
import type { RoleStatus } from './start-role.js';
import type { System } from './system.js';

const PATIENCE_MS = 2_000;

/** Nothing here takes a body, so no request takes long to arrive. */
const REQUEST_MS_MAX = 30_000;

/** Probes and metrics of a process without the api: the same paths, under the same rules, and nothing else. */
export const operationsServer = (
  system: System,
  metrics: Metrics,
  keys: ApiKeys,
  roles: () => readonly RoleStatus[],
): Listener & { close(): Promise<void> } => {
  const server = fastify({ forceCloseConnections: true, requestTimeout: REQUEST_MS_MAX });
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const database = await answers(system);
    const statuses = roles();
    const ready = database !== null && statuses.every((role) => role.ready);
    if (!ready) void reply.status(503).header('retry-after', '2');
    return {
      status: ready ? 'ready' : 'not-ready',
      database: database ? 'reachable' : 'unreachable',
      skipped: database ?? {},
      roles: statuses,
    };
  });
  server.get('/metrics', async (request, reply) => {
    const tenant = await readableTenant(request, keys);
    void reply.type(metrics.registry.contentType);
    return metrics.text(tenant);
  });
  server.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof Problem)) throw error;
    void reply
      .status(error.status)
      .headers(error.options.headers ?? {})
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(error.body())));
  });
  server.get('/version', () => ({
    name: 'commitment-ledger',
    version: VERSION,
    node: process.versions.node,
  }));
  return {
    listen: (port, host) => server.listen({ port, host }),
    getUrl: () => Promise.resolve(server.listeningOrigin),
    close: async () => {
      await server.close();
    },
  };
};

/** What the views lack, by view; null: the database does not answer. */
const answers = async ({ pool }: System): Promise<Readonly<Record<string, number>> | null> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  const asked = skippedByView(pool, projections).catch(() => null);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};
