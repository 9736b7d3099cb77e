import { pause } from '../../libs/waiting/wakeup.js';
import { toFailure } from './failure.js';
import { plural } from './format.js';
import type { Output } from './output.js';
import { render, type Report } from './report.js';
import { STOP_SIGNALS } from '../../libs/host/stopping.js';
import { style } from './table.js';
import { foldedLine, lineWidth } from './text-width.js';

const EVERY_MS = 2_000;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const OTHER_SCREEN = '\x1b[?1049h';
const FIRST_SCREEN = '\x1b[?1049l';
/** A line that is too wide is cut, not wrapped: wrapped lines would push the top off the screen. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/**
 * One frame over the last one: every line clears its own rest, so nothing ever blinks. A line as wide as the screen has no
 * rest, and clearing it would take its last character, on which the cursor stands.
 */
export const frame = (text: string, rows: number, columns: number): string => {
  const lines = text
    .trimEnd()
    .split('\n')
    .flatMap((line) => foldedLine(line, columns));
  const more = lines.length - rows + 1;
  const [rest = ''] = foldedLine(`… ${plural(more, 'more line')}, in a taller window`, columns);
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), rest] : lines;
  const drawn = shown.map((line) => (lineWidth(line) < columns ? line + CLEAR_LINE : line));
  const isFull = lineWidth(shown.at(-1) ?? '') >= columns;
  const below = !isFull ? CLEAR_BELOW : shown.length < rows ? `\n${CLEAR_BELOW}` : '';
  return HOME + drawn.join('\n') + below;
};

/** What is printed: the last good answer, and above it since when it is stale. */
export class Watched {
  private last: Report | null = null;
  private lastAt = new Date();
  private problem: string | null = null;

  constructor(private readonly output: Output) {}

  answered(report: Report, at: Date): void {
    this.last = report;
    this.lastAt = at;
    this.problem = null;
  }

  failed(error: unknown): void {
    this.problem = toFailure(error).message;
  }

  text(at: Date): string {
    const { paper } = this.output;
    const clock = at.toISOString().slice(11, 19);
    const state =
      this.problem !== null
        ? style(
            paper,
            'red',
            `STALE since ${this.lastAt.toISOString().slice(11, 19)} UTC: ${this.problem}`,
          )
        : (this.last?.seen?.lag ?? 0) > 0
          ? style(paper, 'yellow', `${clock} UTC · the view is behind the ledger`)
          : style(paper, 'dim', `${clock} UTC · every 2 s, Ctrl-C ends`);
    return `${state}\n\n${this.last === null ? '' : render(this.last, 'table', paper)}`;
  }
}

/** Draws again every two seconds until SIGINT or SIGTERM. Elsewhere than on a terminal: one answer after another. */
export const watch = async (output: Output, ask: () => Promise<Report>): Promise<void> => {
  const { stdout } = output.terminal;
  const onScreen =
    stdout.isTTY === true && output.options.out === null && output.options.format === 'table';
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  for (const signal of STOP_SIGNALS) process.once(signal, stop);
  const watched = new Watched(output);
  if (onScreen) stdout.write(OTHER_SCREEN + HIDE_CURSOR + NO_WRAP);
  try {
    while (!stopped.signal.aborted) {
      try {
        const report = await ask();
        watched.answered(report, new Date());
        if (!onScreen) output.report(report);
      } catch (error) {
        watched.failed(error);
        if (!onScreen) output.warn(watched.text(new Date()).replace(/\n[^]*/, ''));
      }
      if (onScreen)
        stdout.write(frame(watched.text(new Date()), stdout.rows || 40, stdout.columns || 100));
      await pause(EVERY_MS, stopped.signal);
    }
  } finally {
    if (onScreen) stdout.write(WRAP + SHOW_CURSOR + FIRST_SCREEN);
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  }
};
