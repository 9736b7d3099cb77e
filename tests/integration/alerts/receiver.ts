import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ParsedJson } from '../../support/parsed-json.js';

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: ParsedJson;
}

/** A receiver of webhooks on loopback, which answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  /** What is answered to what comes. */
  answers: (received: Received) => number = () => 204;
  private constructor(private readonly server: Server) {}

  static async start(port = 0): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        const { headers } = request;
        const id = String(headers['webhook-id']);
        const received = { id, headers, body, json: JSON.parse(body) as unknown };
        receiver.received.push(received);
        const status = receiver.answers(received);
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
      });
    });
    const receiver = new Receiver(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/alerts`;
  }

  /** What each message said, once, in the order in which they came first: `firing rule subject`. */
  get told(): readonly string[] {
    const first = new Map(this.received.map(({ id, json }) => [id, json]));
    return [...first.values()].map(
      ({ data }) => `${data.state} ${data.ruleId} ${data.subject}` as string,
    );
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

/** As the specification of Standard Webhooks says it: HMAC-SHA256 of `id.timestamp.body`, with the bytes behind `whsec_`. */
export const signatureOf = ({ headers, body }: Received, secret: string): string => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
};
