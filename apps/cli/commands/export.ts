import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportLedger } from '../../../libs/audit/export.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';

interface ExportFlags {
  readonly shard?: number;
  readonly from?: number;
}

const run = async (context: Context, flags: ExportFlags): Promise<void> => {
  const { output } = context;
  const { pool, reader } = await context.reading();
  if (flags.shard !== undefined && flags.shard >= reader.shardCount)
    throw new CliFailure(
      EXIT.usage,
      `There is no shard ${flags.shard}: this ledger has ${reader.shardCount}, from 0 on.`,
    );
  const lines = Readable.from(exportLedger({ pool, ...flags }), { objectMode: true });
  const { out } = output.options;
  if (out === null) {
    await pipeline(lines, output.terminal.stdout, { end: false });
    return;
  }
  await pipeline(lines, createWriteStream(out, { flags: 'wx' })).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new CliFailure(
        EXIT.usage,
        `${out} exists already, and evidence is not written over.`,
        'Give --out another name, or move that file away.',
      );
    },
  );
  output.say(`Written to ${out}.`);
};

const whole =
  (from: number) =>
  (text: string): number => {
    if (/^\d{1,15}$/.test(text) && Number(text) >= from) return Number(text);
    throw new InvalidArgumentError(`It is a whole number from ${from} on.`);
  };

export const registerExport = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const command = program
    .command('export')
    .option('--shard <n>', 'only this shard', whole(0))
    .option('--from <position>', 'only from this position of each shard on', whole(1));
  command.action(async () => {
    await run(contextOf(command), command.opts<ExportFlags>());
  });
};
