import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { QueryBus } from '@nestjs/cqrs';
import { GetBurnDown } from '../../../libs/projections/burn-down/get-burn-down.js';
import type { BurnDown } from '../../../libs/projections/burn-down/answer.js';
import { GetCircularity } from '../../../libs/projections/circularity/get-circularity.js';
import { refuseOddTables } from '../../../libs/projections/engine/plain-tables.js';
import { GetDeals } from '../../../libs/projections/deals/get-deals.js';
import { GetForecast } from '../../../libs/projections/forecast/get-forecast.js';
import { GetPortfolio } from '../../../libs/projections/portfolio/get-portfolio.js';
import {
  DIRECTIONS,
  PORTFOLIO_SORTS,
  type Direction,
  type PortfolioSort,
} from '../../../libs/projections/portfolio/order.js';
import {
  GetObligations,
  GetRemainingObligation,
} from '../../../libs/projections/remaining-obligation/get-remaining-obligation.js';
import { GetTermsHistory } from '../../../libs/projections/records/get-records.js';
import {
  GetTranches,
  ListTranches,
} from '../../../libs/projections/tranche-pipeline/get-tranches.js';
import { GetVendorConcentration } from '../../../libs/projections/vendor-concentration/get-vendor-concentration.js';
import {
  CONCENTRATION_BASES,
  type ConcentrationBase,
} from '../../../libs/projections/vendor-concentration/query.js';
import type { Context } from '../context.js';
import type { Report } from '../report.js';
import { chosenCommitments, unknown, type AskedOf } from '../show/asked.js';
import { burnDownReport, burnDownsReport } from '../show/burn-down.js';
import { circularityReport } from '../show/circularity.js';
import { showChanges } from '../show/changes.js';
import { concentrationReport } from '../show/concentration.js';
import { forecastReport, forecastsReport } from '../show/forecast.js';
import { obligationReport, obligationsReport } from '../show/obligation.js';
import { portfolioReport } from '../show/portfolio.js';
import { termsReport } from '../show/terms.js';
import { tranchesReport } from '../show/tranches.js';
import { watch } from '../watch.js';

interface ShowOptions {
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly interval?: 'day' | 'week' | 'month';
  readonly from?: string;
  readonly to?: string;
  readonly base?: ConcentrationBase;
  readonly months?: number;
  readonly sort?: PortfolioSort;
  readonly direction?: Direction;
  readonly vendor?: string;
  readonly customer?: string;
  readonly watch?: boolean;
  readonly since?: string;
}

/** What a view is asked: the bus, the tenant and both time axes, the id given, the view's own options. */
interface Asked extends AskedOf {
  readonly options: ShowOptions;
}

const ALL = { after: null, limit: Infinity } as const;

const present = <Value>(value: Value | null): Value[] => (value === null ? [] : [value]);

const showPortfolio = async ({ queries, axes, options }: Asked): Promise<Report> => {
  const { sort, direction, vendor: vendorId, customer: customerId } = options;
  const question = { ...axes, ...ALL, sort, direction, vendorId, customerId };
  const answer = await queries.execute(new GetPortfolio(question));
  const deals = await queries.execute(new GetDeals(axes));
  const agreements = deals.agreements.filter(
    ({ vendor, customer }) =>
      (vendorId ?? vendor.partyId) === vendor.partyId &&
      (customerId ?? customer.partyId) === customer.partyId,
  );
  return portfolioReport(answer, { ...deals, agreements });
};

const showBurnDown = async (asked: Asked): Promise<Report> => {
  const { from, to, interval } = asked.options;
  const answers: BurnDown[] = [];
  const { refs, seen } = await chosenCommitments(asked);
  for (const { commitmentId } of refs) {
    const question = { ...asked.axes, commitmentId, from, to, interval };
    answers.push(...present(await asked.queries.execute(new GetBurnDown(question))));
  }
  const only = asked.id !== undefined && answers.length === 1 ? answers[0] : undefined;
  return only === undefined ? burnDownsReport(answers, seen) : burnDownReport(only);
};

