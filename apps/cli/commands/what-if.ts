import { InvalidArgumentError, type Command } from 'commander';
import { ScenarioBody } from '../../../libs/contract/scenarios/bodies.js';
import { toSuppositions } from '../../../libs/contract/scenarios/to-suppositions.js';
import type { ItemProblem } from '../../../libs/contract/usage/usage-event.js';
import { validateBody } from '../../../libs/contract/validation/validate.js';
import { refuseOddTables } from '../../../libs/projections/engine/plain-tables.js';
import { GetScenario } from '../../../libs/projections/scenario/get-scenario.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { scenarioReport } from '../show/scenario.js';

interface Supposed {
  readonly agreement?: string;
  readonly vendor?: string;
  readonly customer?: string;
  readonly growth?: string;
  readonly price?: NonNullable<ScenarioBody['priceChanges']>;
  readonly outage?: NonNullable<ScenarioBody['outages']>;
  readonly add?: NonNullable<ScenarioBody['addedCommitments']>;
  readonly amend?: NonNullable<ScenarioBody['amendedCommitments']>;
  readonly end?: NonNullable<ScenarioBody['endedCommitments']>;
  readonly asOf?: string;
  readonly knownAt?: string;
}

/** `amazon=10@2027-01-01`: prices of amazon are 10 % higher from that day on. */
const price = (text: string, before: Supposed['price'] = []): Supposed['price'] => {
  const [, vendorId, percent, from] = /^([^=]+)=([^@]+)@(.+)$/.exec(text) ?? [];
  if (vendorId === undefined || percent === undefined || from === undefined) {
    throw new InvalidArgumentError('It is VENDOR=PERCENT@DAY, like amazon=10@2027-01-01.');
  }
  return [...before, { vendorId, percent, from }];
};

/** `amazon=10@2027-01-01`: nothing of amazon is used on ten days from that day on. */
const outage = (text: string, before: Supposed['outage'] = []): Supposed['outage'] => {
  const [, vendorId, days, from] = /^([^=]+)=(\d{1,4})@(.+)$/.exec(text) ?? [];
  if (vendorId === undefined || days === undefined || from === undefined) {
    throw new InvalidArgumentError('It is VENDOR=DAYS@DAY, like amazon=10@2027-01-01.');
  }
  return [...before, { vendorId, days: Number(days), from }];
};

const MONEY = String.raw`(\d+(?:\.\d+)?)([A-Z]{3})`;
const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const ADDED = new RegExp(
  String.raw`^([^.=]+)\.([^=]+)=${MONEY}@(${DAY})\.\.(${DAY})(?::(\d+(?:\.\d+)?))?$`,
);
const AMENDED = new RegExp(String.raw`^([^=]+)=(?:${MONEY})?(?:@(${DAY}))?$`);

const ENDED = new RegExp(String.raw`^([^=]+)=(released|survives)@(${DAY})$`);

const startOf = (day: string): string => `${day}T00:00:00Z`;

/** `amazon-openai.more=5000USD@2027-01-01..2028-01-01:10`: pledged for the days up to the last one, 10 of it used a day. */
const add = (text: string, before: Supposed['add'] = []): Supposed['add'] => {
  const [, agreementId, id, amount, currency, from, to, usePerDay] = ADDED.exec(text) ?? [];
  if (!agreementId || !id || !amount || !currency || !from || !to) {
    throw new InvalidArgumentError(
      'It is AGREEMENT.CODE=TOTAL@DAY..DAY, like amazon-openai.more=5000USD@2027-01-01..2028-01-01, and :AMOUNT for its use a day.',
    );
  }
  return [
    ...before,
    {
      ...{ agreementId, id, total: { amount, currency } },
      ...{ startsAt: startOf(from), endsAt: startOf(to) },
      ...(usePerDay === undefined ? {} : { usePerDay }),
    },
  ];
};

/** `amazon-openai.capacity=5000USD@2030-01-01`: another total, another end, or both. */
const amend = (text: string, before: Supposed['amend'] = []): Supposed['amend'] => {
  const [, commitmentId, amount, currency, to] = AMENDED.exec(text) ?? [];
  const total = amount === undefined || currency === undefined ? null : { amount, currency };
  if (!commitmentId || (total === null && to === undefined)) {
    throw new InvalidArgumentError(
      'It is COMMITMENT=TOTAL, COMMITMENT=@DAY or COMMITMENT=TOTAL@DAY, like amazon-openai.capacity=5000USD@2030-01-01.',
    );
  }
  const end = to === undefined ? {} : { endsAt: startOf(to) };
  return [...before, { commitmentId, ...(total === null ? {} : { total }), ...end }];
};

