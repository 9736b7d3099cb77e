import { Option, type Command } from 'commander';
import { topicNames } from '../../../infra/kafka/topics.js';
import { waitingUsage } from '../../../libs/application/waiting-usage.js';
import { displayInstant, instantOfMicros } from '../../../libs/domain/instant.js';
import { readInvestmentMessage } from '../../../libs/messaging/contracts/investment-ingest.js';
import { readUsageMessage } from '../../../libs/messaging/contracts/usage-ingest.js';
import { MessagingError, type MessagingErrorCode } from '../../../libs/messaging/errors.js';
import { KafkaPublisher } from '../../../libs/messaging/kafka-publisher.js';
import { KafkaTopicAdmin } from '../../../libs/messaging/kafka-topic-admin.js';
import {
  readLetters,
  retryGroup,
  retryLetters,
  type LetterTopic,
  type Selection,
  type StoredLetter,
} from '../../intake/retry-letters.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { plural, printable } from '../format.js';
import type { Table } from '../table.js';

type TopicName = 'usage' | 'investment';

interface DlqOptions {
  readonly topic?: TopicName;
  readonly parked?: boolean;
}

interface ListOptions extends DlqOptions {
  readonly limit: string;
}

interface RetryOptions extends DlqOptions {
  readonly from?: string;
  readonly offset?: string;
}

const SHOWN_DEFAULT = '50';
const NO_KAFKA = 'Dead letters are in Kafka: set KAFKA_BROKERS to see and retry them.';

const topicsOf = (context: Context, { topic, parked }: DlqOptions): readonly LetterTopic[] => {
  const { kafkaBrokers, topicPrefix } = context.config;
  if (kafkaBrokers === null) {
    if (topic !== undefined)
      throw new CliFailure(EXIT.usage, 'There is no Kafka.', 'Set KAFKA_BROKERS=host:port.');
    return [];
  }
  if (parked && topic === undefined) return [];
  const names = topicNames(topicPrefix);
  const group = retryGroup(topicPrefix);
  const usage = { deadLetters: names.usageDeadLetters, ingest: names.usageIngest, group };
  const { investmentDeadLetters, investmentIngest } = names;
  const investment = { deadLetters: investmentDeadLetters, ingest: investmentIngest, group };
  if (topic === undefined) return [usage, investment];
  return [topic === 'usage' ? usage : investment];
};

const FIXES: Readonly<Partial<Record<MessagingErrorCode, string>>> = {
  'broker-unreachable': 'Check KAFKA_BROKERS, or start a broker of your own: npm run kafka',
  'topic-missing': 'Topics are made when a role starts: npm start -- --role intake',
};

/** Works with a client of the cluster, which is closed afterwards. */
const withAdmin = async <Result>(
  context: Context,
  work: (admin: KafkaTopicAdmin) => Promise<Result>,
): Promise<Result> => {
  const brokers = context.config.kafkaBrokers!;
  const admin = new KafkaTopicAdmin({ brokers, clientId: 'commitment-ledger-cli' });
  try {
    return await work(admin);
  } catch (error) {
    if (!(error instanceof MessagingError)) throw error;
    const fix = FIXES[error.code];
    const exit = error.code === 'broker-unreachable' ? EXIT.unreachable : EXIT.failed;
    throw new CliFailure(exit, error.message, fix ?? null);
  } finally {
    await admin.close();
  }
};

/** Whose it was, as far as the original says. */
const nameOf = ({ letter }: StoredLetter, topic: LetterTopic): string => {
  if (letter === null) return '?';
  const read = topic.ingest.endsWith('usage.ingest') ? readUsageMessage : readInvestmentMessage;
  try {
    const message = read(letter.original, { partition: 0, partitions: 1 });
    const { source, id } = 'event' in message ? message.event : message;
    return `${source ?? '?'} ${id ?? '?'}`;
  } catch {
    return '?';
  }
};

const timeOf = (timestampMs: number): string =>
  displayInstant(instantOfMicros(BigInt(timestampMs) * 1000n));

const LETTER_COLUMNS: Table['columns'] = [
  { title: 'When', align: 'left', drop: 1 },
  { title: 'Code', align: 'left' },
  { title: 'Pointer', align: 'left', drop: 2 },
  { title: 'Source, id', align: 'left' },
  { title: 'Came on', align: 'left' },
  { title: 'Letter', align: 'right' },
  { title: 'Retried', align: 'left', drop: 3 },
];

interface ShownLetter {
  readonly at: string;
  readonly code: string;
  readonly pointer: string;
  readonly name: string;
  readonly topic: string;
  readonly original: string;
  readonly letter: string;
  readonly retried: boolean;
}

const shownLetter = (stored: StoredLetter, topic: LetterTopic): ShownLetter => ({
  at: timeOf(stored.timestampMs),
  code: printable(stored.letter?.code ?? 'unreadable-letter'),
  pointer: printable(stored.letter?.pointer ?? ''),
  name: printable(nameOf(stored, topic)),
  topic: topic.ingest,
  original: stored.letter ? `${stored.letter.partition}/${stored.letter.offset}` : '',
  letter: `${stored.partition}/${stored.offset}`,
  retried: stored.isRetried,
});

const rowOf = (shown: ShownLetter): readonly string[] => [
  shown.at,
  shown.code,
  shown.pointer,
  shown.name,
  shown.original,
  shown.letter,
  shown.retried ? 'yes' : 'no',
];

