import type { Command } from 'commander';
import { basename } from 'node:path';
import type { Context } from '../context.js';
import { count, printable } from '../format.js';
import { postUsage } from '../../../libs/deliveries/post-usage.js';
import { RefusedFile } from '../import/refused-file.js';
import { importReport } from '../import/summary.js';
import { Progress } from '../progress.js';
import { catchUp } from '../views.js';
import {
  importOutcome,
  interrupted,
  openInput,
  withFileOptions,
  type FileOptions,
} from './import.js';

const LINES = { row: 'line', rows: 'lines', by: 'Agreement' } as const;

const run = async (context: Context, file: string, options: FileOptions): Promise<void> => {
  const { output } = context;
  const refused = await RefusedFile.at(options.refused);
  const input = await openInput(file);
  const system = await context.system();
  const name = file === '-' ? 'stdin' : printable(basename(file));
  const progress = new Progress(output, input.bytes, name);
  const posted = await postUsage(input.stream, {
    commands: system.commands,
    principal: context.principal,
    onRefused: (row) => refused.add(row),
    onProgress: (read, current) =>
      progress.update(
        input.read(),
        () => `${count(read)} lines read, ${count(current.settled)} done`,
      ),
  })
    .catch(interrupted)
    .finally(() => progress.stop());
  await refused.close();
  output.report(importReport(name, { ...posted, refusedFile: refused.path }, LINES));
  await catchUp(system);
  const { tally, reasons } = posted;
  importOutcome(tally.counts, { reasons, refused }, options, output);
};

export const registerPost = (program: Command, contextOf: (command: Command) => Context): void => {
  const group = program.command('post');
  const usage = group
    .command('usage <file>')
    .description(
      'usage events, one JSON object a line (NDJSON; - for stdin), as POST /v1/usage-events takes them',
    );
  withFileOptions(usage).action(async (file: string) => {
    await run(contextOf(usage), file, usage.opts<FileOptions>());
  });
};
