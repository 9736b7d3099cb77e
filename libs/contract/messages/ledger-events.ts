import { refusalCode } from '../refusal-code.js';
import type { ItemProblem } from '../usage/usage-event.js';
import { rootOf } from '../../domain/ids.js';
import { hashEntry, isReadable, parseEntry, parseEnvelope } from '../../ledger/format/entry.js';
import type { EntryEnvelope, RecordedEntry } from '../../ledger/ledger.js';
import type { IncomingRecord, OutgoingRecord } from './records.js';
import { problemAt } from './message-envelope.js';
import { shardKey } from './shard-key.js';

/** `DrawdownRecorded`, schema 1 -> `commitment-ledger.drawdown-recorded.v1`. */
const ledgerEventType = (type: string, schema: number): string =>
  `commitment-ledger.${refusalCode(type)}.v${schema}`;

/** Instants have six decimals, Kafka's time three. */
const timestampOf = ({ recordedAt }: EntryEnvelope): number =>
  Date.parse(`${recordedAt.slice(0, 23)}Z`);

/**
 * What the messages of one stream have in common: entries come in runs, so it is kept. It follows from the members that
 * are compared alone, so that it is right whosever entry it was made of.
 */
interface Frame {
  readonly ledgerId: string;
  readonly of: EntryEnvelope;
  readonly key: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly shard: string;
  readonly epoch: string;
}
let frame: Frame | null = null;

const frameOf = (entry: EntryEnvelope, ledgerId: string): Frame => {
  if (frame?.ledgerId === ledgerId && isFramedAlike(frame.of, entry)) return frame;
  const { stream, event, schema, shard, epoch } = entry;
  frame = {
    ledgerId,
    of: entry,
    key: shardKey(stream.tenant, rootOf(stream.key)),
    type: ledgerEventType(event.type, schema),
    source: `/ledgers/${ledgerId}/shards/${shard}`,
    subject: `${stream.kind}:${stream.key}`,
    shard: String(shard),
    epoch: String(epoch),
  };
  return frame;
};

const isFramedAlike = (left: EntryEnvelope, right: EntryEnvelope): boolean =>
  left.stream === right.stream &&
  left.event.type === right.event.type &&
  left.schema === right.schema &&
  left.shard === right.shard &&
  left.epoch === right.epoch;

/**
 * One entry as a message of `ledger.events`: a CloudEvent in binary mode whose data is the hashed text, verbatim. The
 * event is named by its place (source: ledger and shard, id: position), because the sender's own source and id are
 * unique within a tenant only. The Kafka timestamp is `recordedAt`: brokers refuse times far ahead, and only recorded
 * time cannot be.
 */
export const toLedgerMessage = (entry: EntryEnvelope, ledgerId: string): OutgoingRecord => {
  const common = frameOf(entry, ledgerId);
  return {
    key: common.key,
    value: entry.entry,
    timestampMs: timestampOf(entry),
    headers: headersOf(entry, common),
  };
};

const headersOf = (
  entry: EntryEnvelope,
  { type, source, subject, shard, epoch }: Frame,
): Readonly<Record<string, string>> => {
  const position = String(entry.position);
  return {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_type: type,
    ce_source: source,
    ce_id: position,
    ce_subject: subject,
    ce_time: entry.effectiveAt,
    ce_shard: shard,
    ce_position: position,
    ce_epoch: epoch,
    ce_hash: entry.hash,
    ce_prev: entry.prev,
  };
};

type LedgerMessage = { readonly entry: RecordedEntry } | { readonly problem: ItemProblem };

interface LedgerPlace {
  readonly ledgerId: string;
  readonly partition: number;
}

/**
 * A message back as the entry it carries. Everything is checked against the hashed text: hash, place, key, time, and
 * every header. Whether `prev` is the hash of the entry before is for the reader who has that.
 */
export const readLedgerMessage = (record: IncomingRecord, place: LedgerPlace): LedgerMessage => {
  const { value, headers } = record;
  if (value === null) return problem('message-empty', '', 'has no value (a tombstone)');
  const text = value.toString('utf8');
  const hash = headerOf(headers, 'ce_hash');
  if (hash === null) return problem('header-missing', '/headers/ce_hash', 'is required, once');
  if (hashEntry(text) !== hash)
    return problem('hash-mismatch', '/headers/ce_hash', 'is not the hash of the value');
  try {
    const entry = parseEntry(text, hash);
    // An event that this version cannot read is the ledger's none the less: whoever folds it finds out.
    const envelope = isReadable(entry) ? entry : parseEnvelope(text, hash);
    return compare(envelope, record, place) ?? { entry };
  } catch (error) {
    return problem('entry-malformed', '', (error as Error).message);
  }
};

/** Null: all is as it should be. May throw: whoever knows how to hash can make a text that has not the members of an entry. */
const compare = (
  entry: EntryEnvelope,
  { key, headers, timestampMs }: IncomingRecord,
  place: LedgerPlace,
): LedgerMessage | null => {
  if (entry.shard !== place.partition)
    return problem(
      'shard-mismatch',
      '/shard',
      `${entry.shard} came on partition ${place.partition}`,
    );
  const common = frameOf(entry, place.ledgerId);
  if (key === null || !says(key, common.key))
    return problem('key-mismatch', '/key', `must be ${common.key}`);
  if (timestampMs !== timestampOf(entry))
    return problem('timestamp-mismatch', '/timestamp', 'is not recordedAt');
  const expected = headersOf(entry, common);
  for (const [name, text] of Object.entries(expected)) {
    const header = headers[name];
    if (!Buffer.isBuffer(header) || !says(header, text))
      return problem('header-mismatch', `/headers/${name}`, 'disagrees with the entry');
  }
  return null;
};

const problem = (code: string, pointer: string, message: string): LedgerMessage => ({
  problem: problemAt(code, pointer, message),
});

/** Null: absent or given more than once. */
const headerOf = (headers: IncomingRecord['headers'], name: string): string | null => {
  const value = headers[name];
  return Buffer.isBuffer(value) ? value.toString('utf8') : null;
};

/** Compared in place: most of them are short and ASCII, and making a text of each costs more. */
const says = (bytes: Buffer, text: string): boolean => {
  const { length } = text;
  if (bytes.length === length) {
    let at = 0;
    while (at < length && bytes[at] === text.charCodeAt(at) && text.charCodeAt(at) < 0x80) at += 1;
    if (at === length) return true;
  }
  return bytes.toString('utf8') === text;
};
