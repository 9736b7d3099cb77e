import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseStrictJson } from '../../../libs/contract/json/strict-json.js';
import { quoted } from '../../../libs/contract/refusal-problem.js';
import { Problem } from '../../../libs/contract/problem.js';

const BODY_MAX = 1024 * 1024;
const BATCH_BODY_MAX = 16 * 1024 * 1024;
export const BATCH_ROUTE = '/v1/usage-events/batch';

const JSON_TYPES = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
];

/** Which types which route takes; all others take plain JSON only. */
const TYPES_OF_ROUTE: Readonly<Record<string, readonly string[]>> = {
  '/v1/usage-events': ['application/json', 'application/cloudevents+json'],
  [BATCH_ROUTE]: [
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'application/x-ndjson',
  ],
};

/** What is posted there is asked with a query besides, which the route itself checks. */
const ROUTES_WITH_QUERY = new Set([BATCH_ROUTE, '/v1/scenarios']);

/** Each event has an identity of its own. */
const USAGE_ROUTES = new Set(['/v1/usage-events', BATCH_ROUTE]);

/**
 * Bodies are strict JSON in UTF-8, or NDJSON as an unread stream; anything else is refused before it is read. `tell` has
 * what is no such JSON, before it is refused.
 */
export const readBodies = (
  server: FastifyInstance,
  tell: (request: FastifyRequest, body: Buffer, error: unknown) => Promise<void>,
): void => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    JSON_TYPES,
    { parseAs: 'buffer' },
    (request, body: Buffer, done: (error: Error | null, value?: unknown) => void) => {
      let value: unknown;
      try {
        value = parseStrictJson(body);
      } catch (error) {
        tell(request, body, error).then(
          () => done(error as Error),
          (fault: Error) => done(fault),
        );
        return;
      }
      done(null, value);
    },
  );
  server.addContentTypeParser('application/x-ndjson', (_request, stream, done) =>
    done(null, stream),
  );
  server.addHook('onRoute', (route) => {
    route.bodyLimit = route.url === BATCH_ROUTE ? BATCH_BODY_MAX : BODY_MAX;
  });
  server.addHook('onRequest', async (request) => refuseOddHeaders(request));
};

/** Fastify picks a parser by the type's beginning; charset and encoding are for us to look at. */
const refuseOddHeaders = (request: FastifyRequest): void => {
  const { headers, method } = request;
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
    if (headers[name] !== undefined)
      throw new Problem(400, 'method-override', 'the method is the one of the request line');
  if (method !== 'POST' || request.is404) return;
  const [unknown] = Object.keys((request.query as object | null) ?? {});
  if (unknown !== undefined && !ROUTES_WITH_QUERY.has(request.routeOptions.url ?? ''))
    throw new Problem(400, 'query-invalid', `this route has no parameter ${quoted(unknown)}`);
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    throw new Problem(415, 'content-encoding-unsupported', 'send the body uncompressed');
  // An Idempotency-Key that is not honoured would let its sender believe to be protected by it.
  if (headers['idempotency-key'] !== undefined && USAGE_ROUTES.has(request.routeOptions.url ?? ''))
    throw new Problem(
      400,
      'idempotency-key-not-taken',
      'leave Idempotency-Key out: source and id are the identity of usage, a repeat of which is a duplicate for ever',
    );
  const given = headers['content-type'];
  const [type = '', ...parameters] = (given ?? '').toLowerCase().split(';');
  const accepted = TYPES_OF_ROUTE[request.routeOptions.url ?? ''] ?? ['application/json'];
  if (!accepted.includes(type.trim()))
    throw new Problem(415, 'content-type-unsupported', `send ${accepted.join(' or ')}`);
  for (const parameter of parameters)
    if (/^charset=/.test(parameter.trim()) && !/^charset="?utf-8"?$/.test(parameter.trim()))
      throw new Problem(415, 'charset-unsupported', 'send UTF-8');
};
