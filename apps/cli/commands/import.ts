import type { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { parseStrictJson, StrictJsonError } from '../../../libs/contract/json/strict-json.js';
import {
  allTo,
  byRules,
  byVendors,
  parseMapFile,
  type AgreementMap,
} from '../../../libs/deliveries/focus/agreement-map.js';
import type { FocusRemark } from '../../../libs/deliveries/focus/focus-row.js';
import { GetDeals } from '../../../libs/projections/deals/get-deals.js';
import type { System } from '../../../libs/host/system.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT, toFailure } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { countedBasis } from '../../../libs/deliveries/counted-basis.js';
import { importFocus, openFocus } from '../../../libs/deliveries/import-focus.js';
import type { Reasons } from '../../../libs/deliveries/reasons.js';
import { RefusedFile } from '../import/refused-file.js';
import { importReport } from '../import/summary.js';
import type { Counts } from '../../../libs/deliveries/tally.js';
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
  const found = await stat(path);
  if (found.isDirectory())
    throw new CliFailure(
      EXIT.usage,
      `${path} is a folder.`,
      'Give the path of a file in it, or - and the files on stdin.',
    );
  const { size } = found;
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  return { stream, bytes: size, read: () => stream.bytesRead };
};

/** A file that was joined from thousands needs no longer list. */
const REMARKS_MAX = 100;

const knownAgreements = async (system: System, tenant: string) =>
  (await system.queries.execute(new GetDeals({ tenant }))).agreements;

const mapFrom = async (path: string): Promise<AgreementMap> => {
  const bytes = await readFile(path);
  try {
    return byRules(parseMapFile(parseStrictJson(bytes)));
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    throw new CliFailure(
      EXIT.usage,
      `${path}, line ${error.line}, column ${error.column}: ${error.message}.`,
      'Write it as JSON: [{"match": {"provider": "AWS"}, "agreement": "amazon-anthropic"}]',
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

/** What the exit code says about an import that came to its end, and how to go on. */
export const importOutcome = (
  { unrecordable, unanswered, refused, recorded, duplicate, parked }: Counts,
  { reasons, refused: file }: { readonly reasons: Reasons; readonly refused: RefusedFile },
  options: FileOptions,
  output: Output,
): void => {
  if (unrecordable > 0) {
    throw new CliFailure(
      EXIT.failed,
      `The ledger fails on ${plural(unrecordable, 'row')}: a fault of its own, told above.`,
      'Report it. When it is mended, run the same command again: what is recorded already is not counted twice.',
    );
  }
  if (unanswered > 0) {
    throw new CliFailure(
      EXIT.failed,
      `The ledger did not answer for ${plural(unanswered, 'row')}.`,
      'Run the same command again: what is recorded already is not counted twice.',
    );
  }
  if (refused === 0) return;
  const listed =
    file.path === null
      ? 'add --refused FILE to list them all'
      : `they are listed in ${printable(file.path)}`;
  const were = `${plural(refused, 'row was', 'rows were')} refused${firstReason(reasons)}`;
  const nothing = recorded + duplicate + parked === 0;
  if (nothing || options.strict === true) {
    throw new CliFailure(
      EXIT.failed,
      nothing ? `Nothing was recorded: ${were}.` : `${were}.`,
      `Correct these rows (${listed}) and run the same command again: what is recorded is not counted twice.`,
    );
  }
  output.warn(`${were}; ${listed}.`);
};

const firstReason = (reasons: Reasons): string => {
  const [first] = reasons.all;
  if (first === undefined) return '';
  const where = first.column === null ? '' : ` in ${printable(first.column)}`;
  return `, most often for ${first.code}${where} (${count(first.rows)}, first in line ${count(first.line)})`;
};

const ROWS = { row: 'row', rows: 'rows', by: 'Provider' } as const;

const runFocus = async (context: Context, file: string, options: FocusOptions): Promise<void> => {
  const { output, config } = context;
  const refused = await RefusedFile.at(options.refused);
  const input = await openInput(file);
  const remarks: FocusRemark[] = [];
  const rows = await openFocus(input.stream, (remark) => {
    if (remarks.length < REMARKS_MAX) remarks.push(remark);
  });
  const system = await context.system();
  await catchUp(system);
  const { tenant } = config;
  const map = await chooseMap(system, tenant, options);
  const name = file === '-' ? 'stdin' : printable(basename(file));
  const progress = new Progress(output, input.bytes, name);
  const imported = await importFocus(rows, {
    commands: system.commands,
    principal: context.principal,
    map,
    basisOf: countedBasis(system.pool, system.reader.shardCount, tenant),
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
  const { stopped, tally, reasons } = imported;
  output.report(importReport(name, { ...imported, remarks, refusedFile: refused.path }, ROWS));
  await catchUp(system);
  if (stopped !== null) throw toFailure(stopped);
  importOutcome(tally.counts, { reasons, refused }, options, output);
};

export const withFileOptions = (command: Command): Command =>
  command
    .option(
      '--refused <file>',
      'list every refused row there, as CSV; never over a file that is something else',
    )
    .option('--strict', 'exit code 1 when any row was refused (it is 1 anyway when all were)');

export const registerImport = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const group = program.command('import');
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
