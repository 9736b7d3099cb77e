import { Option, type Command } from 'commander';
import { requestFault } from '../../../libs/application/request-fault.js';
import type { VerifyReport } from '../../../libs/audit/report.js';
import { verifyLedger } from '../../../libs/audit/verify.js';
import {
  isKeptCheckpoint,
  readCheckpoint,
  refuseOwnInput,
  type KeptCheckpoint,
} from '../checkpoint-file.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { plural, printable } from '../format.js';
import { Output } from '../output.js';
import { Progress } from '../progress.js';
import { verifyReport, whatIsWrong } from '../verify-report.js';

interface VerifyFlags {
  readonly quick?: boolean;
  readonly checkpoint?: string;
}

const runVerify = async (context: Context, { checkpoint: file, quick }: VerifyFlags) => {
  const { output } = context;
  const { out } = output.options;
  if (file !== undefined) await refuseOwnInput(file, out);
  const kept = file === undefined ? null : await readCheckpoint(file);
  const system = await context.reading();
  if (kept !== null) refuseOther(kept, system.reader.ledgerId);
  const heads = await system.reader.heads();
  const progress = new Progress(
    output,
    heads.reduce((sum, { position }) => sum + position, 0),
    'Verifying',
  );
  const before = new Map<number, number>();
  const report = await verifyLedger({
    pool: system.pool,
    requestFault,
    quick: quick === true,
    ...(kept === null ? {} : { checkpoint: kept.checkpoint }),
    onProgress: ({ shard, position }) => {
      before.set(shard, position);
      const done = [...before.values()].reduce((sum, each) => sum + each, 0);
      progress.update(done, () => plural(done, 'event'));
    },
  }).finally(() => progress.stop());
  const against = kept === null || file === undefined ? null : { file, limits: kept.limits };
  const shown = verifyReport(report, against);
  (await where(output, report)).report(shown);
  if (report.sound) return;
  throw new CliFailure(EXIT.mismatch, ...whatIsWrong(report, file ?? null));
};

/** What was kept as evidence is not written over by what no longer is any. */
const where = async (output: Output, { sound }: VerifyReport): Promise<Output> => {
  const { out } = output.options;
  if (sound || out === null || !(await isKeptCheckpoint(out))) return output;
  output.warn(
    printable(`${out} is a checkpoint and is left as it is: the report of this run is printed.`),
  );
  return new Output(output.terminal, { ...output.options, out: null });
};

const refuseOther = ({ checkpoint: { ledgerId } }: KeptCheckpoint, ours: string): void => {
  if (ledgerId === ours) return;
  throw new CliFailure(
    EXIT.mismatch,
    `The checkpoint is of ledger ${ledgerId}, and this is ${ours}.`,
    'Look at DATABASE_URL and LEDGER_DATA_DIR. If they are right, this ledger took the place of another one.',
  );
};

export const registerVerify = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const verify = program
    .command('verify')
    .option('--quick', 'neither decide requests again nor compare the states that writers keep')
    .option(
      '--checkpoint <file>',
      'what verify --json printed earlier and you kept elsewhere: must still be part of the ledger',
    )
    // What it asked for is the default now.
    .addOption(new Option('--deep').hideHelp());
  verify.action(async () => {
    await runVerify(contextOf(verify), verify.opts<VerifyFlags>());
  });
};
