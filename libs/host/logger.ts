import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stderr: stdout belongs to data. */
export const createLogger = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