const showObligation = async (asked: Asked): Promise<Report> => {
  const { queries, axes, id, options } = asked;
  const { vendor: vendorId, customer: customerId } = options;
  if (id?.includes('.') === true) {
    const question = new GetRemainingObligation({ ...axes, commitmentId: id });
    const one = await queries.execute(question);
    if (one !== null) return obligationReport(one);
  }
  if (id !== undefined) await chosenCommitments(asked);
  const parts = { ...ALL, vendorId, customerId, agreementId: id };
  return obligationsReport(await queries.execute(new GetObligations({ ...axes, ...parts })));
};

const showForecast = async (asked: Asked): Promise<Report> => {
  const answers = [];
  const { refs, seen } = await chosenCommitments(asked);
  for (const { commitmentId } of refs) {
    const question = { ...asked.axes, commitmentId, interval: asked.options.interval };
    answers.push(...present(await asked.queries.execute(new GetForecast(question))));
  }
  const only = asked.id !== undefined && answers.length === 1 ? answers[0] : undefined;
  return only === undefined ? forecastsReport(answers, seen) : forecastReport(only);
};

const showTerms = async (asked: Asked): Promise<Report> => {
  const { queries, axes, id = '' } = asked;
  const answer = await queries.execute(new GetTermsHistory({ ...axes, commitmentId: id }));
  if (answer !== null) return termsReport(answer);
  const { refs } = await chosenCommitments({ ...asked, id: undefined });
  throw unknown(
    'commitment',
    id,
    refs.map(({ commitmentId }) => commitmentId),
  );
};

const showConcentration = async ({ queries, axes, options }: Asked): Promise<Report> =>
  concentrationReport(
    await queries.execute(
      new GetVendorConcentration({ ...axes, base: options.base, windowMonths: options.months }),
    ),
  );

const showTranches = async ({ queries, axes, id }: Asked): Promise<Report> => {
  if (id === undefined)
    return tranchesReport(await queries.execute(new ListTranches({ ...axes, ...ALL })));
  const one = await queries.execute(new GetTranches({ ...axes, investmentId: id }));
  if (one !== null)
    return tranchesReport({ ...one, investments: [one], hasMore: false, next: null });
  const all = await queries.execute(new ListTranches({ ...axes, ...ALL }));
  const ofAgreement = all.investments.filter(({ agreementId }) => agreementId === id);
  if (ofAgreement.length > 0) return tranchesReport({ ...all, investments: ofAgreement });
  throw unknown(
    'investment',
    id,
    all.investments.map(({ investmentId }) => investmentId),
  );
};

/** That nobody is invested in a party is an answer; that nobody knows it is none. */
const checkParty = async ({ queries, axes }: Asked, id: string): Promise<void> => {
  const { agreements } = await queries.execute(new GetDeals(axes));
  const parties = agreements.flatMap(({ vendor, customer }) => [vendor.partyId, customer.partyId]);
  const known = [...new Set(parties)].sort();
  if (!known.includes(id)) throw unknown('party', id, known);
};

const showCircularity = async (asked: Asked): Promise<Report> => {
  const { queries, axes, id } = asked;
  const answer = await queries.execute(new GetCircularity(axes));
  if (id !== undefined) await checkParty(asked, id);
  const pairs = answer.pairs.filter(
    ({ vendorId, customerId }) => id === undefined || id === vendorId || id === customerId,
  );
  return circularityReport({ ...answer, pairs });
};

interface ViewCommand {
  readonly name: string;
  readonly about: string;
  readonly id: string | null;
  readonly show: (asked: Asked) => Promise<Report>;
}

