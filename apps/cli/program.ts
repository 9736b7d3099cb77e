import { Command, CommanderError } from 'commander';
import { VERSION } from '../../libs/host/version.js';
import { COMMANDS } from './commands/all.js';
import { contextOf, withGlobalOptions, type Context } from './context.js';
import { EXIT, toFailure, type ExitCode } from './failure.js';
import { Output, type Terminal } from './output.js';

const EPILOGUE = `
Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 failed, 2 usage, 3 verification mismatch,
4 no database, or no ledger in it. Settings: DATABASE_URL (its owner), LEDGER_RUNTIME_URL (serves), LEDGER_AUDITOR_URL
(reads), LEDGER_DATA_DIR, LEDGER_TENANT and others; see "doctor".`;

/**
 * Only the commands that the line may be of are loaded, as most of them load the ledger with all its views. A name among
 * other words (a key that is called `demo`) costs time and nothing else.
 */
const build = async (
  args: readonly string[],
  terminal: Terminal,
  contexts: Context[],
): Promise<Command> => {
  const program = withGlobalOptions(new Command('commitment-ledger'))
    .description('an append-only ledger of cloud-spend commitments and investment tranches')
    .version(VERSION)
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError()
    .showHelpAfterError('To fix it: the same command with --help lists what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  const context = (command: Command): Context => {
    const made = contextOf(command, terminal);
    contexts.push(made);
    return made;
  };
  for (const { name, about, load } of COMMANDS) {
    if (args.includes(name)) (await load())(program, context);
    else program.command(name);
    program.commands.at(-1)?.description(about);
  }
  inherit(program);
  return program;
};

/** Options that are for all commands may stand before or behind the command's name. */
const inherit = (command: Command): void => {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
};

/** Runs one command line and answers with the exit code; everything that was opened is closed. */
export const runProgram = async (
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> => {
  const contexts: Context[] = [];
  try {
    const program = await build(args, terminal, contexts);
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const failure = toFailure(error);
    const output =
      contexts[0]?.output ?? new Output(terminal, { format: 'table', out: null, quiet: false });
    output.fail(failure);
    return failure.exitCode;
  } finally {
    for (const context of contexts) await context.close().catch(() => undefined);
  }
};
