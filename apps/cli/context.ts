import type { Command } from 'commander';
import { userInfo } from 'node:os';
import type { Principal } from '../../libs/access/principal.js';
import type { UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { configFromEnvironment, type Config } from '../../libs/host/config.js';
import type { Owning, Reading, System } from '../../libs/host/system.js';
import { CliFailure, EXIT } from './failure.js';
import { printable } from './format.js';
import { Output, type Terminal } from './output.js';
import { OUTPUT_FORMATS, type Format } from './report.js';

/** A fault of ours may meet every row of a file. */
const FAULTS_TOLD = 20;

interface GlobalOptions {
  readonly json?: boolean;
  readonly format?: Format;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly exact?: boolean;
}

/** Some commands ask what takes the server minutes, and whoever waits for them can end them. */
const PATIENT = { queryMsMax: 0 } as const;

/** Loaded when a database is asked for: the program answers `--version` and `--help` without it. */
const opening = (): Promise<typeof import('../../libs/host/system.js')> =>
  import('../../libs/host/system.js');

/**
 * What a command works with. The database is opened when it is first asked for, as the least of roles that will do, and
 * closed by the program.
 */
export class Context {
  private readonly opened = new Map<string, Promise<{ close(): Promise<void> }>>();
  private faults = 0;

  constructor(readonly output: Output) {}

  get config(): Config {
    return configFromEnvironment(this.output.terminal.env);
  }

  /** The ledger, opened to write to it. */
  system(options: { readonly migrate?: boolean } = {}): Promise<System> {
    return this.once('system', async () =>
      (await opening()).openSystem(this.config, {
        ...PATIENT,
        ...options,
        onFault: (error, event) => this.tellFault(error, event),
        onAltered: ({ source, id, differs }) =>
          this.output.warn(
            printable(
              `Parked usage ${source} ${id} was changed in the database (${differs.join(', ')}): it was not recorded, but refused.`,
            ),
          ),
      }),
    );
  }

  /** The ledger, opened to read only. */
  reading(): Promise<Reading> {
    return this.once('reading', async () => (await opening()).openReading(this.config, PATIENT));
  }

  /** The ledger, opened as its owner: to make and revoke keys. */
  owner(): Promise<Owning> {
    return this.once('owner', async () => (await opening()).openOwner(this.config));
  }

  private once<Part extends { close(): Promise<void> }>(
    name: string,
    open: () => Promise<Part>,
  ): Promise<Part> {
    // Each name has one type, which the map cannot say.
    const opened = (this.opened.get(name) as Promise<Part> | undefined) ?? open();
    this.opened.set(name, opened);
    return opened;
  }

  private tellFault(error: unknown, { source, id }: Pick<UsageEvent, 'source' | 'id'>): void {
    this.faults += 1;
    if (this.faults > FAULTS_TOLD + 1) return;
    const why = error instanceof Error ? error.message : String(error);
    this.output.warn(
      this.faults > FAULTS_TOLD
        ? 'The ledger fails on more; they are not shown.'
        : printable(`The ledger fails on ${source} ${id}: ${why}`),
    );
  }

  get principal(): Principal {
    return { tenant: this.config.tenant, name: `cli:${userName()}`, role: 'operator' };
  }

  async close(): Promise<void> {
    const all = [...this.opened.values()].reverse();
    this.opened.clear();
    for (const opened of all) await (await opened.catch(() => null))?.close();
  }
}

/** Who asks, as far as the machine knows; a code, because it becomes part of every entry. */
const userName = (): string => {
  try {
    return (
      userInfo()
        .username.replace(/[^A-Za-z0-9._-]/g, '-')
        .slice(0, 64) || 'unknown'
    );
  } catch {
    return 'unknown';
  }
};

export const withGlobalOptions = (program: Command): Command =>
  program
    .option('--format <format>', `how to print: ${OUTPUT_FORMATS.join(', ')}`, 'table')
    .option('--json', 'the same as --format json')
    .option('--exact', 'all digits of amounts in tables')
    .option('--out <file>', 'write the data to a file instead of stdout')
    .option('-q, --quiet', 'no progress and no remarks, only data and errors')
    // No command asks anything. Scripts that say so, as they would to other programs, must not fail here.
    .option('--no-input', 'never ask (no command does)')
    .option('-y, --yes', 'answer yes to every question (no command asks)');

export const contextOf = (command: Command, terminal: Terminal): Context => {
  const options = command.optsWithGlobals<GlobalOptions>();
  const format = options.json === true ? 'json' : (options.format ?? 'table');
  if (!OUTPUT_FORMATS.includes(format)) {
    throw new CliFailure(
      EXIT.usage,
      `--format ${format} is not known.`,
      `Use one of ${OUTPUT_FORMATS.join(', ')}.`,
    );
  }
  const output = new Output(terminal, {
    format,
    out: options.out ?? null,
    quiet: options.quiet === true,
    exact: options.exact === true,
  });
  return new Context(output);
};
