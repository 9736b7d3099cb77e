import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** How long requests that are being answered may take once HTTP begins to close, in ms. */
export const DRAIN_MS = 5_000;

interface Draining {
  ms: number;
  timer?: NodeJS.Timeout;
}

declare module 'fastify' {
  interface FastifyInstance {
    draining?: Draining;
  }
}

/**
 * A client that sends nothing, or half of a request, would keep the api open without end: Node closes only connections that have had a
 * request, and stops looking for late ones when it begins to close. The time counts from then: roles may have taken theirs before.
 */
export const limitDraining = (server: FastifyInstance): void => {
  const draining: Draining = { ms: DRAIN_MS };
  server.decorate('draining', draining);
  server.addHook('preClose', (done) => {
    draining.timer = setTimeout(() => server.server.closeAllConnections(), draining.ms).unref();
    done();
  });
};

/** Closes the api: what is in flight is answered within `drainMs`, then cut. */
export const drain = async (api: NestFastifyApplication, drainMs: number): Promise<void> => {
  const { draining } = api.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  if (draining !== undefined) draining.ms = drainMs;
  try {
    await api.close();
  } finally {
    clearTimeout(draining?.timer);
  }
};
