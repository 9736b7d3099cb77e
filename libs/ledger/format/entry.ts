import * as crypto from 'node:crypto';
import { quote, quoted } from './canonical.js';
import { decodeEvent } from './codec.js';
import { lastOf } from './last-of.js';
import type { EntryEnvelope, RecordedEntry, StreamName, Submission } from '../ledger.js';
import { streamNamed } from './stream-id.js';
import { LedgerUnreadable } from '../postgres/unreadable.js';

/** An entry is at most this many bytes of UTF-8. */
export const ENTRY_BYTES_MAX = 32 * 1024;
const VERSION = '1';

/**
 * SHA-256(0x00 || utf8(entry)), hex. The leading zero is RFC 6962's mark of a leaf, so that the chain link is also the
 * leaf hash of the sealed tree.
 */
export const hashEntry = (entry: string): string => sha256(`\0${entry}`);

const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex');

/** Gives an entry its text and hash. The text is cut from the leaf that was hashed, so it is put together once. */
export const sealEntry = (entry: UnsealedEntry, ledger: string, body: string): void => {
  const leaf = leafOf(entry, ledger, entry.event.type, body);
  entry.entry = leaf.slice(1);
  entry.hash = sha256(leaf);
};

export type UnsealedEntry = Omit<RecordedEntry, 'entry' | 'hash'> & { entry: string; hash: string };

type Envelope = Omit<RecordedEntry, 'entry' | 'hash' | 'event'>;

/** What an entry says besides its event: see the README for the meaning of each member. */
export type EntryFields = Envelope & { readonly ledger: string; readonly type: string };

/**
 * The entry text: canonical JSON with the members in UTF-16 order and every number of the envelope as a string.
 * `body` is canonical JSON already. Written out by hand because it is the hot path; a property test compares it with
 * a general canonicaliser.
 */
export const encodeEntry = (fields: EntryFields, body: string): string =>
  leafOf(fields, fields.ledger, fields.type, body).slice(1);

const leafOf = (fields: Envelope, ledger: string, type: string, body: string): string => {
  const { head, beforeId, middle, tail } = frameOf({ fields, ledger, type });
  return (
    head +
    body +
    `,"digest":"${fields.digest}","effectiveAt":"${fields.effectiveAt}` +
    quoted(beforeId, fields.id, middle) +
    `${fields.position}","prev":"${fields.prev}","recordedAt":"${fields.recordedAt}` +
    `${tail}${fields.version}"}`
  );
};

interface Framed {
  readonly fields: Envelope;
  readonly ledger: string;
  readonly type: string;
}

/** What the entries of one stream, source, actor and type have in common. */
const frameOf = lastOf(
  (of: Framed, last: Framed) =>
    of.type === last.type && of.ledger === last.ledger && isFramedAlike(of.fields, last.fields),
  ({ fields, ledger, type }) => {
    const { actor, epoch, schema, shard, source, stream, tenant } = fields;
    return {
      head: `\0{"actor":${quote(actor)},"body":`,
      beforeId: `","epoch":"${epoch}","id":"`,
      middle: `","ledger":"${ledger}","pos":"`,
      tail:
        `","schema":"${schema}","shard":"${shard}","source":${quote(source)}` +
        `,"stream":${quote(`${stream.kind}:${stream.key}`)},"tenant":${quote(tenant)}` +
        `,"type":"${type}","v":"${VERSION}","version":"`,
    };
  },
);

const isFramedAlike = (left: Envelope, right: Envelope): boolean =>
  left.stream.key === right.stream.key &&
  left.stream.kind === right.stream.kind &&
  left.source === right.source &&
  left.tenant === right.tenant &&
  left.actor === right.actor &&
  left.shard === right.shard &&
  left.epoch === right.epoch &&
  left.schema === right.schema;

/** Bytes of UTF-8, or (cheaper) the characters of a text that is certainly short enough. */
export const entryBytes = (entry: string): number =>
  entry.length * 3 <= ENTRY_BYTES_MAX ? entry.length : Buffer.byteLength(entry, 'utf8');

interface EntryText {
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly digest: string;
  readonly effectiveAt: string;
  readonly epoch: string;
  readonly id: string;
  readonly ledger: string;
  readonly pos: string;
  readonly prev: string;
  readonly recordedAt: string;
  readonly schema: string;
  readonly shard: string;
  readonly source: string;
  readonly stream: string;
  readonly tenant: string;
  readonly type: string;
  readonly v: string;
  readonly version: string;
}

/**
 * The stored text and hash as a RecordedEntry. Does not verify the hash: see libs/ledger/README.md. Where only the event
 * cannot be read, the entry is there, so that it can be passed on and passed over, and its `event` throws when it is
 * asked for.
 * @throws LedgerUnreadable for what is no entry of a format that this version knows.
 */
