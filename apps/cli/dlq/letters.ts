import { groupNames, topicNames } from '../../../infra/kafka/topics.js';
import type { RefusedMessage } from '../../../libs/application/inbox/kept-usage.js';
import { letterName } from '../../../libs/application/inbox/letter-refusals.js';
import { displayInstant, instantOfMicros } from '../../../libs/domain/instant.js';
import { MessagingError, type MessagingErrorCode } from '../../../libs/messaging/errors.js';
import { KafkaTopicAdmin } from '../../../libs/messaging/kafka-topic-admin.js';
import type { LetterTopic, StoredLetter } from '../../../libs/messaging/retry-letters.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { printable } from '../format.js';

export type TopicName = 'usage' | 'investment';

export const NO_KAFKA = 'Dead letters are in Kafka: set KAFKA_BROKERS to see and retry them.';

/** @throws CliFailure where no brokers are named. */
export const brokersOf = ({ config: { kafkaBrokers } }: Context): readonly string[] => {
  if (kafkaBrokers === null)
    throw new CliFailure(EXIT.usage, 'There is no Kafka.', 'Set KAFKA_BROKERS=host:port.');
  return kafkaBrokers;
};

/** Empty: there is no Kafka, or nobody asks for letters. */
export const topicsOf = (
  context: Context,
  { topic, parked = false }: { readonly topic?: TopicName; readonly parked?: boolean },
): readonly LetterTopic[] => {
  const { kafkaBrokers, topicPrefix } = context.config;
  if (topic !== undefined) brokersOf(context);
  if (kafkaBrokers === null) return [];
  if (parked && topic === undefined) return [];
  const names = topicNames(topicPrefix);
  const group = groupNames(topicPrefix).retriedLetters;
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
export const withAdmin = async <Result>(
  context: Context,
  work: (admin: KafkaTopicAdmin) => Promise<Result>,
): Promise<Result> => {
  const brokers = brokersOf(context);
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

export interface ShownLetter {
  readonly at: string;
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
  readonly name: string;
  readonly topic: string;
  readonly original: string;
  readonly letter: string;
  /** Letters with this very content. */
  readonly times: number;
  readonly retried: boolean;
  /** The number of its refusal. */
  readonly refusal: number | null;
  /** What became of it; null: nothing yet. */
  readonly became: string | null;
  /** The first of what came. */
  readonly text: string;
}

const TEXT_SHOWN = 200;

export const shownLetter = (
  stored: StoredLetter,
  topic: LetterTopic,
  refused: RefusedMessage | null,
): ShownLetter => {
  const { letter } = stored;
  const name = letter === null ? null : letterName(letter);
  return {
    at: displayInstant(instantOfMicros(BigInt(stored.timestampMs) * 1000n)),
    code: printable(letter?.code ?? 'unreadable-letter'),
    pointer: printable(letter?.pointer ?? ''),
    message: printable(refused?.message ?? ''),
    name: printable(name === null ? '?' : `${name.source ?? '?'} ${name.id ?? '?'}`),
    topic: topic.ingest,
    original: letter ? `${letter.partition}/${letter.offset}` : '',
    letter: `${stored.partition}/${stored.offset}`,
    times: stored.times,
    retried: stored.isRetried,
    refusal: refused?.refusal ?? null,
    became: refused?.settledAs ?? null,
    text: printable(letter?.original.value?.toString().slice(0, TEXT_SHOWN) ?? ''),
  };
};
