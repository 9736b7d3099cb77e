import type { Command } from 'commander';
import { verifyLedger, type VerifyReport } from '../../../libs/audit/verify.js';
import { deciders } from '../../../libs/domain/deciders.js';
import { readCheckpoint } from '../checkpoint-file.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { Progress } from '../progress.js';
import type { Report } from '../report.js';

const verifyReport = (report: VerifyReport): Report => ({
  headline: report.sound
    ? `Sound: ${plural(report.events, 'event')} in ${plural(report.shards.length, 'shard')} recomputed from their stored bytes in ${(report.durationMs / 1000).toFixed(1)} s.`
    : `NOT SOUND: ${plural(report.findingsTotal, 'finding')} in ${plural(report.events, 'event')}.`,
  tables: [
    {
      title: 'Shards: keep the last hashes elsewhere, they make a later change provable',
      columns: [
        { title: 'Shard', align: 'right' },
        { title: 'Events', align: 'right' },
        { title: 'Position', align: 'right', drop: 1 },
        { title: 'Last hash', align: 'left' },
      ],
      rows: report.shards.map(({ shard, events, position, hash }) => [
        String(shard),
        count(events),
        count(position),
        hash,
      ]),
    },
    ...(report.findings.length === 0
      ? []
      : [
          {
            title: 'Findings',
            columns: [
              { title: 'Shard', align: 'right' } as const,
              { title: 'Position', align: 'right' } as const,
              { title: 'Finding', align: 'left' } as const,
              { title: 'Column', align: 'left', drop: 1 } as const,
            ],
            rows: report.findings.map(({ shard, position, finding, column }) => [
              String(shard),
              position === null ? '–' : String(position),
              finding,
              column ?? '',
            ]),
          },
        ]),
  ],
  notes: report.findings.slice(0, 1).map(({ detail }) => `First finding: ${printable(detail)}`),
  answer: report,
  records: {
    columns: ['shard', 'position', 'finding', 'column', 'detail'],
    rows: report.findings.map(({ shard, position, finding, column, detail }) => [
      shard,
      position,
      finding,
      column,
      detail,
    ]),
  },
  seen: null,
});

interface VerifyFlags {
  readonly deep?: boolean;
  readonly checkpoint?: string;
}

const runVerify = async (context: Context, options: VerifyFlags): Promise<void> => {
  const { output } = context;
  const { checkpoint: file } = options;
  const kept = file === undefined ? null : await readCheckpoint(file);
  const system = await context.reading();
  if (kept !== null && kept.ledgerId !== system.reader.ledgerId)
    throw new CliFailure(
      EXIT.mismatch,
      `The checkpoint is of ledger ${kept.ledgerId}, and this is ${system.reader.ledgerId}.`,
      'Look at DATABASE_URL and LEDGER_DATA_DIR. If they are right, this ledger took the place of another one.',
    );
  const heads = await system.reader.heads();
  const progress = new Progress(
    output,
    heads.reduce((sum, { position }) => sum + position, 0),
    'Verifying',
  );
  const before = new Map<number, number>();
  const report = await verifyLedger({
    pool: system.pool,
    ...(options.deep === true ? { deep: deciders } : {}),
    ...(kept === null ? {} : { checkpoint: kept.shards }),
    onProgress: ({ shard, position }) => {
      before.set(shard, position);
      const done = [...before.values()].reduce((sum, each) => sum + each, 0);
      progress.update(done, () => plural(done, 'event'));
    },
  }).finally(() => progress.stop());
  output.report(verifyReport(report));
  if (report.sound) return;
  const [first] = report.findings;
  throw new CliFailure(
    EXIT.mismatch,
    `The ledger was changed: ${first?.finding ?? 'finding'} in shard ${first?.shard}${(first?.position ?? null) === null ? '' : ` at position ${first?.position}`}.`,
    'Keep this database as it is, and compare it with a backup or with checkpoints that were kept elsewhere.',
  );
};

export const registerVerify = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const verify = program
    .command('verify')
    .description(
      'recompute the ledger from its stored bytes: chain, columns, heads; exit code 3 when it was changed',
    )
    .option('--deep', 'also fold every stream again and compare the states that writers keep')
    .option(
      '--checkpoint <file>',
      'what verify --json printed earlier and you kept elsewhere: must still be part of the ledger',
    );
  verify.action(async () => {
    await runVerify(contextOf(verify), verify.opts<VerifyFlags>());
  });
};
