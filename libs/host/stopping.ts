/** What asks a program to end. The last: the end of its terminal. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What was acknowledged is safe by then; the rest is found again by whoever starts next. */
const STOP_MS_MAX = 25_000;
/** What is still open after draining (a broker that never answered) is not waited for longer than this. */
const LINGER_MS = 5_000;
/** Ctrl-C in a terminal reaches us directly, and again through npm: an echo is no second wish. */
const ECHO_MS = 1_000;

/**
 * Calls `first` when the program is asked to end, and `again` at a later Ctrl-C that is no echo of that. Answers what makes
 * it listen no more.
 */
export const onStop = (first: () => void, again: () => void): (() => void) => {
  let since: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    if (since === null) {
      since = performance.now();
      first();
    } else if (signal === 'SIGINT' && performance.now() - since > ECHO_MS) again();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  };
};

export interface Stopping {
  /** Resolves at the first SIGINT, SIGTERM, or end of the terminal. */
  readonly stopped: Promise<void>;
  /** Everything is closed: the process ends by itself, or is ended in a moment. */
  done(): void;
}

/** Heard from now on, also while starting. After the signal the process ends, whatever does not answer. */
export const listenForStop = (): Stopping => {
  let lastResort: NodeJS.Timeout | undefined;
  const exit = (): never => process.exit(1);
  const stopped = new Promise<void>((resolve) => {
    onStop(() => {
      lastResort = setTimeout(exit, STOP_MS_MAX);
      resolve();
    }, exit);
  });
  const done = (): void => {
    clearTimeout(lastResort);
    setTimeout(() => process.exit(), LINGER_MS).unref();
  };
  return { stopped, done };
};