const VIEW_COMMANDS: readonly ViewCommand[] = [
  {
    name: 'portfolio',
    about: 'how every commitment stands, the most at risk first; and what is invested',
    id: null,
    show: showPortfolio,
  },
  {
    name: 'burn-down',
    about: 'how much of a commitment is used, and whether it is on pace',
    id: '[commitment]',
    show: showBurnDown,
  },
  {
    name: 'obligation',
    about: 'what is still to be spent, and when it falls due',
    id: '[commitment]',
    show: showObligation,
  },
  {
    name: 'terms',
    about: 'every version of the terms of a commitment, and from when it holds',
    id: '<commitment>',
    show: showTerms,
  },
  {
    name: 'forecast',
    about: 'how use may go on, what will be missing, and when it is used up',
    id: '[commitment]',
    show: showForecast,
  },
  {
    name: 'concentration',
    about: 'how much hangs on how few vendors',
    id: null,
    show: showConcentration,
  },
  {
    name: 'tranches',
    about: 'capital in slices: funded, eligible, gated',
    id: '[investment]',
    show: showTranches,
  },
  {
    name: 'circularity',
    about: 'vendors that are invested in their own customers',
    id: '[party]',
    show: showCircularity,
  },
];

/** One view as a report, for `show` and for whoever ends with its tables. */
export const showView = (
  name: (typeof VIEW_COMMANDS)[number]['name'],
  queries: QueryBus,
  tenant: string,
): Promise<Report> => {
  const view = VIEW_COMMANDS.find((each) => each.name === name);
  if (view === undefined) throw new Error(`no view ${name}`);
  return view.show({ queries, axes: { tenant }, id: undefined, options: {} });
};

const months = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 120) {
    throw new InvalidArgumentError('It is a whole number of months from 1 to 120.');
  }
  return value;
};

const run = async (
  context: Context,
  view: ViewCommand,
  id: string | undefined,
  options: ShowOptions,
): Promise<void> => {
  const system = await context.reading();
  const axes = { tenant: context.config.tenant, asOf: options.asOf, knownAt: options.knownAt };
  const ask = async (): Promise<Report> => {
    await refuseOddTables(system.pool);
    const { since } = options;
    if (since !== undefined) return showChanges(system.queries, { ...axes, since, id });
    return view.show({ queries: system.queries, axes, id, options });
  };
  if (options.watch === true) return watch(context.output, ask);
  context.output.report(await ask());
};

/** Views of commitments: what moved of their figures is one table. */
const TELLS_CHANGES: ReadonlySet<string> = new Set(['portfolio', 'burn-down', 'obligation']);

export const registerShow = (program: Command, contextOf: (command: Command) => Context): void => {
  const show = program.command('show');
  for (const view of VIEW_COMMANDS) {
    const command = show
      .command(view.id === null ? view.name : `${view.name} ${view.id}`)
      .description(view.about);
    command
      .option('--as-of <day>', 'as it was at the end of a UTC day, YYYY-MM-DD')
      .option('--known-at <time>', 'as the ledger knew it at a time, RFC 3339')
      .option('-w, --watch', 'draw again every two seconds until stopped');
    if (view.name === 'burn-down' || view.name === 'forecast') {
      const interval = new Option('--interval <interval>', 'how to slice time');
      command.addOption(interval.choices(['day', 'week', 'month']));
    }
    if (view.name === 'portfolio') {
      command
        .addOption(new Option('--sort <sort>', 'default: risk').choices([...PORTFOLIO_SORTS]))
        .addOption(
          new Option('--direction <direction>', 'default: the worst first').choices([
            ...DIRECTIONS,
          ]),
        );
    }
    if (view.name === 'portfolio' || view.name === 'obligation') {
      command
        .option('--vendor <party>', 'only what was pledged to this vendor')
        .option('--customer <party>', 'only what this customer pledged');
    }
    if (TELLS_CHANGES.has(view.name)) {
      command.option(
        '--since <time>',
        'what moved since a time (RFC 3339) or shard:position, and why',
      );
    }
    if (view.name === 'burn-down') {
      command.option('--from <day>', 'first day').option('--to <day>', 'last day');
    }
    if (view.name === 'concentration') {
      command
        .addOption(
          new Option('--base <base>', 'what the shares are of').choices([...CONCENTRATION_BASES]),
        )
        .option('--months <months>', 'how many months of spend, default 12', months);
    }
    command.action(async (...args: unknown[]) => {
      const [first] = args;
      const id = view.id !== null && typeof first === 'string' ? first : undefined;
      await run(contextOf(command), view, id, command.opts<ShowOptions>());
    });
  }
};
