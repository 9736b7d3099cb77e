import type { Command } from 'commander';
import { projections } from '../../../libs/projections/all.js';
import type { Projection } from '../../../libs/projections/projection.js';
import { skipQuarantined } from '../../../libs/projections/quarantine.js';
import { dropRetired, rebuild } from '../../../libs/projections/rebuild.js';
import { projectionStatus, type ProjectionStatus } from '../../../libs/projections/status.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, plural } from '../format.js';
import { Progress } from '../progress.js';
import type { Report } from '../report.js';

const stoppedText = ({ stoppedAt }: ProjectionStatus): string =>
  stoppedAt.map(({ shard, position }) => `shard ${shard} at ${position}`).join('\n');

const statusReport = (statuses: readonly ProjectionStatus[]): Report => {
  const live = statuses.filter(({ state }) => state === 'live');
  const behind = live.filter(({ lag }) => lag > 0);
  const stopped = live.filter(({ stoppedAt }) => stoppedAt.length > 0);
  return {
    headline:
      live.length === 0
        ? 'No view is built yet. They are built by commitment-ledger serve, or now: commitment-ledger projection rebuild all'
        : stopped.length > 0
          ? `${plural(stopped.length, 'view stands', 'views stand')} still at an event that cannot be folded.`
          : behind.length > 0
            ? `${plural(behind.length, 'of the views is', 'of the views are')} behind the ledger.`
            : `All ${live.length} views are up to date.`,
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
                { title: 'Stands still at', align: 'left' },
              ],
              rows: statuses.map((status) => [
                status.name,
                String(status.version),
                String(status.generation),
                status.state,
                count(status.lag),
                stoppedText(status),
              ]),
            },
          ],
    notes: stopped.flatMap(({ name, stoppedAt }) =>
      stoppedAt.flatMap(({ shard, position, error }) => [
        `${name}, shard ${shard}, position ${position}: ${error}`,
        `A newer version may fold it. To go on without it, on record and wrong by it: commitment-ledger projection skip ${name} --shard ${shard} --position ${position} --reason "…"`,
      ]),
    ),
    answer: { projections: statuses },
    records: {
      columns: ['view', 'version', 'generation', 'state', 'lag'],
      rows: statuses.map(({ name, version, generation, state, lag }) => [
        name,
        version,
        generation,
        state,
        lag,
      ]),
    },
    seen: null,
  };
};

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

const runSkip = async (context: Context, name: string, flags: SkipFlags): Promise<void> => {
  const view = viewOf(name);
  const event = {
    shard: whole('shard', flags.shard),
    position: whole('position', flags.position),
  };
  const reason = flags.reason.trim();
  if (reason === '') throw new CliFailure(EXIT.usage, '--reason must say why.');
  const system = await context.system();
  const decision = { decidedBy: context.principal.name, reason };
  if (!(await skipQuarantined(system.pool, view, event, decision)))
    throw new CliFailure(
      EXIT.failed,
      `${name} does not stand still at position ${event.position} of shard ${event.shard}.`,
      'commitment-ledger projection status',
    );
  context.output.say(
    `${name} passes over position ${event.position} of shard ${event.shard}; ${decision.decidedBy} decided it, and that is on record.`,
  );
  await runStatus(context);
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
    }).finally(() => progress.stop());
    await dropRetired(system.pool, projection);
    output.say(`${projection.name} is rebuilt from zero: generation ${built.generation} is live.`);
  }
  await runStatus(context);
};

export const registerProjection = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const group = program
    .command('projection')
    .description('the views: how far they are, and building them again');
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
    .description('pass over an event that a view cannot fold; who decided and why is recorded')
    .requiredOption('--shard <n>', 'where it stands still')
    .requiredOption('--position <n>', 'the event')
    .requiredOption('--reason <text>', 'why its answers may be wrong by this event');
  skip.action(async (name: string) => {
    await runSkip(contextOf(skip), name, skip.opts<SkipFlags>());
  });
};
