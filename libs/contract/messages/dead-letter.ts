import { hash } from 'node:crypto';
import type { ItemProblem } from '../usage/usage-event.js';
import type { HeaderValue, IncomingRecord, OutgoingRecord } from './records.js';

/** What was refused, why, and where it was. */
export interface DeadLetter {
  readonly code: string;
  readonly pointer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Hex SHA-256 of the original value's bytes (of nothing, for a tombstone). */
  readonly digest: string;
  /** The record as it came, to the byte: what a retry reads again. */
  readonly original: IncomingRecord;
}

const OURS = 'dlq_';
const KEY = `${OURS}key`;
const RETRY = `${OURS}retry`;

/**
 * SHA-256 (hex) of what a message is: key, headers but ours, value. By this a letter, its retries and its refusal find
 * each other, wherever they lie.
 */
export const messageDigest = ({
  key,
  value,
  headers,
}: Pick<IncomingRecord, 'key' | 'value' | 'headers'>): string => {
  const given = Object.entries(headers)
    .filter(([name]) => !name.startsWith(OURS))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, values]) => [name, [values].flat().map((one) => one.toString('base64'))]);
  const parts = [key?.toString('base64') ?? null, given, value === null ? null : digestOf(value)];
  return hash('sha256', JSON.stringify(parts), 'hex');
};

/** A dead letter that `dlq retry` sent to its topic again: it came before, and is not counted as another arrival. */
export const isRetriedLetter = ({ headers }: Pick<IncomingRecord, 'headers'>): boolean =>
  RETRY in headers;

/** The original's headers, and that it is sent again. */
export const retryHeaders = ({ original }: DeadLetter): IncomingRecord['headers'] => ({
  ...original.headers,
  [RETRY]: Buffer.from('1'),
});
const FIRST_TIMESTAMP = `${OURS}timestamp`;

const digestOf = (value: Buffer | null): string => hash('sha256', value ?? Buffer.alloc(0), 'hex');

/**
 * When the record came first, in milliseconds: brokers stamp what is sent again anew, so a retry says it in a header. No
 * more is believed of it than of the time that a producer gives in a command.
 */
export const firstTimestampOf = ({ headers, timestampMs }: IncomingRecord): number => {
  const said = headers[FIRST_TIMESTAMP];
  const text = Buffer.isBuffer(said) ? said.toString('latin1') : '';
  return /^\d{1,13}$/.test(text) ? Number(text) : timestampMs;
};

/** Among the headers of a record that is sent again. */
export const firstTimestamp = (original: IncomingRecord): Readonly<Record<string, string>> => ({
  [FIRST_TIMESTAMP]: String(original.timestampMs),
});

/**
 * A refused message for the dead-letter topic. Value and headers are the original's, to the byte; what we add is under
 * `dlq_`. The key is the sender's source, where it is known, so that the letters of one sender lie together.
 */
export const toDeadLetter = (
  record: IncomingRecord,
  from: { readonly topic: string; readonly partition: number },
  problem: ItemProblem,
  source: string | null,
): OutgoingRecord & { readonly key: string } => {
  const headers: Record<string, HeaderValue | readonly HeaderValue[]> = {};
  for (const [name, value] of Object.entries(record.headers))
    if (!name.startsWith(OURS)) headers[name] = value as HeaderValue | readonly HeaderValue[];
  if (record.key !== null) headers[KEY] = record.key;
  return {
    key: source ?? `${from.topic}/${from.partition}`,
    value: record.value,
    headers: {
      ...headers,
      [`${OURS}code`]: problem.code,
      [`${OURS}pointer`]: problem.pointer,
      [`${OURS}topic`]: from.topic,
      [`${OURS}partition`]: String(from.partition),
      [`${OURS}offset`]: String(record.offset),
      [FIRST_TIMESTAMP]: String(firstTimestampOf(record)),
      [`${OURS}digest`]: digestOf(record.value),
    },
  };
};

/** Null: not one of ours, or damaged (its digest is not that of its value). */
export const readDeadLetter = (record: IncomingRecord): DeadLetter | null => {
  const { value, headers: all } = record;
  const said = (name: string): string | null => {
    const header = all[`${OURS}${name}`];
    return Buffer.isBuffer(header) ? header.toString('utf8') : null;
  };
  const number = (name: string): number | null => {
    const text = said(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const digest = digestOf(value);
  const code = said('code');
  const pointer = said('pointer');
  const topic = said('topic');
  const partition = number('partition');
  const offset = number('offset');
  const timestampMs = number('timestamp');
  if (said('digest') !== digest || code === null || pointer === null || topic === null) return null;
  if (partition === null || offset === null || timestampMs === null) return null;
  const key = all[KEY];
  const headers = Object.fromEntries(
    Object.entries(all).filter(([name]) => !name.startsWith(OURS)),
  );
  const original: IncomingRecord = {
    offset,
    key: Buffer.isBuffer(key) ? key : null,
    value,
    headers,
    timestampMs,
  };
  return { code, pointer, topic, partition, offset, digest, original };
};
