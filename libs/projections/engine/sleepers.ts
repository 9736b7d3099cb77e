/** Those who sleep until there is something to look at. */
export class Sleepers {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.notify(), { once: true });
  }

  notify(): void {
    for (const listener of [...this.listeners]) listener();
  }

  /** Until notified (and `until` agrees), stopped, or the time is over. */
  sleep(ms: number, until: () => boolean = () => true): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        this.listeners.delete(heard);
        resolve();
      };
      const heard = (): void => {
        if (this.signal.aborted || until()) done();
      };
      const timer = setTimeout(done, ms);
      this.listeners.add(heard);
    });
  }
}
