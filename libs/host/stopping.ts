/** What asks a program to end. The last: the end of its terminal. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What was acknowledged is safe by then; the rest is found again by whoever starts next. */
const STOP_MS_MAX = 25_000;
/** What is still open after draining (a broker that never answered) is not waited for longer than this. */
const LINGER_MS = 5_000;
/** Ctrl-C in a terminal reaches us directly, and again through npm: an echo is no second wish. */
const ECHO_MS = 1_000;

export interface Stopping {
  /** Resolves at the first SIGINT, SIGTERM, or end of the terminal. */
  readonly stopped: Promise<void>;
  /** Everything is closed: the process ends by itself, or is ended in a moment. */
  done(): void;
}

/** Heard from now on, also while starting. After the signal the process ends, whatever does not answer. */
export const listenForStop = (): Stopping => {
  let since: number | null = null;
  let lastResort: NodeJS.Timeout | undefined;
  const stopped = new Promise<void>((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      if (since === null) {
        since = performance.now();
        lastResort = setTimeout(() => process.exit(1), STOP_MS_MAX);
        resolve();
      } else if (signal === 'SIGINT' && performance.now() - since > ECHO_MS) process.exit(1);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
  const done = (): void => {
    clearTimeout(lastResort);
    setTimeout(() => process.exit(), LINGER_MS).unref();
  };
  return { stopped, done };
};
