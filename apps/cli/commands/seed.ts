import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Context } from '../context.js';
import { count } from '../format.js';
import { tellNewRole } from '../new-role.js';
import { Progress } from '../progress.js';
import { seed } from '../seed.js';
import { seededTable } from '../seeded-table.js';
import { catchUp } from '../views.js';

const today = (): string => new Date().toISOString().slice(0, 10);

const runSeed = async (context: Context, rows: number): Promise<void> => {
  const { output, config } = context;
  const system = await context.system({ migrate: true });
  tellNewRole(output, system);
  const bars = new Map<string, Progress>();
  const seeded = await seed(system, {
    tenant: config.tenant,
    today: today(),
    rows,
    onProgress: (agreement, read, of) => {
      let bar = bars.get(agreement);
      if (bar === undefined) {
        bars.forEach((each) => each.stop());
        bars.set(agreement, (bar = new Progress(output, of, agreement)));
      }
      bar.update(read, () => `${count(read)} rows`);
    },
  }).finally(() => bars.forEach((bar) => bar.stop()));
  await catchUp(system);
  const recorded = seeded.usage.reduce((sum, usage) => sum + usage.recorded, 0);
  output.report({
    headline:
      seeded.commands + recorded === 0
        ? `The reference deals were loaded on ${seeded.day}; nothing was added.`
        : `The reference deals are loaded, with a year of synthetic usage: ${count(recorded)} drawdowns.`,
    tables: [seededTable(seeded)],
    notes: ['Next: commitment-ledger show portfolio'],
    answer: seeded,
    records: {
      columns: ['agreement', 'read', 'recorded', 'duplicate', 'notUsage'],
      rows: seeded.usage.map(({ agreement, read, recorded: added, duplicate, notUsage }) => [
        agreement,
        read,
        added,
        duplicate,
        notUsage,
      ]),
    },
    seen: null,
  });
};

export const rowCount = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 365 || value > 1_000_000) {
    throw new InvalidArgumentError('It is a whole number from 365 to 1000000.');
  }
  return value;
};

/** Usage rows of each agreement of the reference portfolio: enough for a year of days, loaded in seconds. */
export const SEED_ROWS = 2_000;

export const registerSeed = (program: Command, contextOf: (command: Command) => Context): void => {
  const load = program
    .command('seed')
    .option('--rows <count>', 'usage rows of each agreement', rowCount, SEED_ROWS);
  load.action(async () => {
    await runSeed(contextOf(load), load.opts<{ rows: number }>().rows);
  });
};
