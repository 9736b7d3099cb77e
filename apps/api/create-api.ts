import 'reflect-metadata';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeys } from '../../libs/access/api-keys.js';
import { Sessions } from '../../libs/access/sessions.js';
import { requestIdOf } from '../../libs/host/requests.js';
import { LOGGER, METRICS } from '../../libs/host/tokens.js';
import { VERSION } from '../../libs/host/version.js';
import { builtSite, serveDashboard } from './dashboard/serve-dashboard.js';
import { serveDocs } from './docs.js';
import { limitDraining } from './drain.js';
import { giveUpSlowBodies, ARRIVAL_LIMITS, type ArrivalLimits } from './http/arrival.js';
import { openDoor } from './http/access.js';
import { finishAnswers, showBrowsersAround } from './http/every-answer.js';
import { knowMethods } from './http/methods.js';
import { Problem } from '../../libs/contract/problem.js';
import { readBodies } from './http/read-body.js';
import { requestTeller, watchRequests, type Watch } from './http/told-requests.js';
import { unreadJson } from './usage/unread-bodies.js';

/** A source, or the id of a usage event: 128 characters, of which each may be three bytes, percent-encoded. */
const PARAM_MAX = 128 * 9 + 48;
const HEADERS_TIMEOUT_MS = 15_000;
/** How often Node looks for late headers. */
const LATE_HEADERS_EVERY_MS = 5_000;

/**
 * A service with an HTTP api, made of a module that imports `ApiModule` and what it works with: ready to listen
 * (`app.listen(port, host)`), to be asked without a socket (`app.inject`), and to be closed. `site` is the folder of the
 * dashboard; without one, browsers are shown the documentation.
 */
export const createApi = async (
  service: Type | DynamicModule,
  patience: ArrivalLimits = ARRIVAL_LIMITS,
  site: string | null = builtSite(),
): Promise<NestFastifyApplication> => {
  let watch: Watch = () => undefined;
  const adapter = fastifyAdapter((request, reply) => watch(request, reply));
  const app = await NestFactory.create<NestFastifyApplication>(service, adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  try {
    const server = adapter.getInstance();
    const methods = knowMethods(server);
    watch = requestTeller(app.get(LOGGER), app.get(METRICS));
    watchRequests(server, watch);
    giveUpSlowBodies(server, patience, app.get(LOGGER));
    if (site === null) showBrowsersAround(server);
    server.addHook('onRequest', openDoor(app.get(ApiKeys), app.get(Sessions)));
    server.addHook('onRequest', methods.refuseOthers);
    readBodies(server, unreadJson(app.get(CommandBus)));
    finishAnswers(server);
    limitDraining(server);
    serveDocs(app, VERSION);
    if (site !== null) await serveDashboard(server, site);
    await app.init();
    await server.ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
};

const fastifyAdapter = (watch: Watch): FastifyAdapter =>
  new FastifyAdapter({
    routerOptions: { maxParamLength: PARAM_MAX },
    bodyLimit: 1024 * 1024,
    genReqId: requestIdOf,
    forceCloseConnections: 'idle',
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_HEADERS_EVERY_MS,
      maxHeaderSize: 16 * 1024,
    },
    // Malformed addresses never reach a route, nor the filter.
    frameworkErrors: (error: { code?: string }, request: FastifyRequest, reply: FastifyReply) => {
      watch(request, reply);
      const problem =
        error.code === 'FST_ERR_MAX_PARAM_LENGTH'
          ? new Problem(414, 'uri-too-long', 'an id in the path is longer than any can be')
          : new Problem(400, 'request-malformed', 'the request cannot be read');
      request.problemCode = problem.code;
      void reply
        .status(problem.status)
        .type('application/problem+json')
        .send(problem.text(request.id));
    },
  });
