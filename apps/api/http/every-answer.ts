import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Answers are data: no browser is to make a page, a script or a frame of them. */
const DATA_POLICY =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** The documentation's own scripts, from here only; its style sheet sets styles in place. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const isDocs = ({ routeOptions: { url } }: FastifyRequest): boolean =>
  url === '/docs' || url?.startsWith('/docs/') === true;

/** What every answer has, whatever it says. */
export const finishAnswers = (server: FastifyInstance): void => {
  server.addHook('onSend', async (request, reply, payload) => {
    void reply
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'DENY')
      .header('referrer-policy', 'no-referrer');
    if (!reply.hasHeader('content-security-policy'))
      void reply.header('content-security-policy', isDocs(request) ? DOCS_POLICY : DATA_POLICY);
    if (request.url.startsWith('/v1/')) void reply.header('cache-control', 'no-store');
    return isJsonText(reply, payload) ? `${payload}\n` : payload;
  });
};

/** JSON ends with a line feed, so that a terminal's prompt stands on a line of its own. Problems end their line themselves. */
const isJsonText = (reply: FastifyReply, payload: unknown): payload is string =>
  typeof payload === 'string' &&
  payload !== '' &&
  !payload.endsWith('\n') &&
  reply.hasHeader('content-length') === false &&
  String(reply.getHeader('content-type')).startsWith('application/json');

/** A browser that asks for no path is shown the documentation; programs are told that there is no such path. */
export const showBrowsersAround = (server: FastifyInstance): void => {
  server.addHook('onRequest', async (request, reply) => {
    const { method, headers, url } = request;
    if (url.split('?', 1)[0] !== '/' || (method !== 'GET' && method !== 'HEAD')) return;
    if (headers.accept?.includes('text/html') !== true) return;
    return reply
      .header('vary', 'Accept')
      .header('cache-control', 'no-store')
      .redirect('/docs', 302);
  });
};
