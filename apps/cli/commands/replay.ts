import { Option, type Command } from 'commander';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import type { Replay, ReplayedProjection } from '../../../libs/audit/replay/answer.js';
import type { Difference } from '../../../libs/audit/replay/compare.js';
import { TooManyRows } from '../../../libs/audit/replay/memory-store.js';
import { projections } from '../../../libs/projections/all.js';
import { refuseOddTables } from '../../../libs/projections/engine/plain-tables.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { Progress } from '../progress.js';
import type { Report } from '../report.js';
import { present } from '../../../libs/domain/present.js';

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

const isFoldedFromOthers = ({ chain }: ReplayedProjection): boolean => chain !== null;
const hasFailed = ({ failed }: ReplayedProjection): boolean => failed > 0;
const differs = ({ differences, record }: ReplayedProjection): boolean =>
  differences > 0 || record !== null;

/** `0:17 and 2:5`, of all views together and each once. */
const placesOf = (
  replayed: readonly ReplayedProjection[],
  events: 'skippedEvents' | 'failedEvents',
): readonly string[] => [
  ...new Set(
    replayed.flatMap((each) => each[events].map(({ shard, position }) => `${shard}:${position}`)),
  ),
];

const EVENTS_TOLD = 5;

const listed = (places: readonly string[], total: number): string =>
  places.slice(0, EVENTS_TOLD).join(', ') + (total > EVENTS_TOLD ? ', …' : '');

const headline = ({ matches, ledger, projections: replayed }: Replay): string => {
  if (ledger !== null)
    return `THE LEDGER DOES NOT HOLD: ${ledger.fault} in shard ${ledger.shard} at position ${ledger.position}. No view was compared.`;
  if (!matches) {
    const missing = replayed.filter(({ built }) => !built).length;
    return replayed.some(isFoldedFromOthers)
      ? 'MISMATCH: the views were folded from other entries than the ledger has.'
      : replayed.some(hasFailed) || replayed.some(differs)
        ? 'MISMATCH: the views are not what the events say.'
        : `${plural(missing, 'view is', 'views are')} not built: there is nothing to compare with.`;
  }
  const most = Math.max(0, ...replayed.map(({ entries }) => entries));
  const rows = replayed.reduce((sum, each) => sum + each.rows, 0);
  const same = `${plural(most, 'event')} folded again from zero give the same ${plural(rows, 'row')} in all ${replayed.length} views`;
  const skipped = Math.max(0, ...replayed.map((each) => each.skipped));
  if (skipped === 0) return `Match: ${same}.`;
  const places = placesOf(replayed, 'skippedEvents');
  return (
    `Match except ${plural(places.length > skipped ? places.length : skipped, 'skipped event')} ` +
    `(${listed(places, Math.max(skipped, places.length))}): ${same}, without what was passed over.`
  );
};

const skippedNotes = ({ name, skipped, skippedEvents }: ReplayedProjection): string[] => [
  ...skippedEvents
    .slice(0, EVENTS_TOLD)
    .map(({ shard, position, error, reason, decidedBy, decision }) =>
      printable(
        `${name} lacks ${shard}:${position}, which cannot be folded (${error}): ${decidedBy} decided at ${decision} to pass over it (${reason}).`,
      ),
    ),
  ...(skipped > EVENTS_TOLD
    ? [`${name} lacks ${count(skipped - EVENTS_TOLD)} more: --json names up to 20.`]
    : []),
];

const failedNotes = ({ name, failed, failedEvents }: ReplayedProjection): string[] => [
  ...failedEvents
    .slice(0, EVENTS_TOLD)
    .map(({ shard, position, error }) =>
      printable(
        `${name} went past ${shard}:${position}, which cannot be folded, and the ledger has no decision to: ${error}`,
      ),
    ),
  ...(failed > EVENTS_TOLD ? [`${name}: ${count(failed - EVENTS_TOLD)} more like it.`] : []),
];

const describeFirst = ({ name, first, chain }: ReplayedProjection): string => {
  if (chain !== null) return `First difference: view ${name}: ${chain}`;
  if (first === null) return '';
  const key = Object.entries(first.key)
    .map(([column, value]) => `${column} ${value ?? 'null'}`)
    .join(', ');
  return printable(
    `First difference: view ${name}, table ${first.table}, row (${key}). ${differing(first)}.`,
  );
};

const notesOf = ({ ledger, projections: replayed }: Replay): string[] => {
  if (ledger !== null) return [printable(`Found: ${ledger.detail}.`)];
  const first = replayed.find((each) => each.chain !== null) ?? replayed.find(differs);
  const behind = Math.max(0, ...replayed.filter(({ built }) => built).map(({ lag }) => lag));
  return [
    ...(first === undefined ? [] : [describeFirst(first)]),
    ...replayed.flatMap(({ name, record }) => (record === null ? [] : [`${name}: ${record}.`])),
    ...replayed.flatMap(failedNotes),
    ...replayed.flatMap(skippedNotes),
    ...(behind === 0
      ? []
      : [`${plural(behind, 'event')} that the views have not seen yet: not compared.`]),
  ].filter((note) => note !== '');
};

