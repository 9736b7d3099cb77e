import { DEAD_LETTER_PARTITIONS } from '../../infra/kafka/topics.js';
import type { ItemProblem } from '../../libs/contract/usage/usage-event.js';
import { partitionOf } from '../../libs/ledger/format/shard.js';
import { toDeadLetter } from '../../libs/contract/messages/dead-letter.js';
import { MessagingError } from '../../libs/messaging/errors.js';
import type { Publisher } from '../../libs/messaging/ports.js';
import type { IncomingRecord, OutgoingRecord } from '../../libs/contract/messages/records.js';

export interface RefusedRecord {
  readonly record: IncomingRecord;
  readonly source: string | null;
  readonly id: string | null;
  readonly problem: ItemProblem;
}

/**
 * Sends refused records to their dead-letter topic and comes back when all of them are there. After a crash a letter
 * may be there twice: `dlq_topic`, `dlq_partition`, `dlq_offset` and `dlq_digest` tell.
 */
export const sendDeadLetters = async (
  publisher: Publisher,
  from: { readonly topic: string; readonly partition: number; readonly deadLetters: string },
  refused: readonly RefusedRecord[],
): Promise<void> => {
  const byPartition = new Map<number, OutgoingRecord[]>();
  for (const { record, source, problem } of refused) {
    const letter = toDeadLetter(record, from, problem, source);
    const partition = partitionOf(letter.key, DEAD_LETTER_PARTITIONS);
    const letters = byPartition.get(partition);
    if (letters === undefined) byPartition.set(partition, [letter]);
    else letters.push(letter);
  }
  const sends = [...byPartition].map(([partition, letters]) =>
    publisher
      .publish(from.deadLetters, partition, letters)
      .catch((error: unknown) =>
        sendOneByOne(publisher, from.deadLetters, partition, letters, error),
      ),
  );
  await Promise.all(sends);
};

const isTooLarge = (error: unknown): boolean =>
  error instanceof MessagingError && error.code === 'message-too-large';

/**
 * Our headers may take a record over what can be sent. Then the letter has no content: `dlq_content` says so, the place
 * says where the original is. It must not block its partition.
 */
const sendOneByOne = async (
  publisher: Publisher,
  topic: string,
  partition: number,
  letters: readonly OutgoingRecord[],
  error: unknown,
): Promise<number> => {
  if (!isTooLarge(error)) throw error;
  let offset = -1;
  for (const letter of letters)
    offset = await publisher.publish(topic, partition, [letter]).catch((again: unknown) => {
      if (!isTooLarge(again)) throw again;
      return publisher.publish(topic, partition, [withoutContent(letter)]);
    });
  return offset;
};

const withoutContent = ({ key, headers }: OutgoingRecord): OutgoingRecord => ({
  key,
  value: null,
  headers: {
    ...Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('dlq_') && name !== 'dlq_key'),
    ),
    dlq_content: 'dropped',
  },
});
