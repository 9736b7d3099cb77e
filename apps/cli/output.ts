import { writeFileSync } from 'node:fs';
import { CliFailure, EXIT, toFailure } from './failure.js';
import { asTyped, printable } from './format.js';
import { incompleteText, render, type Format, type Report } from './report.js';
import { style, type Paper } from './table.js';

export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

export interface OutputOptions {
  readonly format: Format;
  /** A file instead of stdout. */
  readonly out: string | null;
  readonly quiet: boolean;
}

const WIDTH_DEFAULT = 100;

const hasColor = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

/** Data goes to stdout (or a file), everything said about it to stderr, so that pipes get data only. */
export class Output {
  constructor(
    readonly terminal: Terminal,
    readonly options: OutputOptions,
  ) {}

  get paper(): Paper {
    const { stdout, env } = this.terminal;
    const toFile = this.options.out !== null;
    return {
      width: toFile ? WIDTH_DEFAULT : Math.max(60, stdout.columns ?? WIDTH_DEFAULT),
      color: !toFile && hasColor(stdout, env),
    };
  }

  /** True where a person looks at what `say` prints. */
  get isWatched(): boolean {
    return this.terminal.stderr.isTTY === true && !this.options.quiet;
  }

  report(report: Report): void {
    const typed = (text: string): string => asTyped(text, this.terminal.env);
    const { format } = this.options;
    const shown =
      format === 'table'
        ? { ...report, headline: typed(report.headline), notes: report.notes.map(typed) }
        : report;
    this.data(render(shown, format, this.paper));
    // A file of rows says it in columns, and where there is no row, nowhere else.
    if (format === 'csv' && report.seen !== null && report.seen.skipped > 0)
      this.warn(incompleteText(report.seen));
  }

  data(text: string): void {
    if (this.options.out === null) this.terminal.stdout.write(text);
    else {
      try {
        writeFileSync(this.options.out, text);
      } catch (error) {
        throw new CliFailure(
          EXIT.usage,
          `${this.options.out} cannot be written: ${toFailure(error).message}`,
          'Give --out a file in a folder that exists and that you may write to.',
        );
      }
      this.say(`Written to ${this.options.out}.`);
    }
  }

  say(text: string): void {
    if (!this.options.quiet) this.terminal.stderr.write(`${asTyped(text, this.terminal.env)}\n`);
  }

  /** Also in quiet mode: what goes wrong is always said. */
  warn(text: string): void {
    this.terminal.stderr.write(`${style(this.errorPaper, 'yellow', text)}\n`);
  }

  fail(failure: CliFailure): void {
    this.terminal.stderr.write(
      `${style(this.errorPaper, 'red', 'Failed:')} ${printable(failure.message)}\n`,
    );
    if (failure.fix !== null)
      this.terminal.stderr.write(`To fix it: ${asTyped(failure.fix, this.terminal.env)}\n`);
  }

  private get errorPaper(): Paper {
    return { width: WIDTH_DEFAULT, color: hasColor(this.terminal.stderr, this.terminal.env) };
  }
}
