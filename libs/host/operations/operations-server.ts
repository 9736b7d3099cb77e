import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream';
import { ApiKeys } from '../../access/api-keys.js';
import { readableTenant } from '../../access/credential.js';
import { Problem } from '../../contract/problem.js';
import type { Listener } from '../listen.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { requestIdOf, tellRequest } from '../requests.js';
import { LOGGER, METRICS } from '../tokens.js';
import { VERSION } from '../version.js';
import { beginListening, endListening } from './node-server.js';
import { Readiness } from './readiness.js';

/** Requests to this server have no body, so none takes long to arrive. */
const REQUEST_MS_MAX = 30_000;

interface Answer {
  /** The code of the problem that it is. */
  readonly code?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly text: string;
}

type Route = (request: IncomingMessage, query: URLSearchParams) => Promise<Answer> | Answer;

/** Probes and metrics of a process without the api: the same paths under the same rules and nothing else, so Node's own server does. */
@Injectable()
export class OperationsServer implements Listener, OnApplicationShutdown {
  private readonly server = createServer(
    { requestTimeout: REQUEST_MS_MAX },
    (request, response) => void this.handle(request, response),
  );

  private readonly routes: Readonly<Record<string, Route>> = {
    '/health/live': () => json({ status: 'live' }),
    '/health/ready': (_, query) => this.readiness(query),
    '/metrics': async (request) => ({
      text: await this.metrics.text(await readableTenant(request, this.keys)),
      type: this.metrics.registry.contentType,
    }),
    '/version': () =>
      json({ name: 'commitment-ledger', version: VERSION, node: process.versions.node }),
  };

  constructor(
    private readonly ready: Readiness,
    private readonly keys: ApiKeys,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  listen(port: number, host: string): Promise<void> {
    return beginListening(this.server, port, host);
  }

  getUrl(): Promise<string> {
    const { address, family, port } = this.server.address() as AddressInfo;
    return Promise.resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}`);
  }

  /** Probes are answered until the roles have stopped. */
  onApplicationShutdown(): Promise<void> {
    return endListening(this.server);
  }

  private async readiness(query: URLSearchParams): Promise<Answer> {
    const answer = await this.ready.look(named(query));
    const body = { ...answer, skipped: await this.ready.skipped(answer) };
    return answer.status === 'ready' ? json(body) : json(body, 503, { 'retry-after': '2' });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const id = requestIdOf(request);
    const { code, status = 200, headers = {}, type, text } = await this.answer(request, id);
    finished(response, (error) =>
      tellRequest(this.logger, this.metrics, {
        id,
        method: request.method ?? '',
        route: this.routeOf(request),
        status: error === undefined || error === null ? status : null,
        durationMs: performance.now() - began,
        headers: request.headers,
        code,
        address: request.socket.remoteAddress,
      }),
    );
    response.writeHead(status, {
      'x-request-id': id,
      'content-type': type ?? 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  /** Null: there is no such path. */
  private routeOf({ url = '/' }: IncomingMessage): string | null {
    const [path = ''] = url.split('?', 1);
    return path in this.routes ? path : null;
  }

  private async answer(request: IncomingMessage, id: string): Promise<Answer> {
    try {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://process');
      const route = this.routes[pathname];
      if (route === undefined)
        throw new Problem(404, 'no-such-path', `there are ${Object.keys(this.routes).join(', ')}`);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new Problem(405, 'method-not-allowed', 'send GET or HEAD', {
          headers: { allow: 'GET, HEAD' },
        });
      return await route(request, searchParams);
    } catch (error) {
      return problemAnswer(error instanceof Problem ? error : this.fault(error, id), id);
    }
  }

  private fault(error: unknown, requestId: string): Problem {
    this.logger.error({ err: error, requestId }, 'a probe failed');
    return new Problem(500, 'internal', 'something went wrong here; it was logged');
  }
}

const json = (body: object, status = 200, headers = {}): Answer => ({
  status,
  headers,
  text: JSON.stringify(body),
});

const problemAnswer = (problem: Problem, requestId: string): Answer => ({
  code: problem.code,
  status: problem.status,
  headers: { ...problem.options.headers },
  type: 'application/problem+json',
  text: problem.text(requestId),
});

/** A query as the api reads it: what is given more than once is a list. */
const named = (query: URLSearchParams): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