/** `amazon-openai.capacity=released@2027-01-01`: it ends, and what remains is let go of, or survives. */
const end = (text: string, before: Supposed['end'] = []): Supposed['end'] => {
  const [, commitmentId, obligation, day] = ENDED.exec(text) ?? [];
  if (!commitmentId || !day || (obligation !== 'released' && obligation !== 'survives')) {
    throw new InvalidArgumentError(
      'It is COMMITMENT=released@DAY or COMMITMENT=survives@DAY, like amazon-openai.capacity=released@2027-01-01.',
    );
  }
  return [...before, { commitmentId, obligation, terminatedAt: startOf(day) }];
};

/** Members of a scenario as they are written on the command line. */
const OPTIONS: Readonly<Record<string, string>> = {
  agreementId: '--agreement',
  vendorId: '--vendor',
  customerId: '--customer',
  growthPercentPerMonth: '--growth',
  priceChanges: '--price',
  outages: '--outage',
  addedCommitments: '--add',
  amendedCommitments: '--amend',
  endedCommitments: '--end',
};
const WORDS: Readonly<Record<string, string>> = {
  agreementId: 'AGREEMENT',
  commitmentId: 'COMMITMENT',
  vendorId: 'VENDOR',
  id: 'CODE',
  percent: 'PERCENT',
  days: 'DAYS',
  total: 'TOTAL',
  usePerDay: 'USE',
};

/** A problem of the scenario in the words of the line that it came from. */
const inOption = ({ pointer, message, code }: ItemProblem, body: ScenarioBody): string => {
  const [member = '', at, word = ''] = pointer.slice(1).split('/');
  const option = OPTIONS[member] ?? member;
  if (at === undefined) return `${option} ${message}`;
  const all = (body as Readonly<Record<string, unknown>>)[member];
  const which = Array.isArray(all) && all.length > 1 ? ` ${Number(at) + 1} of ${all.length}` : '';
  const said = code === 'instant-malformed' ? 'must be an existing day, YYYY-MM-DD' : message;
  return `${option}${which}: ${WORDS[word] ?? 'DAY'} ${said.replace('startsAt', 'the first one')}`;
};

const bodyOf = (supposed: Supposed): ScenarioBody => {
  const { agreement, vendor, customer, growth } = supposed;
  const body = {
    ...(agreement === undefined ? {} : { agreementId: agreement }),
    ...(vendor === undefined ? {} : { vendorId: vendor }),
    ...(customer === undefined ? {} : { customerId: customer }),
    ...(growth === undefined ? {} : { growthPercentPerMonth: growth }),
    priceChanges: supposed.price ?? [],
    outages: supposed.outage ?? [],
    addedCommitments: supposed.add ?? [],
    amendedCommitments: supposed.amend ?? [],
    endedCommitments: supposed.end ?? [],
  };
  const [problem] = validateBody(ScenarioBody, body);
  if (problem === undefined) return body;
  throw new CliFailure(EXIT.usage, inOption(problem, body), null);
};

const run = async (context: Context, supposed: Supposed): Promise<void> => {
  const body = bodyOf(supposed);
  const system = await context.reading();
  await refuseOddTables(system.pool);
  const { tenant } = context.config;
  const { asOf, knownAt } = supposed;
  const answer = await system.queries.execute(
    new GetScenario({ ...body, ...toSuppositions(body), tenant, asOf, knownAt }),
  );
  context.output.report(scenarioReport(answer));
};

export const registerWhatIf = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const command = program
    .command('what-if')
    .option('--growth <percent>', 'use grows by so much a month, besides what is forecast')
    .option('--price <change>', 'VENDOR=PERCENT@DAY, prices from a day on; may be repeated', price)
    .option('--outage <outage>', 'VENDOR=DAYS@DAY, a vendor is out; may be repeated', outage)
    .option(
      '--add <commitment>',
      'AGREEMENT.CODE=TOTAL@DAY..DAY[:USE], one more, used so much a day; may be repeated',
      add,
    )
    .option(
      '--amend <change>',
      'COMMITMENT=[TOTAL][@DAY], another total or end; may be repeated',
      amend,
    )
    .option('--end <end>', 'COMMITMENT=released@DAY or survives@DAY; may be repeated', end)
    .option('--agreement <id>', 'only commitments of an agreement')
    .option('--vendor <id>', 'only commitments to a vendor')
    .option('--customer <id>', 'only commitments of a customer')
    .option('--as-of <day>', 'as it was at the end of a UTC day, YYYY-MM-DD')
    .option('--known-at <time>', 'as the ledger knew it at a time, RFC 3339');
  command.action(() => run(contextOf(command), command.opts<Supposed>()));
};
