import { RetryParked } from '../application/retry-parked.js';
import type { Logger } from './logger.js';
import type { System } from './system.js';

const SWEEP_MS = 5_000;

/**
 * Parked usage is tried again when it is due, wherever usage comes in; the api tries at once when an agreement gets a commitment. Any number of
 * processes may do it. Stops when the answer is called.
 */
export const sweepParked = (
  { commands }: Pick<System, 'commands'>,
  logger: Logger,
): (() => Promise<void>) => {
  let sweeping: Promise<void> | null = null;
  const sweep = async (): Promise<void> => {
    try {
      await commands.execute(new RetryParked('due'));
    } catch (error) {
      logger.warn({ error: String(error) }, 'parked usage could not be tried again');
    } finally {
      sweeping = null;
    }
  };
  const timer = setInterval(() => {
    sweeping ??= sweep();
  }, SWEEP_MS);
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
};
