import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { createServer, type ServerResponse } from 'node:http';
import type { Config } from '../config.js';
import { listen } from '../listen.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { CONFIG, LOGGER, METRICS } from '../tokens.js';
import { beginListening, endListening } from './node-server.js';

const REQUEST_MS_MAX = 30_000;

/**
 * Metrics on a port of their own (LEDGER_METRICS_PORT), those that name commitments included: whoever may reach it is a
 * matter of the network, and no key is asked for.
 */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly server = createServer(
    { requestTimeout: REQUEST_MS_MAX },
    ({ url, method }, response) => void this.answer(`${method} ${url?.split('?', 1)[0]}`, response),
  );

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { metricsPort: port } = this.config;
    if (port === null) return;
    const listener = {
      listen: (at: number, host: string) => beginListening(this.server, at, host),
      getUrl: () => Promise.resolve(''),
    };
    const setting = 'LEDGER_METRICS_PORT';
    await listen(listener, { host: this.config.host, port, portIsFixed: true }, setting);
  }

  onApplicationShutdown(): Promise<void> {
    return endListening(this.server);
  }

  private async answer(asked: string, response: ServerResponse): Promise<void> {
    if (asked !== 'GET /metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics\n');
      return;
    }
    try {
      const text = await this.metrics.text(this.config.tenant);
      response.writeHead(200, { 'content-type': this.metrics.registry.contentType }).end(text);
    } catch (error) {
      this.logger.error({ err: error }, 'a scrape failed');
      response.writeHead(500, { 'content-type': 'text/plain' }).end('it was logged\n');
    }
  }
}
