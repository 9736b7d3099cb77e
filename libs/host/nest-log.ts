import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/**
 * What NestJS has to say itself, from when a service is up: a hook that failed while stopping, above all. Its tale of how it
 * starts is left out, and while it starts it has no log at all: what keeps a service from starting is one line of ours.
 */
export const nestLog = (logger: Logger): LoggerService => ({
  log: () => undefined,
  warn: (message: unknown, ...more: unknown[]) => logger.warn(...told(message, more)),
  error: (message: unknown, ...more: unknown[]) => logger.error(...told(message, more)),
});

/** Errors come with their stack behind them, which they have anyway; texts with where they are from. */
const told = (message: unknown, more: readonly unknown[]): [facts: object, text: string] =>
  message instanceof Error
    ? [{ err: message, by: 'nest' }, message.message]
    : [{ by: 'nest', about: more.filter((part) => typeof part === 'string') }, String(message)];