const runList = async (context: Context, options: ListOptions): Promise<void> => {
  const limit = Number(options.limit);
  if (!/^\d{1,5}$/.test(options.limit) || limit === 0)
    throw new CliFailure(EXIT.usage, '--limit is a whole number from 1 to 99999.');
  const topics = topicsOf(context, options);
  const letters =
    topics.length === 0
      ? []
      : await withAdmin(context, async (admin) => {
          const found: ShownLetter[] = [];
          for (const topic of topics)
            for (const stored of await readLetters(admin, topic, limit))
              found.push(shownLetter(stored, topic));
          return found;
        });
  const { tenant } = context.config;
  const system = options.topic === undefined || options.parked ? await context.reading() : null;
  const parked = system ? await waitingUsage(system.pool, tenant, limit) : null;
  const tables = topics.map((topic): Table => ({
    title: `Dead letters of ${topic.ingest}, newest first`,
    columns: LETTER_COLUMNS,
    rows: letters.filter((shown) => shown.topic === topic.ingest).map(rowOf),
  }));
  if (parked)
    tables.push({
      title: 'Parked usage, oldest first',
      columns: ['Since', 'Waits for', 'Source, id', 'Why', 'Tries'].map((title) => ({
        title,
        align: title === 'Tries' ? 'right' : 'left',
      })),
      rows: parked.items.map(({ since, agreement, source, id, reason, attempts }) => [
        since,
        agreement,
        printable(`${source} ${id}`),
        reason,
        String(attempts),
      ]),
    });
  const parts = [
    ...(topics.length > 0 ? [plural(letters.length, 'dead letter', 'dead letters')] : []),
    ...(parked ? [`${plural(parked.count, 'usage event', 'usage events')} parked`] : []),
  ];
  context.output.report({
    headline: `${parts.join(', ')}.`,
    tables: tables.filter(({ rows }) => rows.length > 0),
    notes:
      context.config.kafkaBrokers === null
        ? [NO_KAFKA]
        : letters.length + (parked?.count ?? 0) > 0
          ? ['After a fix: commitment-ledger dlq retry']
          : [],
    answer: { letters, parked },
    records: {
      columns: ['at', 'code', 'pointer', 'name', 'topic', 'original', 'letter', 'retried'],
      rows: letters.map((shown) => [
        ...[shown.at, shown.code, shown.pointer, shown.name, shown.topic, shown.original],
        ...[shown.letter, shown.retried ? 'yes' : 'no'],
      ]),
    },
    seen: null,
  });
};

const selectionOf = ({ from, offset, topic }: RetryOptions): Selection => {
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

const runRetry = async (context: Context, options: RetryOptions): Promise<void> => {
  const selection = selectionOf(options);
  const topics = topicsOf(context, options);
  const { kafkaBrokers, tenant } = context.config;
  const answer = { sent: 0, unreadable: 0, recorded: 0, parked: 0, refused: 0 };
  if (topics.length > 0)
    await withAdmin(context, async (admin) => {
      const settings = { brokers: kafkaBrokers!, clientId: 'commitment-ledger-cli' };
      const publisher = new KafkaPublisher(settings);
      try {
        for (const topic of topics) {
          const retried = await retryLetters(admin, publisher, topic, selection);
          answer.sent += retried.sent;
          answer.unreadable += retried.unreadable;
        }
      } finally {
        await publisher.close();
      }
    });
  if (options.topic === undefined || options.parked) {
    const { pool, recorder } = await context.system();
    const { agreements } = await waitingUsage(pool, tenant, 0);
    for (const agreement of agreements) {
      const retried = await recorder.retryParked({ tenant, agreement });
      answer.recorded += retried.recorded;
      answer.parked += retried.parked;
      answer.refused += retried.refused;
    }
  }
  const { sent, unreadable, recorded, parked, refused } = answer;
  context.output.report({
    headline:
      `Sent ${plural(sent, 'dead letter', 'dead letters')} again. ` +
      `Of the parked usage, ${recorded} recorded, ${refused} refused, ${parked} still waiting.`,
    tables: [],
    notes: [
      ...(unreadable > 0
        ? [
            `${plural(unreadable, 'letter', 'letters')} could not be read and stayed where they are.`,
          ]
        : []),
      ...(kafkaBrokers === null ? [NO_KAFKA] : []),
    ],
    answer,
    records: { columns: Object.keys(answer), rows: [Object.values(answer)] },
    seen: null,
  });
};

export const registerDlq = (program: Command, contextOf: (command: Command) => Context): void => {
  const group = program
    .command('dlq')
    .description('what Kafka brought and the ledger did not take: dead letters and parked usage');
  const topic = (): Option =>
    new Option('--topic <topic>', 'letters of this ingest topic only').choices([
      'usage',
      'investment',
    ]);
  const list = group
    .command('list')
    .description('dead letters, newest first, and parked usage')
    .addOption(topic())
    .option('--parked', 'parked usage (alone, or beside --topic)')
    .option('--limit <count>', 'how many at most', SHOWN_DEFAULT);
  list.action(async (options: ListOptions) => {
    await runList(contextOf(list), options);
  });
  const retry = group
    .command('retry')
    .description(
      'send dead letters that were not retried yet to their topic again; try parked usage now',
    )
    .addOption(topic())
    .option('--parked', 'parked usage (alone, or beside --topic)')
    .option('--from <letter>', 'all of its partition from this letter on, like 1/42')
    .option('--offset <letter>', 'this letter only, like 1/42');
  retry.action(async (options: RetryOptions) => {
    await runRetry(contextOf(retry), options);
  });
};
