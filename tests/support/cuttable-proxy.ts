import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/**
 * request-lost   the connection breaks before the request reaches the server
 * at-once        the request is passed on and the connection breaks at that moment: anything may have happened
 * answer-lost    the request took effect, and its answer never arrives
 * frozen         nothing passes any more, not even the end, in either direction and from this request on, until `thaw`
 */
export type Cut = 'request-lost' | 'at-once' | 'answer-lost' | 'frozen';

export interface CuttableProxy {
  /** The database through the proxy. */
  readonly url: string;
  /** Cuts the next connection that asks for something with `request` in it. Resolves when it was cut. */
  cut(how: Cut, request: string, answer?: string): Promise<void>;
  /** Frozen connections go on from where they were. */
  thaw(): void;
  /** Refuses everybody, and cuts off who is there. */
  shut(): void;
  reopen(): void;
  close(): Promise<void>;
}

/** A TCP proxy in front of a database that breaks connections at a chosen point of the protocol. */
export const cuttableProxy = async (databaseUrl: string): Promise<CuttableProxy> => {
  const target = new URL(databaseUrl);
  let armed: { how: Cut; request: string; answer: string; done: () => void } | null = null;
  let open = true;
  const sockets = new Set<Socket>();
  let frozen: (() => void)[] = [];

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const { port, hostname: host } = target;
    const database = connect({ port: Number(port), host, allowHalfOpen: true });
    let isFrozen = false;
    let answerLost: { answer: string; done: () => void } | null = null;
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    if (!open) return end();
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('end', () => isFrozen || end());
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (data) => {
      if (armed === null || !data.includes(armed.request)) return void database.write(data);
      const { how, answer, done } = armed;
      armed = null;
      if (how === 'frozen') {
        client.pause();
        database.pause();
        isFrozen = true;
        frozen.push(() => {
          isFrozen = false;
          if (client.readableEnded || database.readableEnded) return end();
          if (!database.destroyed) database.write(data);
          client.resume();
          database.resume();
        });
        return done();
      }
      if (how === 'answer-lost') answerLost = { answer, done };
      if (how !== 'request-lost') database.write(data);
      if (how === 'answer-lost') return;
      // The bytes are with the kernel: give them a moment to reach the server or not.
      setImmediate(end);
      done();
    });
    database.on('data', (data) => {
      if (answerLost === null || !data.includes(answerLost.answer)) return void client.write(data);
      end();
      answerLost.done();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as { port: number }).port);
  const shut = (): void => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.toString(),
    cut: (how, request, answer = '') =>
      new Promise((done) => {
        armed = { how, request, answer, done };
      }),
    thaw: () => {
      for (const resume of frozen) resume();
      frozen = [];
    },
    shut,
    reopen: () => (open = true),
    close: () => {
      shut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
