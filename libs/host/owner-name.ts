import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Names this process to others. Another one at every start: a process that comes back is not the one that held the leases. */
export const ownerName = (): string =>
  `${hostname()} ${process.pid} ${randomBytes(4).toString('hex')}`;
