import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Problem } from '../../../libs/contract/problem.js';
import { BATCH_ROUTE } from './read-body.js';
import { REQUEST_ID } from './told-requests.js';

export interface ArrivalLimits {
  /** A body of which nothing more comes for so long is given up, in ms. */
  readonly silentMs: number;
  /** A body that is still not there after so long is given up, in ms; but for batches of usage, which may be long. */
  readonly wholeMs: number;
}

export const ARRIVAL_LIMITS: ArrivalLimits = { silentMs: 30_000, wholeMs: 30_000 };
const LOOK_EVERY_MS = 1_000;

interface Arriving {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly since: number;
  /** When bytes were last seen to move, either way, and how many had by then. */
  movedAt: number;
  moved: number;
}

/**
 * Bodies that trickle would keep a connection for ever, each at no cost to whoever sends them. Node's `requestTimeout` is
 * for all requests alike, and a stream of usage may last as long as it flows.
 */
export const giveUpSlowBodies = (
  server: FastifyInstance,
  patience: ArrivalLimits,
  logger: Logger,
): void => {
  const arriving = new Set<Arriving>();
  server.addHook('onRequest', async (request, reply) => {
    if (!announcesBody(request)) return;
    const now = performance.now();
    arriving.add({ request, reply, since: now, movedAt: now, moved: movedBy(request) });
  });
  const look = (): void => {
    const now = performance.now();
    for (const body of arriving) {
      const { complete, destroyed, socket } = body.request.raw;
      const isOver = socket.destroyed || (complete ? body.reply.raw.writableFinished : destroyed);
      const isStuck = complete ? isUnread : isTooSlow;
      if (!isOver && !isStuck(body, now, patience)) continue;
      arriving.delete(body);
      if (isOver) continue;
      if (complete) cutOff(body, logger);
      else giveUp(body);
    }
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, patience.silentMs / 4)).unref();
  server.addHook('onClose', async () => clearInterval(timer));
};

const announcesBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Bytes that the other side has sent or taken; not those that wait here for it to read. */
const movedBy = ({ raw: { socket } }: FastifyRequest): number =>
  socket.bytesRead + socket.bytesWritten - socket.writableLength;

/** The request is here, its answer is on the way, and the client has not taken any of it for too long. */
const isUnread = (body: Arriving, now: number, { silentMs }: ArrivalLimits): boolean => {
  const { socket } = body.request.raw;
  const moved = movedBy(body.request);
  if (moved !== body.moved || socket.writableLength === 0) {
    body.moved = moved;
    body.movedAt = now;
  }
  return now - body.movedAt >= silentMs;
};

/** The end is told to nobody who does not read; what was recorded is recorded, and sending it again is safe. */
const cutOff = ({ request }: Arriving, logger: Logger): void => {
  logger.warn(
    { requestId: request.id, route: request.routeOptions.url },
    'a client did not read its answer: cut off',
  );
  request.raw.socket.destroy();
};

const isTooSlow = (body: Arriving, now: number, { silentMs, wholeMs }: ArrivalLimits): boolean => {
  const { request, reply, since } = body;
  const moved = movedBy(request);
  if (moved !== body.moved || isOursToRead(request, reply)) {
    body.moved = moved;
    body.movedAt = now;
  }
  return now - body.movedAt >= silentMs || (!mayLast(request) && now - since >= wholeMs);
};

/** A body that the ledger holds up, and not a client that reads no answers. */
const isOursToRead = ({ raw }: FastifyRequest, reply: FastifyReply): boolean =>
  raw.isPaused() && !reply.raw.writableNeedDrain;

/** A batch of usage may take as long as it moves, unless its sender was refused at the door. */
const mayLast = ({ principal, routeOptions }: FastifyRequest): boolean =>
  principal !== undefined && routeOptions.url === BATCH_ROUTE;

const giveUp = ({ request, reply: { raw } }: Arriving): void => {
  if (raw.headersSent) {
    request.raw.destroy();
    return;
  }
  const problem = new Problem(408, 'request-timeout', 'the body did not arrive in time');
  const text = problem.text(request.id);
  request.problemCode = problem.code;
  // Past Fastify, which waits for the body, or for what is to be made of it.
  raw
    .writeHead(408, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(text),
      [REQUEST_ID]: request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    })
    .end(text, () => request.raw.destroy());
};
