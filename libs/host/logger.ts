import { hostname } from 'node:os';
import { pino, type Logger } from 'pino';
import { VERSION } from './version.js';

export type { Logger } from 'pino';

/** JSON lines on stderr: stdout belongs to data. Each says of which process it is; `role`: what that does. */
export const createLogger = (level: string, role = 'standalone'): Logger =>
  pino(
    {
      level,
      base: { service: 'commitment-ledger', role, host: hostname(), version: VERSION },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination(2),
  );

/** The log of a process with these roles; without any it is standalone. */
export const loggerOf = (level: string, roles: readonly string[]): Logger =>
  createLogger(level, roles.length === 0 ? undefined : roles.join(','));
