import type { Command } from 'commander';
import { replayAndCompare, type Difference, type Replay } from '../../../libs/audit/replay.js';
import { verifyLedger, type VerifyReport } from '../../../libs/audit/verify.js';
import { deciders } from '../../../libs/domain/deciders.js';
import { projections } from '../../../libs/projections/all.js';
import { readCheckpoint } from '../checkpoint-file.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { Progress } from '../progress.js';
import type { Report } from '../report.js';
import { catchUp } from '../views.js';

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
  const system = await context.system();
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

const cells = (row: Difference['live']): string =>
  row === null
    ? 'no such row'
    : Object.entries(row)
        .map(([name, value]) => `${name} ${value ?? 'null'}`)
        .join(', ');

const differing = ({ live, replayed }: Difference): string => {
  if (live === null || replayed === null)
    return `live: ${cells(live)}; replayed: ${cells(replayed)}`;
  return Object.keys(live)
    .filter((name) => live[name] !== replayed[name])
    .map((name) => `${name}: live ${live[name] ?? 'null'}, replayed ${replayed[name] ?? 'null'}`)
    .join('; ');
};

const replayReport = (replay: Replay): Report => {
  const entries = Math.max(0, ...replay.projections.map((projection) => projection.entries));
  const rows = replay.projections.reduce((sum, projection) => sum + projection.rows, 0);
  const first = replay.projections.find(
    (projection) => projection.first !== null || projection.chain !== null,
  );
  return {
    headline: replay.matches
      ? `Match: ${plural(entries, 'event')} folded again from zero give the same ${plural(rows, 'row')} in all ${replay.projections.length} views.`
      : 'MISMATCH: the views are not what the events say.',
    tables: [
      {
        title: 'Replayed from zero into fresh tables, compared row by row',
        columns: [
          { title: 'View', align: 'left' },
          { title: 'Events', align: 'right' },
          { title: 'Rows', align: 'right' },
          { title: 'Differences', align: 'right' },
        ],
        rows: replay.projections.map((projection) => [
          projection.name,
          count(projection.entries),
          count(projection.rows),
          projection.chain === null ? count(projection.differences) : 'chain',
        ]),
      },
    ],
    notes: first === undefined ? [] : [describeFirst(first)],
    answer: replay,
    records: {
      columns: ['view', 'version', 'entries', 'rows', 'differences', 'chain'],
      rows: replay.projections.map(
        ({ name, version, entries: folded, rows: compared, differences, chain }) => [
          name,
          version,
          folded,
          compared,
          differences,
          chain,
        ],
      ),
    },
    seen: null,
  };
};

const describeFirst = ({ name, first, chain }: Replay['projections'][number]): string => {
  if (first === null) return `First difference: view ${name}: ${chain ?? ''}`;
  const key = Object.entries(first.key)
    .map(([column, value]) => `${column} ${value ?? 'null'}`)
    .join(', ');
  return printable(
    `First difference: view ${name}, table ${first.table}, row (${key}). ${differing(first)}.`,
  );
};

const runReplay = async (context: Context): Promise<void> => {
  const { output } = context;
  const system = await context.system();
  await catchUp(system);
  const progress = new Progress(output, 100 * projections.length, 'Replaying');
  const replay = await replayAndCompare({
    pool: system.pool,
    reader: system.reader,
    projections,
    onProgress: ({ projection, folded, of }) => {
      const at = projections.findIndex(({ name }) => name === projection);
      progress.update(100 * at + (of === 0 ? 0 : (100 * folded) / of), () => projection);
    },
  }).finally(() => progress.stop());
  output.report(replayReport(replay));
  if (replay.matches) return;
  throw new CliFailure(
    EXIT.mismatch,
    'The views do not agree with the ledger.',
    'Build the view again from the ledger: commitment-ledger projection rebuild <view>',
  );
};

export const registerAudit = (program: Command, contextOf: (command: Command) => Context): void => {
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
  const replay = program
    .command('replay')
    .description(
      'fold every event from zero and compare with the live views, row by row; exit code 3 when they differ',
    )
    .option('--compare', 'compare with the live views (what it does anyway)');
  replay.action(async () => {
    await runReplay(contextOf(replay));
  });
};
