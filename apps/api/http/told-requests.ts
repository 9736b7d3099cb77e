import { finished } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../../libs/host/logger.js';
import type { Metrics } from '../../../libs/host/metrics.js';
import { tellRequest } from '../../../libs/host/requests.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that it was answered with. */
    problemCode?: string;
  }
}

export const REQUEST_ID = 'x-request-id';

/** Hears of a request as it begins. */
export type Watch = (request: FastifyRequest, reply: FastifyReply) => void;

/** Every request has a name that its answer repeats, and when it is over a line of the log. */
export const requestTeller =
  (logger: Logger, metrics: Metrics): Watch =>
  (request, reply) => {
    const began = performance.now();
    void reply.header(REQUEST_ID, request.id);
    finished(reply.raw, (error) => {
      const { statusCode } = reply.raw;
      tellRequest(logger, metrics, {
        id: request.id,
        method: request.method,
        route: routeOf(request),
        status: error === undefined || error === null ? statusCode : null,
        durationMs: performance.now() - began,
        headers: request.headers,
        caller: request.caller,
        code: request.problemCode,
        address: request.ip,
      });
    });
  };

export const watchRequests = (server: FastifyInstance, watch: Watch): void => {
  server.addHook('onRequest', (request, reply, done) => {
    watch(request, reply);
    done();
  });
};

const routeOf = (request: FastifyRequest): string | null =>
  request.is404 ? null : (request.routeOptions.url ?? null);
