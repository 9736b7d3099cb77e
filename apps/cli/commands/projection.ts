import type { Command } from 'commander';
import { projections } from '../../../libs/projections/all.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import { quarantined } from '../../../libs/projections/engine/quarantine.js';
import { dropRetired, rebuild, RebuildStopped } from '../../../libs/projections/engine/rebuild.js';
import {
  projectionStatus,
  type ProjectionStatus,
} from '../../../libs/projections/engine/status.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, plural, printable } from '../format.js';
import { Progress } from '../progress.js';
import { skippedText, type Report } from '../report.js';
import { enterSkip } from '../skip.js';

const stoppedText = ({ stoppedAt }: ProjectionStatus): string =>
  stoppedAt.map(({ shard, position }) => `shard ${shard} at ${position}`).join('\n');

const skipCommand = (name: string, shard: number, position: number): string =>
  `commitment-ledger projection skip ${name} --shard ${shard} --position ${position} --reason "…"`;

/** The gravest first: what stands still, what is behind, what is missing for good. */
const statusHeadline = (statuses: readonly ProjectionStatus[]): string => {
  const live = statuses.filter(({ state }) => state === 'live');
  if (live.length === 0)
    return 'No view is built yet. They are built by commitment-ledger serve, or now: commitment-ledger projection rebuild all';
  const stopped = live.filter(({ stoppedAt }) => stoppedAt.length > 0);
  if (stopped.length > 0)
    return `${plural(stopped.length, 'view stands', 'views stand')} still at an event that cannot be folded.`;
  const behind = live.filter(({ lag }) => lag > 0);
  const short = live.filter(({ skipped }) => skipped > 0);
  const building = statuses.filter(({ state }) => state === 'building');
  const stuck = building.filter(({ stoppedAt }) => stoppedAt.length > 0);
  const said = [
    ...(behind.length > 0
      ? [`${plural(behind.length, 'of the views is', 'of the views are')} behind the ledger`]
      : []),
    ...(short.length > 0
      ? [
          `${plural(short.length, 'view lacks', 'views lack')} events that were skipped (${count(Math.max(...short.map(({ skipped }) => skipped)))} at most)`,
        ]
      : []),
    ...(stuck.length > 0
      ? [
          `${plural(stuck.length, 'rebuild stands', 'rebuilds stand')} still at an event that cannot be folded`,
        ]
      : building[0] !== undefined
        ? [
            `${plural(building.length, 'rebuild is', 'rebuilds are')} not finished: commitment-ledger projection rebuild ${building[0].name}`,
          ]
        : []),
  ];
  return said.length === 0 ? `All ${live.length} views are up to date.` : `${said.join('; ')}.`;
};

const stoppedNotes = ({ name, state, stoppedAt }: ProjectionStatus): string[] =>
  stoppedAt.flatMap(({ shard, position, error, formerly }) => [
    printable(
      `${name}${state === 'building' ? ' (rebuild)' : ''}, shard ${shard}, position ${position}: ${error}`,
    ),
    ...(formerly === null
      ? []
      : [
          printable(
            `${formerly.decidedBy ?? 'Somebody'} once decided to pass over it ` +
              `(${formerly.reason ?? 'no reason kept'}). That was kept beside the ledger and counts no more: ` +
              'enter it again.',
          ),
        ]),
    `A newer version may fold it. To go on without it, on record and wrong by it: ${skipCommand(name, shard, position)}`,
  ]);

const skippedNotes = ({ name, state, skipped, skippedEvents }: ProjectionStatus): string[] =>
  skipped === 0 || state === 'retired'
    ? []
    : [
        `${name}${state === 'building' ? ' (rebuild)' : ''} lacks ` +
          `${skippedText({ skipped, skippedEvents })}. Who decided it and why: ` +
          '/v1/ledger/events?type=ProjectionEventSkipped. A version that can fold it does so at: ' +
          `commitment-ledger projection rebuild ${name}`,
      ];

const statusReport = (statuses: readonly ProjectionStatus[]): Report => ({
  headline: statusHeadline(statuses),
  tables:
    statuses.length === 0
      ? []
      : [
          {
            columns: [
              { title: 'View', align: 'left' },
              { title: 'Version', align: 'right', drop: 2 },
              { title: 'Generation', align: 'right', drop: 1 },
              { title: 'State', align: 'left' },
              { title: 'Events behind', align: 'right' },
              { title: 'Skipped', align: 'right' },
              { title: 'Stands still at', align: 'left' },
            ],
            rows: statuses.map((status) => [
              status.name,
              String(status.version),
              String(status.generation),
              status.state,
              count(status.lag),
              count(status.skipped),
              stoppedText(status),
            ]),
          },
        ],
  notes: [...statuses.flatMap(stoppedNotes), ...statuses.flatMap(skippedNotes)],
  answer: { projections: statuses },
  records: {
    columns: [
      'view',
      'version',
      'generation',
      'state',
      'lag',
      'skipped',
      'skippedEvents',
      'stoppedAt',
    ],
    rows: statuses.map((status) => [
      status.name,
      status.version,
      status.generation,
      status.state,
      status.lag,
      status.skipped,
      status.skippedEvents.join(' '),
      status.stoppedAt.map(({ shard, position }) => `${shard}:${position}`).join(' '),
    ]),
  },
  seen: null,
});

