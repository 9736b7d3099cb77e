import { InvalidArgumentError, Option, type Command } from 'commander';
import { ListAlerts } from '../../../libs/alerts/asking/alerts.js';
import type { Context } from '../context.js';
import { alertsReport } from '../show/alerts.js';

interface AlertsOptions {
  readonly state?: 'firing' | 'resolved';
  readonly rule?: string;
  readonly limit: number;
}

const LIMIT_MAX = 1_000;

const limit = (text: string): number => {
  const value = Number(text);
  if (!/^\d{1,4}$/.test(text) || value < 1 || value > LIMIT_MAX)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${LIMIT_MAX}.`);
  return value;
};

const run = async (context: Context, options: AlertsOptions): Promise<void> => {
  const system = await context.reading();
  const { tenant } = context.config;
  const { state, rule: ruleId } = options;
  const asked = { tenant, state, ruleId, before: null, limit: options.limit };
  context.output.report(alertsReport(await system.queries.execute(new ListAlerts(asked))));
};

export const registerAlerts = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const command = program
    .command('alerts')
    .addOption(
      new Option('--state <state>', 'only what is in this state').choices(['firing', 'resolved']),
    )
    .option('--rule <rule>', 'only of this rule')
    .option('--limit <alerts>', 'how many', limit, 100);
  command.action(async () => {
    await run(contextOf(command), command.opts<AlertsOptions>());
  });
};
