import { partitionOf } from '../../libs/ledger/shard.js';
import {
  firstTimestamp,
  readDeadLetter,
  type DeadLetter,
} from '../../libs/messaging/contracts/dead-letter.js';
import type { OutgoingRecord, Publisher, TopicAdmin } from '../../libs/messaging/ports.js';

/** How far dead letters were retried is an offset of this group: letters below it were sent again. */
export const retryGroup = (prefix: string): string => `${prefix}commitment-ledger.dlq`;

export interface LetterTopic {
  readonly deadLetters: string;
  /** Where they came from, and go again. */
  readonly ingest: string;
  readonly group: string;
}

export interface LetterPlace {
  readonly partition: number;
  readonly offset: number;
}

export interface StoredLetter extends LetterPlace {
  readonly timestampMs: number;
  readonly isRetried: boolean;
  /** Null: not one of ours, damaged, or without content. */
  readonly letter: DeadLetter | null;
}

/** `new`: whatever was not retried yet; `from`: a partition from a letter on, retried or not; `only`: one letter. */
export type Selection =
  { readonly kind: 'new' } | ({ readonly kind: 'from' | 'only' } & LetterPlace);

interface Marks {
  readonly ends: readonly number[];
  readonly retried: readonly number[];
}

const marksOf = async (admin: TopicAdmin, { deadLetters, group }: LetterTopic): Promise<Marks> => {
  const ends = await admin.endOffsets(deadLetters);
  const committed = await admin.committedOffsets(group, deadLetters);
  return { ends, retried: ends.map((_, partition) => committed[partition] ?? 0) };
};

const tailOf = async (
  admin: TopicAdmin,
  topic: LetterTopic,
  { retried }: Marks,
  partition: number,
  count: number,
): Promise<readonly StoredLetter[]> => {
  const records = await admin.readTail(topic.deadLetters, partition, count);
  return records.map((record) => ({
    partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    isRetried: record.offset < retried[partition]!,
    letter: readDeadLetter(record),
  }));
};

/** The newest letters of a topic, newest first. */
export const readLetters = async (
  admin: TopicAdmin,
  topic: LetterTopic,
  count: number,
): Promise<readonly StoredLetter[]> => {
  const marks = await marksOf(admin, topic);
  const tails = await Promise.all(
    marks.ends.map((_, partition) => tailOf(admin, topic, marks, partition, count)),
  );
  return tails
    .flat()
    .sort((left, right) => right.timestampMs - left.timestampMs || right.offset - left.offset)
    .slice(0, count);
};

/**
 * Sends dead letters to their original topic again, to the byte, on the partition that their key belongs to. What is in
 * the ledger already stays single, because source and id are its identity; what is still wrong comes back as a new letter.
 */
export const retryLetters = async (
  admin: TopicAdmin,
  publisher: Publisher,
  topic: LetterTopic,
  selection: Selection,
): Promise<{ readonly sent: number; readonly unreadable: number }> => {
  const partitions = await admin.partitionCount(topic.ingest);
  const marks = await marksOf(admin, topic);
  const from = marks.ends.map((end, partition) => {
    if (selection.kind === 'new') return marks.retried[partition]!;
    return selection.partition === partition ? selection.offset : end;
  });
  const wanted = (
    await Promise.all(
      marks.ends.map((end, partition) =>
        tailOf(admin, topic, marks, partition, Math.max(0, end - from[partition]!)),
      ),
    )
  )
    .flat()
    .filter(({ offset }) => selection.kind !== 'only' || offset === selection.offset);
  // A header must not be able to send a letter anywhere else.
  const readable = wanted.flatMap(({ letter }) => (letter?.topic === topic.ingest ? [letter] : []));
  const sends = new Map<number, OutgoingRecord[]>();
  for (const letter of readable) {
    const record = toRecord(letter);
    const to = record.key === null ? letter.partition : partitionOf(record.key, partitions ?? 1);
    const send = sends.get(to);
    if (send === undefined) sends.set(to, [record]);
    else send.push(record);
  }
  await Promise.all([...sends].map(([to, send]) => publisher.publish(topic.ingest, to, send)));
  if (selection.kind !== 'only' && wanted.length > 0) {
    const retried = marks.ends.map((end, partition) =>
      selection.kind === 'new' || selection.partition === partition
        ? end
        : marks.retried[partition]!,
    );
    await admin.resetOffsets(topic.group, topic.deadLetters, retried);
  }
  return { sent: readable.length, unreadable: wanted.length - readable.length };
};

/** With its first timestamp, because a command that says no time took effect then. */
const toRecord = ({ original }: DeadLetter): OutgoingRecord => ({
  key: original.key === null ? null : original.key.toString('utf8'),
  value: original.value,
  headers: { ...original.headers, ...firstTimestamp(original) },
});
