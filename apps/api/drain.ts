import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** How long requests that are being answered may take once the process is told to stop, in ms. */
export const DRAIN_MS = 5_000;

/**
 * Closes the api. A client that sends nothing, or half of a request, would keep it open without end: Node closes only
 * connections that have had a request, and stops looking for late ones when it begins to close.
 */
export const drain = async (api: NestFastifyApplication, drainMs: number): Promise<void> => {
  const server = api.getHttpServer() as Server;
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  try {
    await api.close();
  } finally {
    clearTimeout(timer);
  }
};
