import type { Command } from 'commander';
import { basename } from 'node:path';
import type { Context } from '../context.js';
import { count, printable } from '../format.js';
import { postUsage } from '../import/post-usage.js';
import { RefusedFile } from '../import/refused-file.js';
import { importReport } from '../import/summary.js';
import { Progress } from '../progress.js';
import { catchUp } from '../views.js';
import {
  importOutcome,
  interrupted,
  openInput,
  refusedPath,
  withFileOptions,
  type FileOptions,
} from './import.js';

const run = async (context: Context, file: string, options: FileOptions): Promise<void> => {
  const { output } = context;
  const input = await openInput(file);
  const system = await context.system();
  const refused = new RefusedFile(refusedPath(file, options.refused));
  const name = file === '-' ? 'stdin' : printable(basename(file));
  const progress = new Progress(output, input.bytes, name);
  const tally = await postUsage(input.stream, {
    recorder: system.recorder,
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
  const refusedFile = refused.lines > 0 ? refused.path : null;
  output.report(importReport(name, tally, { refusedFile, tagsLeftOut: 0 }, 'Agreement'));
  await catchUp(system);
  importOutcome(tally.counts, options, output, refused);
};

export const registerPost = (program: Command, contextOf: (command: Command) => Context): void => {
  const group = program.command('post').description('send facts to the ledger');
  const usage = group
    .command('usage <file>')
    .description(
      'usage events, one JSON object a line (NDJSON; - for stdin), as POST /v1/usage-events takes them',
    );
  withFileOptions(usage).action(async (file: string) => {
    await run(contextOf(usage), file, usage.opts<FileOptions>());
  });
};