const runStatus = async (context: Context): Promise<void> => {
  const system = await context.reading();
  context.output.report(
    statusReport(await projectionStatus(system.pool, system.reader, projections)),
  );
};

const viewOf = (wanted: string, others = ''): Projection => {
  const found = projections.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const all = projections.map(({ name }) => name).join(', ');
  throw new CliFailure(EXIT.usage, `There is no view ${wanted}.`, `Use one of ${all}${others}.`);
};

interface SkipFlags {
  readonly shard: string;
  readonly position: string;
  readonly reason: string;
}

const whole = (name: string, text: string): number => {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliFailure(EXIT.usage, `--${name} must be a whole number, not ${text}.`);
};

const REASON_CHARS_MAX = 1_000;

const reasonOf = (text: string): string => {
  const reason = text.trim();
  if (reason === '') throw new CliFailure(EXIT.usage, '--reason must say why.');
  if (reason.length > REASON_CHARS_MAX || reason.includes('\n') || printable(reason) !== reason)
    throw new CliFailure(
      EXIT.usage,
      `--reason is one line of at most ${count(REASON_CHARS_MAX)} characters, without invisible ones.`,
    );
  return reason;
};

const runSkip = async (context: Context, name: string, flags: SkipFlags): Promise<void> => {
  const view = viewOf(name);
  const shard = whole('shard', flags.shard);
  const position = whole('position', flags.position);
  const reason = reasonOf(flags.reason);
  const system = await context.system();
  const failed = (await quarantined(system.pool, view)).find(
    (each) => each.shard === shard && each.position === position,
  );
  const [entry] =
    failed === undefined ? [] : await system.reader.readEnvelopes(shard, position - 1, 1);
  if (failed === undefined || entry?.position !== position)
    throw new CliFailure(
      EXIT.failed,
      `${name} does not stand still at position ${position} of shard ${shard}.`,
      'commitment-ledger projection status',
    );
  const decision = { actor: context.principal.name, reason, error: failed.error };
  const skip = await enterSkip(system, view, entry, decision);
  context.output.say(
    printable(
      `${name} passes over position ${position} of shard ${shard}, as long as it cannot fold it; ` +
        `${skip.decidedBy} decided it (${skip.reason}), and that is in the ledger.`,
    ),
  );
  await runStatus(context);
};

/** Where a rebuild stands still: what is to be done about it, and what became of a decision of before. */
const stoppedRebuild = async (
  { pool }: Awaited<ReturnType<Context['system']>>,
  { projection, shard, position, message }: RebuildStopped,
): Promise<CliFailure> => {
  const formerly = (await quarantined(pool, projection)).find(
    (each) => each.shard === shard && each.position === position && each.formerly !== null,
  )?.formerly;
  const before = formerly
    ? ` ${formerly.decidedBy ?? 'Somebody'} once decided to pass over it ` +
      `(${formerly.reason ?? 'no reason kept'}); that was kept beside the ledger and counts no more.`
    : '';
  return new CliFailure(
    EXIT.failed,
    `${message}.${before} The live view stays as it is.`,
    `Use a version that can fold it, or decide to go on without it and rebuild again: ${skipCommand(projection.name, shard, position)}`,
  );
};

const runRebuild = async (context: Context, names: readonly string[]): Promise<void> => {
  const { output } = context;
  const wanted = names.includes('all')
    ? projections
    : names.map((name) => viewOf(name, ', or all'));
  const system = await context.system();
  for (const projection of projections.filter((each) => wanted.includes(each))) {
    const heads = (await system.reader.heads()).reduce((sum, { position }) => sum + position, 0);
    const progress = new Progress(output, heads, projection.name);
    const built = await rebuild({
      pool: system.pool,
      reader: system.reader,
      projection,
      onProgress: ({ folded }) => progress.update(folded, () => plural(folded, 'event')),
    })
      .catch(async (error: unknown) => {
        throw error instanceof RebuildStopped ? await stoppedRebuild(system, error) : error;
      })
      .finally(() => progress.stop());
    await dropRetired(system.pool, projection);
    output.say(`${projection.name} is rebuilt from zero: generation ${built.generation} is live.`);
  }
  await runStatus(context);
};

export const registerProjection = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const group = program.command('projection');
  const status = group.command('status').description('how far each view is behind the ledger');
  status.action(async () => {
    await runStatus(contextOf(status));
  });
  const again = group
    .command('rebuild <view...>')
    .description('build views from zero beside the live ones, then switch; "all" for all of them');
  again.action(async (names: string[]) => {
    await runRebuild(contextOf(again), names);
  });
  const skip = group
    .command('skip <view>')
    .description(
      'pass over an event that a view cannot fold; who decided and why is an entry of the ledger',
    )
    .requiredOption('--shard <n>', 'where it stands still')
    .requiredOption('--position <n>', 'the event')
    .requiredOption('--reason <text>', 'why its answers may be wrong by this event');
  skip.action(async (name: string) => {
    await runSkip(contextOf(skip), name, skip.opts<SkipFlags>());
  });
};
