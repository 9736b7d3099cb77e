import { once } from 'node:events';
import type { Server } from 'node:http';

/** Comes back when Node's own server listens. @throws what keeps it from listening, as a port that is in use. */
export const beginListening = async (server: Server, port: number, host: string): Promise<void> => {
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
};

/** Comes back when it is closed: whoever is still connected is cut off. */
export const endListening = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};
