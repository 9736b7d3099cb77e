import { createServer } from 'node:net';
import { PostgresError } from '../../libs/ledger/postgres/postgres-error.js';

/** The first port of loopback from this one on that nobody listens at. A server keeps its port, so it is looked for in order. */
export const freePort = async (from: number): Promise<number> => {
  for (let port = from; port < Math.min(from + 1000, 65_536); port += 1)
    if (await isFree(port)) return port;
  throw new PostgresError('embedded-postgres-failed', `no free port from ${from} on`);
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
