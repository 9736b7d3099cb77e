import { Command, CommanderError } from 'commander';
import { VERSION } from '../../libs/host/version.js';
import { registerDatabase } from './commands/database.js';
import { registerDemo } from './commands/demo.js';
import { registerDlq } from './commands/dlq.js';
import { registerDoctor } from './commands/doctor.js';
import { registerExport } from './commands/export.js';
import { registerImport } from './commands/import.js';
import { registerKey } from './commands/key.js';
import { registerPost } from './commands/post.js';
import { registerProjection } from './commands/projection.js';
import { registerReplay } from './commands/replay.js';
import { registerServe } from './commands/serve.js';
import { registerShow } from './commands/show.js';
import { registerVerify } from './commands/verify.js';
import { contextOf, withGlobalOptions, type Context } from './context.js';
import { EXIT, toFailure, type ExitCode } from './failure.js';
import { Output, type Terminal } from './output.js';

const EPILOGUE = `
Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 failed, 2 usage, 3 verification mismatch,
4 no database, or no ledger in it. Settings: DATABASE_URL (its owner), LEDGER_RUNTIME_URL (serves), LEDGER_AUDITOR_URL
(reads), LEDGER_DATA_DIR, LEDGER_TENANT and others; see "doctor".`;

const build = (terminal: Terminal, contexts: Context[]): Command => {
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
  const groups = [
    registerDemo,
    registerServe,
    registerDatabase,
    registerImport,
    registerPost,
    registerShow,
    registerVerify,
    registerReplay,
    registerExport,
    registerProjection,
    registerKey,
    registerDlq,
    registerDoctor,
  ];
  for (const register of groups) register(program, context);
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
    await build(terminal, contexts).parseAsync(args, { from: 'user' });
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
