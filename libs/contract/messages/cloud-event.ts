import type { ItemProblem } from '../usage/usage-event.js';
import { isObject } from '../validation/rules.js';
import { parseStrictJson, StrictJsonError } from '../json/strict-json.js';

/** CloudEvents 1.0 type of a usage event, on every channel. */
export const USAGE_EVENT_TYPE = 'commitment-ledger.usage.v1';

/** Names of extension attributes. */
export const EXTENSION = /^[a-z0-9]{1,20}$/;
/** Attributes that would claim what only the ledger may say. */
const RESERVED = [
  'tenant',
  'actor',
  'shard',
  'position',
  'pos',
  'prev',
  'epoch',
  'hash',
  'recordedat',
];
const CONTEXT = new Set([
  'specversion',
  'type',
  'source',
  'id',
  'time',
  'subject',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);

/** The plain event inside a CloudEvent, still to be validated; or what is wrong with its envelope. */
type Unwrapped =
  | { readonly event: Readonly<Record<string, unknown>> }
  | { readonly problems: readonly ItemProblem[] };

/**
 * CloudEvents 1.0, structured mode (JSON event format). `source` and `id` are the identity; `time` stands in where the
 * data has no `effectiveAt`. In binary mode pass the `ce-` headers without their prefix and the body as `data`.
 */
export const fromCloudEvent = (envelope: unknown): Unwrapped => {
  const wrong = envelopeProblem(envelope, [USAGE_EVENT_TYPE]);
  if (wrong) return { problems: [wrong] };
  const attributes = envelope as Readonly<Record<string, unknown>>;
  const opened = dataOf(attributes);
  if ('problems' in opened) return opened;
  const { data } = opened;
  const { time } = attributes;
  if (!isObject(data)) return problem('cloud-event-data', '/data', 'must be an object');
  for (const name of ['source', 'id'])
    if (data[name] !== undefined && data[name] !== attributes[name])
      return problem('cloud-event-data', `/data/${name}`, 'differs from the envelope');
  const { source, id } = attributes;
  // Assigned onto the identity, which `data` repeats or leaves out: a spread before it takes fifteen times as long.
  const known =
    time === undefined || time === null ? { source, id } : { source, id, effectiveAt: time };
  return { event: Object.assign(known, data) };
};

/**
 * The data of a CloudEvent whose envelope is sound: `data`, or the JSON in `data_base64`, as which SDKs send data that is
 * bytes. Not both: two readers would take one each.
 */
export const dataOf = (
  attributes: Readonly<Record<string, unknown>>,
): { readonly data: unknown } | { readonly problems: readonly ItemProblem[] } => {
  const { data, data_base64: encoded } = attributes;
  if (encoded === undefined || encoded === null) return { data };
  if (data !== undefined && data !== null)
    return problem(DATA, BASE64_POINTER, 'and data are both given');
  const bytes = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : null;
  if (bytes?.toString('base64') !== encoded)
    return problem(DATA, BASE64_POINTER, 'must be base64 (RFC 4648, 4) with its padding');
  try {
    return { data: parseStrictJson(bytes as Buffer) };
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const { code, line, column, message } = error;
    return problem(code, BASE64_POINTER, `in it, line ${line}, column ${column}: ${message}`);
  }
};

const DATA = 'cloud-event-data';
const BASE64_POINTER = '/data_base64';

/** What is wrong with the context attributes of a CloudEvent 1.0 that must be of one of these types, or null. */
export const envelopeProblem = (
  envelope: unknown,
  types: readonly string[],
): ItemProblem | null => {
  if (!isObject(envelope)) return said('cloud-event-malformed', '', 'must be a CloudEvent in JSON');
  if (envelope['specversion'] !== '1.0')
    return said('cloud-event-version', '/specversion', 'must be "1.0"');
  if (!types.includes(envelope['type'] as string))
    return said('cloud-event-type-unknown', '/type', `must be "${types.join('" or "')}"`);
  const contentType = envelope['datacontenttype'];
  if (contentType !== undefined && contentType !== null && contentType !== 'application/json')
    return said('cloud-event-data', '/datacontenttype', 'must be application/json');
  for (const name of Object.keys(envelope)) {
    if (CONTEXT.has(name)) continue;
    if (!EXTENSION.test(name) || RESERVED.includes(name))
      return said('member-unknown', `/${name}`, 'is not an attribute that may be given');
  }
  return null;
};

/** Is it meant as a CloudEvent? Plain events have no `specversion`. */
export const isCloudEvent = (value: unknown): boolean => isObject(value) && 'specversion' in value;

const said = (code: string, pointer: string, message: string): ItemProblem => ({
  code,
  pointer,
  message,
});

const problem = (
  code: string,
  pointer: string,
  message: string,
): { readonly problems: readonly ItemProblem[] } => ({ problems: [said(code, pointer, message)] });
