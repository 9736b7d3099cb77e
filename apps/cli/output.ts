import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliFailure, EXIT, toFailure, type ExitCode } from './failure.js';
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
  /** All digits of amounts in tables. */
  readonly exact?: boolean;
}

/** What to do about a failure that does not say it itself. */
const FIXES: Readonly<Record<ExitCode, string>> = {
  [EXIT.ok]: '',
  [EXIT.usage]: 'The same command with --help says what it takes.',
  [EXIT.mismatch]: 'Keep the database as it is, and look at what is said above.',
  [EXIT.unreachable]: 'commitment-ledger doctor',
  [EXIT.failed]:
    'commitment-ledger doctor looks at what may be wrong. If all is well there, report this message.',
};

const WIDTH_DEFAULT = 100;
const WIDTH_MIN = 20;

const hasColor = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

const cannotWrite = (path: string, why: string): CliFailure =>
  new CliFailure(
    EXIT.usage,
    `${path} cannot be written: ${why}`,
    'Give --out a file in a folder that exists and that you may write to.',
  );

const checkWritable = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw cannotWrite(path, `${path} is a folder.`);
  try {
    accessSync(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, toFailure(error).message);
  }
};

/** Data goes to stdout (or a file), everything said about it to stderr, so that pipes get data only. */
export class Output {
  /** Throws where `out` could not be written: before the work, not after it. */
  constructor(
    readonly terminal: Terminal,
    readonly options: OutputOptions,
  ) {
    if (options.out !== null) checkWritable(options.out);
  }

  get paper(): Paper {
    const { stdout, env } = this.terminal;
    const { out, exact = false } = this.options;
    const isScreen = out === null && stdout.isTTY === true;
    // A terminal that does not know its width says 0.
    const columns = isScreen ? stdout.columns || WIDTH_DEFAULT : WIDTH_DEFAULT;
    const color = out === null && hasColor(stdout, env);
    return { width: Math.max(WIDTH_MIN, columns), color, isScreen, exact };
  }

  /** True where a person looks at what `say` prints. */
  get isWatched(): boolean {
    return this.terminal.stderr.isTTY === true && !this.options.quiet;
  }

  /** Of the terminal on which `say` speaks; nobody counts columns elsewhere. */
  get saidWidth(): number {
    const { stderr } = this.terminal;
    return stderr.isTTY === true ? stderr.columns || WIDTH_DEFAULT : Infinity;
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
        throw cannotWrite(this.options.out, toFailure(error).message);
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
    const fix = failure.fix ?? FIXES[failure.exitCode];
    this.terminal.stderr.write(`To fix it: ${asTyped(fix, this.terminal.env)}\n`);
  }

  private get errorPaper(): Paper {
    return { width: WIDTH_DEFAULT, color: hasColor(this.terminal.stderr, this.terminal.env) };
  }
}
