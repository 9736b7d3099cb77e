import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats an assertion until it holds; fails with what it said last. */
export const eventually = async (
  assertion: () => void | Promise<void>,
  withinMs = 20_000,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
};
