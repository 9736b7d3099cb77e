import type { QueryBus } from '@nestjs/cqrs';
import { DeskRefusal, type NamedUsage } from '../../../libs/application/desk-refusal.js';
import { DiscardUsage } from '../../../libs/application/discard-usage.js';
import { ListKeptUsage } from '../../../libs/application/inbox/get-usage.js';
import type { KeptPage } from '../../../libs/application/inbox/kept-on-days.js';
import type { KeptCursor, Refused } from '../../../libs/application/inbox/kept-usage.js';
import { letterName, refusalsOfLetters } from '../../../libs/application/inbox/letter-refusals.js';
import { waitingUsage } from '../../../libs/application/inbox/waiting-usage.js';
import { RecordRefusals } from '../../../libs/application/record-refusals.js';
import { RetryParked } from '../../../libs/application/retry-parked.js';
import { RetryUsage } from '../../../libs/application/retry-usage.js';
import { messageDigest, type DeadLetter } from '../../../libs/contract/messages/dead-letter.js';
import { KafkaPublisher } from '../../../libs/messaging/kafka-publisher.js';
import { readLetter, retryLetters, type Selection } from '../../../libs/messaging/retry-letters.js';
import type { System } from '../../../libs/host/system.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { plural } from '../format.js';
import { brokersOf, NO_KAFKA, topicsOf, withAdmin, type TopicName } from './letters.js';
import { filterOf, type Filters } from './list.js';
import { findRefusal, report, type Named } from './show.js';

type Buses = Pick<System, 'commands' | 'queries'>;

export interface RetryOptions extends Filters {
  readonly topic?: TopicName;
  readonly parked?: boolean;
  readonly refused?: boolean;
  readonly from?: string;
  readonly offset?: string;
}

const PAGE = 500;

const selectionOf = ({ from, offset, topic }: Omit<RetryOptions, 'parked'>): Selection => {
  const text = from ?? offset;
  if (text === undefined) return { kind: 'new' };
  const match = /^(\d{1,5})\/(\d{1,15})$/.exec(text);
  if (match === null || (from !== undefined && offset !== undefined) || topic === undefined)
    throw new CliFailure(
      EXIT.usage,
      'A letter is named by its topic and place: --topic usage with --from 1/42 or --offset 1/42.',
      'commitment-ledger dlq list',
    );
  const place = { partition: Number(match[1]), offset: Number(match[2]) };
  return { kind: from === undefined ? 'only' : 'from', ...place };
};

/** What the desk does not do, as a failure of this program. */
const asked = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DeskRefusal)) throw error;
    const [problem] = error.problems;
    const why =
      problem === undefined ? '' : ` (${problem.code} ${problem.pointer} ${problem.message})`;
    throw new CliFailure(EXIT.failed, `That was not done: ${error.message}${why}. [${error.code}]`);
  }
};

/** One parked or refused usage event is tried again, and its outcome is printed. */
export const runRetryOne = async (context: Context, named: Named): Promise<void> => {
  const { commands, queries } = await context.system();
  const usage = await usageOf(context, queries, named);
  await asked(commands.execute(new RetryUsage(context.principal, usage)));
  await report(context, queries, named);
};

export const runDiscard = async (context: Context, named: Named, reason: string): Promise<void> => {
  const { commands, queries } = await context.system();
  checkReason(reason);
  const usage = await usageOf(context, queries, named);
  await asked(commands.execute(new DiscardUsage(context.principal, usage, reason)));
  await report(context, queries, named);
};

const usageOf = async (
  context: Context,
  queries: QueryBus,
  named: Named,
): Promise<NamedUsage<Refused>> =>
  'refusal' in named
    ? { refused: await findRefusal(context, queries, named.refusal) }
    : { source: named.source, id: named.id };

const checkReason = (reason: string): void => {
  if (reason.trim() === '' || reason.length > 500)
    throw new CliFailure(
      EXIT.usage,
      'A discard needs a reason of 1 to 500 characters.',
      '--reason "…"',
    );
};

/** A dead letter by its place: its refusal is given up. One of a version that kept no refusals gets one first. */
export const runDiscardLetter = async (
  context: Context,
  options: Pick<RetryOptions, 'topic' | 'offset'>,
  reason: string,
): Promise<void> => {
  checkReason(reason);
  const selection = selectionOf(options);
  const [topic] = topicsOf(context, options);
  if (selection.kind !== 'only' || topic === undefined)
    throw new CliFailure(
      EXIT.usage,
      'A letter is named by its topic and place: --topic usage --offset 1/42.',
      'commitment-ledger dlq list',
    );
  const stored = await withAdmin(context, (admin) => readLetter(admin, topic, selection));
  const letter = stored?.letter ?? null;
  if (letter === null)
    throw new CliFailure(
      EXIT.failed,
      `There is no readable letter at ${options.offset} of ${topic.deadLetters}.`,
      'commitment-ledger dlq list',
    );
  const system = await context.system();
  const onRecord = async () => (await refusalsOfLetters(system.pool, [letter]))[0] ?? null;
  if ((await onRecord()) === null) await putOnRecord(context, letter);
  const found = await onRecord();
  if (found === null) throw new Error('a refusal that was just put on record is not there');
  await runDiscard(context, { refusal: found.refusal }, reason);
};

