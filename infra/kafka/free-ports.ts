import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

const listen = (port: number): Promise<Server | null> =>
  new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(null));
    server.listen(port, '127.0.0.1', () => answer(server));
  });

const close = (server: Server): Promise<void> => new Promise((done) => server.close(() => done()));

/** `count` free loopback ports, held together while they are picked so that no two are the same. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const held = servers.filter((server) => server !== null);
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map(close));
  if (ports.length < count) throw new Error('no free loopback port');
  return ports;
};

/** The first free loopback port from `from` on. */
export const nextFreePort = async (from: number): Promise<number> => {
  for (let port = from; port < Math.min(from + 100, 65_536); port += 1) {
    const server = await listen(port);
    if (server === null) continue;
    await close(server);
    return port;
  }
  throw new Error(`no free port from ${from} to ${from + 99}`);
};
