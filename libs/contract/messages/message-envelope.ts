import { isUtf8 } from 'node:buffer';
import type { ItemProblem } from '../usage/usage-event.js';
import { parseStrictJson, StrictJsonError } from '../json/strict-json.js';
import type { IncomingRecord } from './records.js';

/** Pointers below this name a header (`/headers/ce_type`); all others a place in the JSON of the event. */
const HEADERS = '/headers';
const CE = 'ce_';
const JSON_TYPE = 'application/json';
const CLOUD_EVENT_TYPE = 'application/cloudevents+json';

/** The JSON of a message: a CloudEvent with its attributes as members, or (`plain`) what has no attributes. */
export type OpenedMessage =
  | { readonly kind: 'cloud-event' | 'plain'; readonly item: Readonly<Record<string, unknown>> }
  | { readonly kind: 'problem'; readonly problem: ItemProblem };

export const problemAt = (code: string, pointer: string, message: string): ItemProblem => ({
  code,
  pointer,
  message,
});

/**
 * Opens an ingest message by the Kafka protocol binding of CloudEvents 1.0: binary mode (attributes in `ce_` headers,
 * data in the value), structured mode (`application/cloudevents+json`), or plain JSON without attributes. The
 * attributes and the data are looked at by whoever knows the topic.
 */
export const openMessage = (record: IncomingRecord): OpenedMessage => {
  const { value } = record;
  if (value === null) return refuse('message-empty', '', 'has no value (a tombstone)');
  const headers = textHeaders(record);
  if ('code' in headers) return { kind: 'problem', problem: headers };
  const contentType = mediaType(headers.text.get('content-type'));
  if (contentType === null)
    return refuse('content-type-missing', `${HEADERS}/content-type`, 'is required');
  if (contentType !== JSON_TYPE && contentType !== CLOUD_EVENT_TYPE)
    return refuse(
      contentType === '' ? 'charset-unsupported' : 'content-type-unsupported',
      `${HEADERS}/content-type`,
      `must be ${JSON_TYPE} or ${CLOUD_EVENT_TYPE}, in UTF-8`,
    );
  try {
    return combine(contentType, headers.text, parseStrictJson(value));
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const message = `line ${error.line}, column ${error.column}: ${error.message}`;
    return refuse(error.code, error.pointer, message);
  }
};

const refuse = (code: string, pointer: string, message: string): OpenedMessage => ({
  kind: 'problem',
  problem: problemAt(code, pointer, message),
});

const combine = (
  contentType: string,
  headers: ReadonlyMap<string, string>,
  json: unknown,
): OpenedMessage => {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  if (!isObject) return refuse('not-an-object', '', 'must be a JSON object');
  const item = json as Readonly<Record<string, unknown>>;
  const isBinary = contentType === JSON_TYPE;
  const envelope: Record<string, unknown> = {};
  let attributes = 0;
  for (const [header, value] of headers) {
    if (!header.startsWith(CE)) continue;
    const name = header.slice(CE.length);
    attributes += 1;
    if (isBinary) give(envelope, name, value);
    // Two readers that believe the header and the body would file it under two identities.
    else if (item[name] !== value)
      return refuse('cloud-event-malformed', `${HEADERS}/${header}`, 'differs from the value');
  }
  if (isBinary && attributes > 0) {
    envelope['datacontenttype'] = JSON_TYPE;
    envelope['data'] = item;
    return { kind: 'cloud-event', item: envelope };
  }
  const isCloudEvent = contentType === CLOUD_EVENT_TYPE || 'specversion' in item;
  return { kind: isCloudEvent ? 'cloud-event' : 'plain', item };
};

/** Assigning `__proto__` would hide the attribute instead of giving it. */
const give = (envelope: Record<string, unknown>, name: string, value: string): void => {
  if (name === '__proto__')
    Object.defineProperty(envelope, name, { value, enumerable: true, configurable: true });
  else envelope[name] = value;
};

/** Content type and attributes, each once and in UTF-8. Other headers (tracing, say) are nobody's business here. */
const textHeaders = ({
  headers,
}: IncomingRecord): { readonly text: ReadonlyMap<string, string> } | ItemProblem => {
  const text = new Map<string, string>();
  for (const written in headers) {
    const value = headers[written];
    const name = written.toLowerCase();
    if (name !== 'content-type' && !name.startsWith(CE)) continue;
    if (Array.isArray(value) || text.has(name))
      return problemAt('header-repeated', `${HEADERS}/${name}`, 'is given more than once');
    const given = Buffer.isBuffer(value) ? textOf(name, value) : null;
    if (given === null)
      return problemAt('header-not-utf-8', `${HEADERS}/${name}`, 'is not UTF-8 text');
    text.set(name, given);
  }
  return { text };
};

/** What is the same in most messages of one producer, as it was last. */
const lastTexts = new Map<string, { readonly bytes: Buffer; readonly text: string }>();
const STEADY = new Set(['content-type', 'ce_specversion', 'ce_type', 'ce_source']);

/** Null: not UTF-8. */
const textOf = (name: string, bytes: Buffer): string | null => {
  const last = lastTexts.get(name);
  if (last !== undefined && last.bytes.equals(bytes)) return last.text;
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('utf8');
  // A copy: the bytes are a part of everything that was fetched with them.
  if (STEADY.has(name)) lastTexts.set(name, { bytes: Buffer.from(bytes), text });
  return text;
};

/** In lower case without parameters; `''` for another charset than UTF-8. */
const mediaType = (header: string | undefined): string | null => {
  if (header === undefined || header === JSON_TYPE) return header ?? null;
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || /^charset="?utf-8"?$/.test(charset) ? type : '';
};