const putOnRecord = async (context: Context, letter: DeadLetter): Promise<void> => {
  const { commands } = await context.system();
  const { tenant, source, id, agreement } = letterName(letter);
  const { code, pointer, digest, original, topic } = letter;
  const isMine = tenant === context.config.tenant;
  const refusal = {
    ...{ tenant: isMine ? tenant : null, source, id, agreement, digest },
    problem: { code, pointer, message: '' },
    ...{ actor: `kafka:${topic}`, payload: original.value, letterDigest: messageDigest(original) },
  };
  const channel = topic.endsWith('usage.ingest') ? 'kafka' : 'kafka-commands';
  await commands.execute(new RecordRefusals([refusal], channel));
};

/** Letters that were not retried yet and parked usage; or what the options name. */
export const runRetry = async (context: Context, options: RetryOptions): Promise<void> => {
  const { kafkaBrokers, tenant } = context.config;
  const answer = { sent: 0, unreadable: 0, recorded: 0, parked: 0, refused: 0 };
  const isFiltered = ['source', 'agreement', 'code', 'channel'].some((name) => name in options);
  const wantsRefused = options.refused === true || isFiltered;
  const selection = selectionOf(options);
  const topics = wantsRefused && options.topic === undefined ? [] : topicsOf(context, options);
  if (topics.length > 0) {
    const system = await context.system();
    const isGivenUp = async (letter: DeadLetter): Promise<boolean> =>
      (await refusalsOfLetters(system.pool, [letter]))[0]?.settledAs === 'discarded';
    await withAdmin(context, async (admin) => {
      const settings = { brokers: brokersOf(context), clientId: 'commitment-ledger-cli' };
      const publisher = new KafkaPublisher(settings);
      try {
        for (const topic of topics) {
          const retried = await retryLetters(admin, publisher, topic, selection, isGivenUp);
          answer.sent += retried.sent;
          answer.unreadable += retried.unreadable;
        }
      } finally {
        await publisher.close();
      }
    });
  }
  const { pool, commands, queries } = await context.system();
  if (options.parked || (options.topic === undefined && !wantsRefused)) {
    const { agreements } = await waitingUsage(pool, tenant, 0);
    for (const agreement of agreements) {
      const retry = new RetryParked({ tenant, agreement }, context.principal.name);
      const retried = await commands.execute(retry);
      answer.recorded += retried.recorded;
      answer.parked += retried.parked;
      answer.refused += retried.refused;
    }
  }
  if (wantsRefused) {
    const retried = await retryRefused(context, { commands, queries }, options);
    answer.recorded += retried.recorded;
    answer.refused += retried.refused;
  }
  const { sent, unreadable, recorded, parked, refused } = answer;
  const done = `${wantsRefused ? 'Of the refused' : 'Of the parked'} usage, ${recorded} recorded, ${refused} refused`;
  context.output.report({
    headline: wantsRefused
      ? `${done}.`
      : `Sent ${plural(sent, 'dead letter', 'dead letters')} again. ${done}, ${parked} still waiting.`,
    tables: [],
    notes: [
      ...(unreadable > 0
        ? [
            `${plural(unreadable, 'letter', 'letters')} could not be read and stayed where they are.`,
          ]
        : []),
      ...(kafkaBrokers === null && !wantsRefused ? [NO_KAFKA] : []),
    ],
    answer,
    records: { columns: Object.keys(answer), rows: [Object.values(answer)] },
    seen: null,
  });
};

/** All that the filters name, one after the other. What cannot be tried again counts as refused. */
const retryRefused = async (
  context: Context,
  buses: Buses,
  filters: Filters,
): Promise<{ readonly recorded: number; readonly refused: number }> => {
  const { tenant } = context.config;
  const filter = {
    ...filterOf(context, filters),
    commands: false,
    outcome: 'refused' as const,
  };
  const totals = { recorded: 0, refused: 0 };
  let cursor: KeptCursor | null = null;
  do {
    const page: KeptPage = await buses.queries.execute(
      new ListKeptUsage({ tenant, filter, cursor, limit: PAGE }),
    );
    for (const { refusal } of page.items)
      if (refusal !== null) totals[await retried(context, buses, refusal)] += 1;
    cursor = page.next;
  } while (cursor !== null);
  return totals;
};

const retried = async (
  context: Context,
  { commands, queries }: Buses,
  refusal: number,
): Promise<'recorded' | 'refused'> => {
  const refused = await findRefusal(context, queries, refusal);
  try {
    await commands.execute(new RetryUsage(context.principal, { refused }));
  } catch (error) {
    if (!(error instanceof DeskRefusal)) throw error;
    return 'refused';
  }
  const { settledAs } = await findRefusal(context, queries, refusal);
  return settledAs === 'recorded' || settledAs === 'duplicate' ? 'recorded' : 'refused';
};
