import type { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { parseStrictJson, StrictJsonError } from '../../../libs/application/wire/strict-json.js';
import {
  allTo,
  byRules,
  byVendors,
  parseMapFile,
  type AgreementMap,
} from '../../../libs/focus/agreement-map.js';
import { portfolio } from '../../../libs/projections/register/query.js';
import type { System } from '../../standalone/system.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT, toFailure } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { importFocus, openFocus } from '../import/import-focus.js';
import { RefusedFile } from '../import/refused-file.js';
import { importReport } from '../import/summary.js';
import type { Counts } from '../import/tally.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { catchUp } from '../views.js';

export interface FileOptions {
  readonly refused?: string;
  readonly strict?: boolean;
}

interface FocusOptions extends FileOptions {
  readonly agreement?: string;
  readonly map?: string;
  readonly allowUnknown?: boolean;
}

/** A file, or stdin for `-`; with its size where that is known, and how much of it was read. */
export const openInput = async (
  path: string,
): Promise<{
  readonly stream: Readable;
  readonly bytes: number | null;
  readonly read: () => number;
}> => {
  if (path === '-') return { stream: process.stdin, bytes: null, read: () => 0 };
  const { size } = await stat(path);
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  return { stream, bytes: size, read: () => stream.bytesRead };
};

const knownAgreements = async (system: System, tenant: string) =>
  (await portfolio(system.views, { tenant })).agreements;

const mapFrom = async (path: string): Promise<AgreementMap> => {
  const bytes = await readFile(path);
  try {
    return byRules(parseMapFile(parseStrictJson(bytes)));
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    throw new CliFailure(
      EXIT.usage,
      `${path}, line ${error.line}, column ${error.column}: ${error.message}.`,
    );
  }
};

const chooseMap = async (
  system: System,
  tenant: string,
  options: FocusOptions,
): Promise<AgreementMap> => {
  if (options.map !== undefined) return mapFrom(options.map);
  const agreements = await knownAgreements(system, tenant);
  if (options.agreement === undefined) {
    return byVendors(
      agreements
        .filter(({ commitments }) => commitments.length > 0)
        .map(({ agreementId, vendor }) => ({
          agreement: agreementId,
          vendorNames: [vendor.partyId, ...(vendor.name === null ? [] : [vendor.name])],
        })),
    );
  }
  const ids = agreements.map(({ agreementId }) => agreementId);
  if (!ids.includes(options.agreement) && options.allowUnknown !== true) {
    throw new CliFailure(
      EXIT.failed,
      `There is no agreement ${options.agreement}: its usage would wait until it appears.`,
      ids.length === 0
        ? 'Propose the agreement first (POST /v1/agreements), or add --allow-unknown to let the usage wait for it.'
        : `Use one of ${ids.join(', ')}, or add --allow-unknown to let the usage wait for it.`,
    );
  }
  return allTo(options.agreement);
};

/** The database went away in the middle: nothing is half done, so the way on is the same command. */
export const interrupted = (error: unknown): never => {
  const { exitCode, message, fix } = toFailure(error);
  const again =
    'When the database is back, run the same command again: what is recorded is not counted twice.';
  throw new CliFailure(exitCode, message, exitCode === EXIT.unreachable ? again : fix);
};

export const refusedPath = (file: string, option: string | undefined): string =>
  option ?? (file === '-' ? 'stdin.refused.csv' : `${file}.refused.csv`);

/** What the exit code says about an import that came to its end, and how to go on. */
export const importOutcome = (
  counts: Counts,
  options: FileOptions,
  output: Output,
  refused: RefusedFile,
): void => {
  if (counts.unrecordable > 0) {
    throw new CliFailure(
      EXIT.failed,
      `The ledger fails on ${plural(counts.unrecordable, 'row')}: a fault of its own, told above.`,
      'Report it. When it is mended, run the same command again: what is recorded already is not counted twice.',
    );
  }
  if (counts.unanswered > 0) {
    throw new CliFailure(
      EXIT.failed,
      `The ledger did not answer for ${plural(counts.unanswered, 'row')}.`,
      'Run the same command again: what is recorded already is not counted twice.',
    );
  }
  if (counts.refused === 0) return;
  const message = `${plural(counts.refused, 'row was', 'rows were')} refused; the reasons are in ${refused.path}.`;
  if (options.strict === true) {
    throw new CliFailure(
      EXIT.failed,
      message,
      'Correct these rows and import the file again: the others are not counted twice.',
    );
  }
  output.warn(message);
};

const runFocus = async (context: Context, file: string, options: FocusOptions): Promise<void> => {
  const { output, config } = context;
  const input = await openInput(file);
  const rows = await openFocus(input.stream);
  const system = await context.system();
  await catchUp(system);
  const map = await chooseMap(system, config.tenant, options);
  const refused = new RefusedFile(refusedPath(file, options.refused));
  const progress = new Progress(output, input.bytes, printable(basename(file)));
  const { tally, tagsLeftOut, stopped } = await importFocus(rows, {
    recorder: system.recorder,
    principal: context.principal,
    map,
    onRefused: (row) => refused.add(row),
    onProgress: (read, current) =>
      progress.update(
        input.read(),
        () => `${count(read)} rows read, ${count(current.settled)} done`,
      ),
  })
    .catch(interrupted)
    .finally(() => progress.stop());
  await refused.close();
  const refusedFile = refused.lines > 0 ? refused.path : null;
  output.report(importReport(printable(basename(file)), tally, { refusedFile, tagsLeftOut }));
  await catchUp(system);
  if (stopped !== null) throw toFailure(stopped);
  importOutcome(tally.counts, options, output, refused);
};

export const withFileOptions = (command: Command): Command =>
  command
    .option('--refused <file>', 'where to list refused rows (default: <file>.refused.csv)')
    .option('--strict', 'exit code 1 when any row was refused');

export const registerImport = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const group = program.command('import').description('bring in files of usage');
  const focus = group
    .command('focus <file>')
    .description('a FOCUS file (1.0 to 1.4, CSV, plain or gzip; - for stdin)')
    .option('-a, --agreement <id>', 'the agreement of all rows')
    .option(
      '-m, --map <file>',
      'JSON: [{"match": {"provider": "AWS"}, "agreement": "…"}]; default: by the provider’s name',
    )
    .option('--allow-unknown', 'let usage of an agreement that does not exist yet wait for it');
  withFileOptions(focus).action(async (file: string) => {
    await runFocus(contextOf(focus), file, focus.opts<FocusOptions>());
  });
};
