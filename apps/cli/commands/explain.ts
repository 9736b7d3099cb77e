import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { parentOf } from '../../../libs/domain/ids.js';
import { GetExplanation } from '../../../libs/projections/explanation/get-explanation.js';
import {
  EXPLAINED_VIEWS,
  LINES_MAX,
  type ExplainedView,
  type ExplainQuestion,
} from '../../../libs/projections/explanation/question.js';
import { refuseOddTables } from '../../../libs/projections/engine/plain-tables.js';
import {
  CONCENTRATION_BASES,
  WINDOW_MONTHS_MAX,
} from '../../../libs/projections/vendor-concentration/query.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { explanationReport } from '../show/explanation.js';

interface ExplainOptions extends Omit<
  ExplainQuestion,
  'tenant' | 'view' | 'commitmentId' | 'window' | 'customerId'
> {
  readonly customer?: string;
  readonly months?: number;
}

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d{1,15}$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    }
    return value;
  };

/** `show` calls a view shorter than its path does. */
const viewOf = (name: string): ExplainedView => {
  const view = name === 'obligation' ? 'remaining-obligation' : name;
  const found = EXPLAINED_VIEWS.find((each) => each === view);
  if (found === undefined) {
    throw new InvalidArgumentError(`It is one of ${EXPLAINED_VIEWS.join(', ')}.`);
  }
  return found;
};

/** Views as `show` calls them. */
const SHOWN: Readonly<Record<ExplainedView, string>> = {
  portfolio: 'portfolio',
  'burn-down': 'burn-down',
  'remaining-obligation': 'obligation',
  periods: 'obligation',
  concentration: 'concentration',
  tranches: 'tranches',
  circularity: 'circularity',
};

/** What the id is the id of: of a tranche it has three codes, of an investment two. */
const subjectOf = (
  view: ExplainedView,
  id: string | undefined,
): Pick<ExplainQuestion, 'commitmentId' | 'investmentId' | 'trancheId' | 'vendorId'> => {
  if (id === undefined) return {};
  switch (view) {
    case 'concentration':
    case 'circularity':
      return { vendorId: id };
    case 'tranches':
      return id.split('.').length > 2
        ? { investmentId: parentOf(id), trancheId: id }
        : { investmentId: id };
    case 'portfolio':
    case 'burn-down':
    case 'remaining-obligation':
    case 'periods':
      return { commitmentId: id };
  }
};

const run = async (
  context: Context,
  [view, id]: readonly [ExplainedView, string | undefined],
  { customer: customerId, months: window, ...options }: ExplainOptions,
): Promise<void> => {
  const system = await context.reading();
  await refuseOddTables(system.pool);
  const { tenant } = context.config;
  const of = { ...subjectOf(view, id), customerId, window };
  const question = { ...options, ...of, tenant, view };
  const answer = await system.queries.execute(new GetExplanation(question));
  if (answer === null) {
    throw new CliFailure(
      EXIT.failed,
      `There is no ${id ?? 'such thing'} in ${view}, as of then and as known then.`,
      `commitment-ledger show ${SHOWN[view]} lists what there is.`,
    );
  }
  context.output.report(explanationReport(answer));
  if (answer.addsUp !== false) return;
  throw new CliFailure(
    EXIT.mismatch,
    'The entries do not make the figure that the view answers.',
    'commitment-ledger replay --compare says which rows of the views differ.',
  );
};

export const registerExplain = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const command = program
    .command('explain')
    .addArgument(new Argument('<view>', `${EXPLAINED_VIEWS.join(', ')}`).argParser(viewOf))
    .argument('[id]', 'of which commitment, investment, tranche or vendor')
    .requiredOption(
      '--figure <name>',
      'its name in the view, as --json has it: remaining, byDue.pastDue',
    )
    .option('--period <index>', 'of one of its periods, from 0', whole(0, 9_999))
    .option('--from <day>', 'of the days from this one on (burn-down)')
    .option('--to <day>', 'of the days to this one (burn-down)')
    .option('--customer <party>', 'of this customer of the vendor (circularity)')
    .option('--currency <code>', 'in this currency, where there are several')
    .addOption(
      new Option('--base <base>', 'what the shares are of (concentration)').choices([
        ...CONCENTRATION_BASES,
      ]),
    )
    .option(
      '--months <months>',
      'how many months of spend, default 12',
      whole(1, WINDOW_MONTHS_MAX),
    )
    .option('--month <month>', 'of one month of spend, YYYY-MM')
    .option('--as-of <day>', 'as it was at the end of a UTC day, YYYY-MM-DD')
    .option('--known-at <time>', 'as the ledger knew it at a time, RFC 3339')
    .option('--since <time>', 'only what changed since a time (RFC 3339) or shard:position')
    .option('--limit <lines>', 'lines a page, default 100', whole(1, LINES_MAX))
    .option('--cursor <next>', 'the page after the one that said so');
  command.action(async (view: ExplainedView, id?: string) => {
    await run(contextOf(command), [view, id], command.opts<ExplainOptions>());
  });
};
