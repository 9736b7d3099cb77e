/**
 * Lets loops wait for news and still look by themselves: a loop reads `count` before it looks for work, and waits with
 * it when there is none. A wake-up between looking and waiting is then not slept through. Any number may wait.
 */
export class Wakeup {
  private wakes = 0;
  private readonly waiting = new Set<() => void>();

  /** How often it was woken so far. */
  get count(): number {
    return this.wakes;
  }

  wake(): void {
    this.wakes += 1;
    for (const rise of [...this.waiting]) rise();
  }

  /** Until it was woken more than `seen` times, until `ms` are over (left out: for ever), or aborted; never rejects. */
  wait(
    seen: number,
    { ms, signal }: { readonly ms?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    if (this.wakes !== seen || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const rise = (): void => {
        clearTimeout(timer);
        this.waiting.delete(rise);
        signal?.removeEventListener('abort', rise);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(rise, ms);
      this.waiting.add(rise);
      signal?.addEventListener('abort', rise, { once: true });
    });
  }
}

/** Waits so many milliseconds, less when aborted; never rejects. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Wakeup().wait(0, { ms, ...(signal && { signal }) });
