import type { Command } from 'commander';
import { replayAndCompare, type Difference, type Replay } from '../../../libs/audit/replay.js';
import { projections } from '../../../libs/projections/all.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { Progress } from '../progress.js';
import type { Report } from '../report.js';

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
  const system = await context.reading();
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

export const registerReplay = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
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
