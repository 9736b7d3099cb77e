import { SingleBar } from 'cli-progress';
import { count } from './format.js';
import type { Output } from './output.js';

const PLAIN_EVERY_MS = 5_000;
const BAR_EVERY_MS = 100;

/** A bar on a terminal, a line now and then elsewhere, nothing in quiet mode. Always on stderr. */
export class Progress {
  private readonly bar: SingleBar | null;
  private lastMs = Date.now();
  private stopped = false;

  constructor(
    private readonly output: Output,
    /** What 100 % is; null when nobody knows. */
    private readonly total: number | null,
    private readonly what: string,
    /** False: somebody else listens for Ctrl-C, and ends more than this bar. */
    endsAtInterrupt = true,
  ) {
    const { stderr, env } = output.terminal;
    const drawable = output.isWatched && total !== null && total > 0 && env['TERM'] !== 'dumb';
    this.bar = drawable
      ? new SingleBar({
          format: `${what} {bar} {percentage} % | {done}`,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          hideCursor: true,
          clearOnComplete: true,
          stream: stderr,
          barsize: 30,
        })
      : null;
    this.bar?.start(total ?? 0, 0, { done: '' });
    if (this.bar && endsAtInterrupt) process.once('SIGINT', this.interrupted);
  }

  /** The bar hides the cursor. Nothing else needs an orderly end: what is under way may be run again. */
  private readonly interrupted = (): void => {
    this.stop();
    process.exit(130);
  };

  /** `at` of the total; `done` in words. Cheap: draws at most ten times a second. */
  update(at: number, done: () => string): void {
    const now = Date.now();
    if (this.stopped) return;
    if (now - this.lastMs < (this.bar ? BAR_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.lastMs = now;
    if (this.bar) this.bar.update(Math.min(at, this.total ?? at), { done: done() });
    else this.output.say(`${this.what}: ${done()}${this.share(at)}`);
  }

  stop(): void {
    this.stopped = true;
    this.bar?.stop();
    process.off('SIGINT', this.interrupted);
  }

  private share(at: number): string {
    return this.total === null || this.total === 0
      ? ''
      : ` (${count(Math.floor((at / this.total) * 100))} %)`;
  }
}