const differencesText = (each: ReplayedProjection): string =>
  !each.built ? 'not built' : each.chain !== null ? 'chain' : count(each.differences);

const replayReport = (replay: Replay): Report => ({
  headline: headline(replay),
  tables:
    replay.ledger !== null
      ? []
      : [
          {
            title: 'Replayed from zero beside the live views, compared row by row',
            columns: [
              { title: 'View', align: 'left' },
              { title: 'Events', align: 'right' },
              { title: 'Rows', align: 'right' },
              { title: 'Differences', align: 'right' },
              { title: 'Skipped', align: 'right' },
            ],
            rows: replay.projections.map((each) => [
              each.name,
              count(each.entries),
              count(each.rows),
              differencesText(each),
              count(each.skipped),
            ]),
          },
        ],
  notes: notesOf(replay),
  answer: replay,
  records: {
    columns: [
      'view',
      'version',
      'entries',
      'rows',
      'differences',
      'chain',
      'skipped',
      'skippedEvents',
      'failed',
    ],
    rows: replay.projections.map((each) => [
      each.name,
      each.version,
      each.entries,
      each.rows,
      each.differences,
      each.chain,
      each.skipped,
      each.skippedEvents.map(({ shard, position }) => `${shard}:${position}`).join(' '),
      each.failed,
    ]),
  },
  seen: null,
});

const VERIFY_FIRST =
  'Run verify first (commitment-ledger verify, with --checkpoint FILE of what you kept): it says ' +
  'what holds and what does not. Until then leave views and ledger as they are.';

/** What to do about it, the gravest first: nobody may copy a ledger that does not hold into the views. */
const failureOf = ({ ledger, projections: replayed }: Replay): CliFailure => {
  if (ledger !== null)
    return new CliFailure(
      EXIT.mismatch,
      `The ledger itself does not hold: ${ledger.fault} in shard ${ledger.shard} at position ${ledger.position}.`,
      VERIFY_FIRST,
    );
  if (replayed.some(isFoldedFromOthers))
    return new CliFailure(
      EXIT.mismatch,
      'The views were folded from other entries than the ledger has now: one of them was changed.',
      VERIFY_FIRST,
    );
  const failed = replayed.find(hasFailed);
  if (failed !== undefined) {
    const { shard, position } = present(failed.failedEvents[0], 'event that failed');
    return new CliFailure(
      EXIT.mismatch,
      `Views went past events that this version cannot fold, without a decision in the ledger: ${listed(placesOf(replayed, 'failedEvents'), failed.failed)}.`,
      'Run verify first (commitment-ledger verify). If it is sound, use the version that wrote them, ' +
        `or decide to go on without: commitment-ledger projection skip ${failed.name} --shard ${shard} ` +
        `--position ${position} --reason "…"`,
    );
  }
  const wrong = replayed.filter(differs);
  if (wrong.length > 0)
    return new CliFailure(
      EXIT.mismatch,
      'The views do not agree with the ledger.',
      `Build them again from the ledger: commitment-ledger projection rebuild ${wrong.map(({ name }) => name).join(' ')}`,
    );
  const missing = replayed.filter(({ built }) => !built).map(({ name }) => name);
  return new CliFailure(
    EXIT.failed,
    `There is nothing to compare with: ${missing.join(', ')} not built by this version.`,
    `Build them: commitment-ledger projection rebuild ${missing.join(' ')}`,
  );
};

const runReplay = async (context: Context, memory: boolean): Promise<void> => {
  const { output } = context;
  const system = await context.reading();
  await refuseOddTables(system.pool, 'all');
  const progress = new Progress(output, 100, 'Replaying');
  const replay = await replayAndCompare({
    pool: system.pool,
    reader: system.reader,
    projections,
    store: memory ? 'memory' : 'any',
    onProgress: ({ folded, of }) =>
      progress.update(of === 0 ? 0 : (100 * folded) / of, () => plural(folded, 'event')),
  })
    .catch((error: unknown) => {
      throw error instanceof TooManyRows ? tooMany(error) : error;
    })
    .finally(() => progress.stop());
  output.report(replayReport(replay));
  if (!replay.matches) throw failureOf(replay);
};

const tooMany = ({ message }: TooManyRows): CliFailure =>
  new CliFailure(
    EXIT.failed,
    `${message}, and this session may make no temporary tables.`,
    'Run it on a server that takes writes, as a role with TEMPORARY on the database (GRANT TEMPORARY ON DATABASE … TO …).',
  );

export const registerReplay = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const replay = program
    .command('replay')
    .option('--compare', 'compare with the live views (what it does anyway)')
    .addOption(
      new Option('--store <where>', 'where the rows that are folded again are kept')
        .choices(['any', 'memory'])
        .default('any', 'temporary tables where the session may make them, else memory'),
    );
  replay.action(async () => {
    await runReplay(contextOf(replay), replay.opts<{ store: string }>().store === 'memory');
  });
};
