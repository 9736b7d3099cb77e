import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Socket } from 'node:net';
import kafkajs from 'kafkajs';
import type { ISocketFactoryArgs, Kafka, SASLOptions } from 'kafkajs';
import { quietLogCreator, SILENT } from './kafkajs-logger.js';
import type { MessagingLog } from './kafkajs-logger.js';

/** Where the cluster is and who we are there. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** Shows in the broker's logs and quotas. */
  readonly clientId: string;
  readonly tls?: ConnectionOptions | boolean;
  readonly sasl?: SASLOptions;
  readonly log?: MessagingLog;
}

const CONNECT_MS_MAX = 5_000;
/** A broker that loses a neighbour answers when the neighbour's session has ended, 9 s by default. */
const REQUEST_MS_MAX = 15_000;

/** Said in full: kafkajs takes other defaults when NODE_ENV is `test`. */
export const RETRY = {
  initialRetryTime: 100,
  factor: 0.2,
  multiplier: 2,
  maxRetryTime: 1_000,
  retries: 10,
} as const;

/**
 * A kafkajs client whose sockets we hold. Once given up it can send nothing more, whatever kafkajs still tries in the
 * background: that makes "the deadline has passed" final.
 */
export class Connection {
  readonly kafka: Kafka;
  private readonly sockets = new Set<Socket>();
  private givenUp = false;

  constructor(settings: KafkaSettings) {
    this.kafka = new kafkajs.Kafka({
      clientId: settings.clientId,
      brokers: [...settings.brokers],
      ...(settings.tls === undefined ? {} : { ssl: settings.tls }),
      ...(settings.sasl === undefined ? {} : { sasl: settings.sasl }),
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      retry: { ...RETRY },
      logLevel: kafkajs.logLevel.WARN,
      logCreator: quietLogCreator(settings.log ?? SILENT),
      socketFactory: (args) => this.open(args),
    });
  }

  giveUp(): void {
    this.givenUp = true;
    for (const socket of this.sockets) socket.destroy();
  }

  private open({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
    // kafkajs tries again for ever, except after an error that says it is no use.
    if (this.givenUp)
      throw Object.assign(new Error('this connection was given up'), { retriable: false });
    const options = ssl as ConnectionOptions | undefined;
    const server = isIP(host) ? {} : { servername: host };
    const socket = options
      ? connectTls({ host, port, ...server, ...options }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }
}

interface KafkaFault {
  readonly name?: string;
  readonly type?: string;
  readonly message?: string;
  readonly cause?: unknown;
}

/** Kafka's own name of the error (`MESSAGE_TOO_LARGE`), from however deep kafkajs wrapped it; else the class's name. */
export const faultType = (error: unknown): string => {
  let found = 'unknown';
  for (let at = error as KafkaFault | undefined; at; at = at.cause as KafkaFault | undefined) {
    if (at.type !== undefined) return at.type;
    found = at.name ?? found;
  }
  return found;
};