export const parseEntry = (entry: string, hash: string): RecordedEntry => {
  const said = textOf(entry);
  const { type, schema, body, source, id, effectiveAt } = said;
  try {
    return recorded(said, entry, hash, ({ key }) =>
      decodeEvent(type, Number(schema), body, { key, source, id, effectiveAt }),
    );
  } catch (error) {
    return withoutEvent(parseEnvelope(entry, hash), error as Error);
  }
};

const withoutEvent = (envelope: EntryEnvelope, { message }: Error): RecordedEntry => {
  const { shard, position, schema, event } = envelope;
  const error = new LedgerUnreadable(
    `the event at position ${position} of shard ${shard} (${event.type}, schema ${schema}) cannot be read: ${message}. ` +
      'Most likely a newer version wrote it: use that version, or a later one',
  );
  return Object.defineProperty({ ...envelope }, 'event', {
    enumerable: true,
    get: () => {
      throw error;
    },
  }) as unknown as RecordedEntry;
};

/** False: only its envelope is known to this version. */
export const isReadable = (entry: RecordedEntry): boolean => {
  try {
    return entry.event !== undefined;
  } catch {
    return false;
  }
};

/** The same without the event: its text is passed over where the entry is as `encodeEntry` writes it. */
export const parseEnvelope = (entry: string, hash: string): EntryEnvelope => {
  const said = cutEnvelope(entry) ?? textOf(entry);
  return recorded(said, entry, hash, () => ({ type: said.type }));
};

const textOf = (entry: string): EntryText => {
  try {
    return JSON.parse(entry) as EntryText;
  } catch (error) {
    throw new LedgerUnreadable(`it is no entry: ${(error as Error).message}`);
  }
};

type EnvelopeText = Omit<EntryText, 'body'>;

const recorded = <Event>(
  said: EnvelopeText,
  entry: string,
  hash: string,
  eventOf: (stream: StreamName) => Event,
) => {
  if (said.v !== VERSION)
    throw new LedgerUnreadable(`entry format ${said.v} is not known to this version`);
  const stream = streamNamed(said.tenant, said.stream);
  return {
    tenant: said.tenant,
    shard: Number(said.shard),
    epoch: Number(said.epoch),
    position: Number(said.pos),
    prev: said.prev,
    hash,
    stream,
    version: Number(said.version),
    source: said.source,
    id: said.id,
    digest: said.digest,
    schema: Number(said.schema),
    recordedAt: said.recordedAt,
    effectiveAt: said.effectiveAt,
    actor: said.actor,
    event: eventOf(stream),
    entry,
  };
};

/**
 * The members around the body, cut out of the text. Those behind it are found from the end: nothing that is said in
 * the body can be taken for them, because they come last. Null: something is escaped, or not where we write it.
 */
const cutEnvelope = (entry: string): EnvelopeText | null => {
  let end = 0;
  const cut = (label: string): string => {
    // A label that is missing ends the reading: none is found at the end of the text.
    if (!entry.startsWith(label, end)) end = entry.length;
    const from = end + label.length;
    const to = entry.indexOf('"', from);
    end = to < 0 ? entry.length : to + 1;
    return entry.slice(from, end - 1);
  };
  const actor = cut('{"actor":"');
  if (!entry.startsWith(',"body":', end)) return null;
  const head = end;
  const tail = entry.lastIndexOf(',"digest":"');
  end = tail;
  const said = {
    actor,
    digest: cut(',"digest":"'),
    effectiveAt: cut(',"effectiveAt":"'),
    epoch: cut(',"epoch":"'),
    id: cut(',"id":"'),
    ledger: cut(',"ledger":"'),
    pos: cut(',"pos":"'),
    prev: cut(',"prev":"'),
    recordedAt: cut(',"recordedAt":"'),
    schema: cut(',"schema":"'),
    shard: cut(',"shard":"'),
    source: cut(',"source":"'),
    stream: cut(',"stream":"'),
    tenant: cut(',"tenant":"'),
    type: cut(',"type":"'),
    v: cut(',"v":"'),
    version: cut(',"version":"'),
  };
  const plain =
    end === entry.length - 1 &&
    entry.endsWith('"}') &&
    !entry.includes('\\', tail) &&
    !entry.slice(0, head).includes('\\');
  return plain ? said : null;
};

/** `tenant source id`: unique over the whole ledger, for ever. Neither tenant nor source has a space. */
export const dedupeKey = (tenant: string, source: string, id: string): string =>
  `${tenant} ${source} ${id}`;

export const keyOf = ({ stream, source, id }: Submission): string =>
  dedupeKey(stream.tenant, source, id);

/** The ids of a command's events: `id`, `id#2`, `id#3`, … */
export const eventId = (id: string, index: number): string =>
  index === 0 ? id : `${id}#${index + 1}`;
