import { partitionOf } from '../ledger/format/shard.js';
import {
  firstTimestamp,
  messageDigest,
  readDeadLetter,
  retryHeaders,
  type DeadLetter,
} from '../contract/messages/dead-letter.js';
import type { Publisher, TopicAdmin } from './ports.js';
import type { OutgoingRecord } from '../contract/messages/records.js';

export interface LetterTopic {
  readonly deadLetters: string;
  /** Where they came from, and go again. */
  readonly ingest: string;
  /** Its committed offset says how far letters were retried: those below it were sent again. */
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
  /** How many letters have this very content: it failed so often. */
  readonly times: number;
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
    isRetried: record.offset < (retried[partition] ?? 0),
    letter: readDeadLetter(record),
    times: 1,
  }));
};

/** The same message: a retry that failed again, or a repeat of the sender's. */
const contentOf = ({ letter, partition, offset }: StoredLetter): string =>
  letter === null ? `${partition}/${offset}` : `${letter.topic} ${messageDigest(letter.original)}`;

/** Newest first; of letters with the same content only the newest, with how many there are. */
const onceEach = (letters: readonly StoredLetter[]): readonly StoredLetter[] => {
  const once = new Map<string, StoredLetter>();
  for (const letter of letters) {
    const content = contentOf(letter);
    const newer = once.get(content);
    once.set(content, newer === undefined ? letter : { ...newer, times: newer.times + 1 });
  }
  return [...once.values()];
};

/** The newest letters of a topic, newest first, each message once. */
export const readLetters = async (
  admin: TopicAdmin,
  topic: LetterTopic,
  count: number,
): Promise<readonly StoredLetter[]> => {
  const marks = await marksOf(admin, topic);
  const tails = await Promise.all(
    marks.ends.map((_, partition) => tailOf(admin, topic, marks, partition, count)),
  );
  const newestFirst = tails
    .flat()
    .sort((left, right) => right.timestampMs - left.timestampMs || right.offset - left.offset);
  return onceEach(newestFirst).slice(0, count);
};

/** One letter; null: there is none at this place, or no longer. */
export const readLetter = async (
  admin: TopicAdmin,
  topic: LetterTopic,
  { partition, offset }: LetterPlace,
): Promise<StoredLetter | null> => {
  const marks = await marksOf(admin, topic);
  const end = marks.ends[partition];
  if (end === undefined || offset >= end) return null;
  const tail = await tailOf(admin, topic, marks, partition, end - offset);
  return tail.find((letter) => letter.offset === offset) ?? null;
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
  /** Letters that somebody gave up are not sent. */
  isGivenUp: (letter: DeadLetter) => Promise<boolean> = () => Promise.resolve(false),
): Promise<{ readonly sent: number; readonly unreadable: number }> => {
  const partitions = await admin.partitionCount(topic.ingest);
  const marks = await marksOf(admin, topic);
  const from = marks.ends.map((end, partition) => {
    if (selection.kind === 'new') return marks.retried[partition] ?? 0;
    return selection.partition === partition ? selection.offset : end;
  });
  const wanted = (
    await Promise.all(
      marks.ends.map((end, partition) =>
        tailOf(admin, topic, marks, partition, Math.max(0, end - (from[partition] ?? end))),
      ),
    )
  )
    .flat()
    .filter(({ offset }) => selection.kind !== 'only' || offset === selection.offset);
  // A header must not be able to send a letter anywhere else.
  const readable = wanted.flatMap(({ letter }) => (letter?.topic === topic.ingest ? [letter] : []));
  const sends = new Map<number, OutgoingRecord[]>();
  let sent = 0;
  for (const letter of readable) {
    if (selection.kind !== 'only' && (await isGivenUp(letter))) continue;
    sent += 1;
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
        : (marks.retried[partition] ?? 0),
    );
    await admin.resetOffsets(topic.group, topic.deadLetters, retried);
  }
  return { sent, unreadable: wanted.length - readable.length };
};

/** The letter's original with its first timestamp, because a command that says no time took effect then. */
const toRecord = (letter: DeadLetter): OutgoingRecord => ({
  key: letter.original.key === null ? null : letter.original.key.toString('utf8'),
  value: letter.original.value,
  headers: { ...retryHeaders(letter), ...firstTimestamp(letter.original) },
});
