import { fastify } from 'fastify';
import { projections } from '../../libs/projections/all.js';
import { skippedByView } from '../../libs/projections/engine/status.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { VERSION } from '../../libs/host/version.js';
import { readableTenant } from '../api/http/access.js';
import { Problem } from '../../libs/contract/problem.js';
import { readiness, readQuestion, rolesHere } from '../api/operations/readiness.js';
import type { ApiKeys } from '../api/parts.js';
import type { Listener } from '../../libs/host/listen.js';
import type { RoleStatus } from './start-role.js';
import type { System } from '../../libs/host/system.js';

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
  server.get('/health/ready', async (request, reply) => {
    const { health, views } = system;
    const parts = { health, views, api: null, roles };
    const query = request.query as Readonly<Record<string, unknown>>;
    const answer = await readiness(parts, readQuestion(query, rolesHere(parts)));
    const skipped = answer.readable ? await skippedByView(views.pool, projections) : {};
    if (answer.status === 'not-ready') void reply.status(503).header('retry-after', '2');
    return { ...answer, skipped };
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
