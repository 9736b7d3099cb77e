import { createRequire } from 'node:module';

/**
 * kafkajs, with four pure functions of its own replaced. Measured, they were two thirds of what a record costs: its
 * encoder makes a zeroed Buffer of 1 KB per record and per header, its decoder copies the headers object once per
 * header, its checksum takes a byte at a time, and its grouping by partition copies the list once per record.
 *
 * kafkajs has no seam for this, so its modules are given other exports before they are used: all of that is in this
 * file. What is written and read is the same to the byte (a property test compares them), and whatever is out of the
 * ordinary, another version of kafkajs included, is left to kafkajs' own.
 */
const require = createRequire(import.meta.url);
const VERSION = '2.2.4';

type Bytes = string | Buffer;
export interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: Bytes | null;
  readonly value?: Bytes | null;
  readonly headers?: Readonly<Record<string, Bytes | readonly Bytes[]>>;
}
/** What kafkajs asks of an encoder: `buf` to tell that it is one, `buffer` for its bytes. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
interface Decoder {
  readonly buffer: Buffer;
  readonly offset: number;
}
interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly magicByte: number;
  readonly isControlBatch: boolean;
  readonly timestampType: number;
}
interface Message {
  readonly partition?: number;
}
interface Grouping {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly Message[];
  readonly partitioner: (of: {
    readonly topic: string;
    readonly partitionMetadata: readonly unknown[];
    readonly message: Message;
  }) => number;
}

export interface RecordFunctions {
  readonly encode: (record: RecordToEncode) => Encoded;
  readonly decode: (decoder: Decoder, context: BatchContext) => unknown;
  readonly checksum: (bytes: Buffer) => number;
  readonly group: (grouping: Grouping) => Readonly<Record<number, readonly Message[]>>;
}

const PLACES: Readonly<Record<keyof RecordFunctions, string>> = {
  encode: 'kafkajs/src/protocol/recordBatch/record/v0/index.js',
  decode: 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js',
  checksum: 'kafkajs/src/protocol/recordBatch/crc32C/index.js',
  group: 'kafkajs/src/producer/groupMessagesPerPartition.js',
};

/** Null: this is not the kafkajs that the replacements were written for. */
const findOwn = (): RecordFunctions | null => {
  try {
    if ((require('kafkajs/package.json') as { version: string }).version !== VERSION) return null;
    const own = Object.fromEntries(
      Object.entries(PLACES).map(([name, path]) => [name, require(path) as unknown]),
    );
    if (Object.values(own).some((one) => typeof one !== 'function')) return null;
    return own as unknown as RecordFunctions;
  } catch {
    return null;
  }
};

/** The functions that kafkajs came with. */
export const kafkajsOwn = findOwn();

// Records are written one behind the other into pieces of memory that are never written again.
const ARENA_BYTES = 256 * 1024;
let arena: Buffer = Buffer.alloc(0);
let end = 0;

/** Shorter texts are written by the character: the call into the engine would cost more. */
const SHORT_CHARS = 128;
const NULL_LENGTH = 1;
const LENGTH_BYTES_MAX = 5;
const FIXED_BYTES_MAX = 48;
/** Beyond it, doubling (zigzag) is not exact any more. */
const DELTA_MAX = 2 ** 51;

const isBytes = (value: unknown): value is Bytes =>
  typeof value === 'string' || Buffer.isBuffer(value);

const boundOf = (bytes: Bytes): number =>
  LENGTH_BYTES_MAX + (typeof bytes === 'string' ? bytes.length * 3 : bytes.length);

/** Room that is certainly enough; null for what kafkajs itself shall encode, or refuse. */
const roomFor = ({ offsetDelta, timestampDelta, key, value, headers }: RecordToEncode) => {
  if (offsetDelta !== undefined && !(offsetDelta >= 0 && offsetDelta < 2 ** 30)) return null;
  if (timestampDelta !== undefined && !(Math.abs(timestampDelta) < DELTA_MAX)) return null;
  if (timestampDelta !== undefined && !Number.isInteger(timestampDelta)) return null;
  let bytes = FIXED_BYTES_MAX;
  for (const part of [key, value]) {
    if (part === undefined || part === null) continue;
    if (!isBytes(part)) return null;
    bytes += boundOf(part);
  }
  let count = 0;
  for (const name in headers) {
    const header = headers[name];
    if (isBytes(header)) {
      count += 1;
      bytes += boundOf(name) + boundOf(header);
    } else if (Array.isArray(header)) {
      for (const one of header as readonly unknown[]) {
        if (!isBytes(one)) return null;
        count += 1;
        bytes += boundOf(name) + boundOf(one);
      }
    } else return null;
  }
  return { bytes, count };
};

const putVarint = (zigzag: number): void => {
  let left = zigzag;
  while (left > 0x7f) {
    arena[end++] = (left % 0x80) | 0x80;
    left = Math.floor(left / 0x80);
  }
  arena[end++] = left;
};

const putText = (text: string): void => {
  const { length } = text;
  if (length < SHORT_CHARS) {
    const start = end;
    putVarint(length * 2);
    let at = 0;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) break;
      arena[end++] = code;
    }
    if (at === length) return;
    end = start;
  }
  const bytes = Buffer.byteLength(text);
  putVarint(bytes * 2);
  arena.write(text, end, bytes, 'utf8');
  end += bytes;
};

const putBytes = (bytes: Bytes | null | undefined): void => {
  if (bytes === null || bytes === undefined) putVarint(NULL_LENGTH);
  else if (typeof bytes === 'string') putText(bytes);
  else {
    putVarint(bytes.length * 2);
    end += bytes.copy(arena, end);
  }
};

const encode = (record: RecordToEncode): Encoded => {
  const room = roomFor(record);
  if (room === null) return kafkajsOwn!.encode(record);
  if (arena.length - end < room.bytes) {
    arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, room.bytes));
    end = 0;
  }
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers } = record;
  // The length of the body stands before it, and is as long as it needs to be.
  const body = end + LENGTH_BYTES_MAX;
  end = body;
  arena[end++] = 0;
  putVarint(timestampDelta < 0 ? -timestampDelta * 2 - 1 : timestampDelta * 2);
  putVarint(offsetDelta * 2);
  putBytes(key);
  putBytes(value);
  putVarint(room.count * 2);
  for (const name in headers) {
    const header = headers[name]!;
    if (isBytes(header)) {
      putText(name);
      putBytes(header);
    } else
      for (const one of header) {
        putText(name);
        putBytes(one);
      }
  }
  const after = end;
  const size = after - body;
  let start = body;
  for (let left = size * 2; left > 0; left = Math.floor(left / 0x80)) start -= 1;
  end = start;
  putVarint(size * 2);
  end = after;
  const buf = arena.subarray(start, after);
  return { buf, buffer: buf };
};

/** Of the batch that is being read: a record has its offset and time as differences to these. */
let context: BatchContext | null = null;
let firstOffset = 0;
let firstTimestamp = 0;

/** Names by their place in a record: most records have the same ones. */
const names: { readonly bytes: Buffer; readonly text: string }[] = [];
const NAMES_MAX = 32;

const nameOf = (index: number, bytes: Buffer): string => {
  const known = names[index];
  if (known !== undefined && known.bytes.length === bytes.length) {
    let at = 0;
    while (at < bytes.length && known.bytes[at] === bytes[at]) at += 1;
    if (at === bytes.length) return known.text;
  }
  const text = bytes.toString('utf8');
  if (index < NAMES_MAX) names[index] = { bytes: Buffer.from(bytes), text };
  return text;
};

/** What is to be read differs from the ordinary. */
const STRANGE = Symbol('strange');
let from: Buffer = Buffer.alloc(0);
let at = 0;

const takeVarint = (): number => {
  let zigzag = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = from[at];
    if (byte === undefined || scale > DELTA_MAX / 0x80) throw STRANGE;
    at += 1;
    zigzag += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
};

const takeBytes = (): Buffer | null => {
  const length = takeVarint();
  if (length === -1) return null;
  if (length < 0 || at + length > from.length) throw STRANGE;
  const bytes = from.subarray(at, at + length);
  at += length;
  return bytes;
};

type Headers = Record<string, Buffer | null | (Buffer | null)[]>;

const takeHeaders = (): Headers => {
  const headers: Headers = {};
  const count = takeVarint();
  if (count < -1) throw STRANGE;
  for (let index = 0; index < count; index += 1) {
    const name = takeBytes();
    if (name === null) throw STRANGE;
    const key = nameOf(index, name);
    const value = takeBytes();
    const before = headers[key];
    if (before === undefined) headers[key] = value;
    // A name that every object has.
    else if (!Object.hasOwn(headers, key)) throw STRANGE;
    else headers[key] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
};

const enter = (batch: BatchContext): void => {
  firstOffset = Number(batch.firstOffset);
  firstTimestamp = Number(batch.firstTimestamp);
  if (!(Math.abs(firstOffset) < DELTA_MAX && Math.abs(firstTimestamp) < DELTA_MAX)) throw STRANGE;
  context = batch;
};

const LOG_APPEND_TIME = 1;

const decode = (decoder: Decoder, batch: BatchContext): unknown => {
  try {
    if (batch !== context) enter(batch);
    from = decoder.buffer;
    at = decoder.offset;
    if (from.length <= at) throw STRANGE;
    const attributes = from.readInt8(at++);
    const timestamp = String(firstTimestamp + takeVarint());
    const offset = String(firstOffset + takeVarint());
    const { magicByte, maxTimestamp, isControlBatch } = batch;
    const appended = batch.timestampType === LOG_APPEND_TIME && maxTimestamp;
    return {
      magicByte,
      attributes,
      timestamp: appended ? maxTimestamp : timestamp,
      offset,
      key: takeBytes(),
      value: takeBytes(),
      headers: takeHeaders(),
      isControlRecord: isControlBatch,
      batchContext: batch,
    };
  } catch (error) {
    if (error === STRANGE) return kafkajsOwn!.decode(decoder, batch);
    throw error;
  }
};

/** CRC-32C, reflected. The n-th table is what a byte comes to when n more bytes follow it. */
const POLYNOMIAL = 0x82f63b78;
const tables = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  tables[0]![byte] = crc;
}
for (let byte = 0; byte < 256; byte += 1)
  for (let n = 1; n < 8; n += 1) {
    const before = tables[n - 1]![byte]!;
    tables[n]![byte] = tables[0]![before & 0xff]! ^ (before >>> 8);
  }
const [T0, T1, T2, T3, T4, T5, T6, T7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

const checksum = (bytes: Buffer): number => {
  let crc = -1;
  let at = 0;
  for (const whole = bytes.length - 7; at < whole; at += 8)
    crc =
      T7[(crc ^ bytes[at]!) & 0xff]! ^
      T6[((crc >>> 8) ^ bytes[at + 1]!) & 0xff]! ^
      T5[((crc >>> 16) ^ bytes[at + 2]!) & 0xff]! ^
      T4[(crc >>> 24) ^ bytes[at + 3]!]! ^
      T3[bytes[at + 4]!]! ^
      T2[bytes[at + 5]!]! ^
      T1[bytes[at + 6]!]! ^
      T0[bytes[at + 7]!]!;
  for (; at < bytes.length; at += 1) crc = T0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
};

const group = ({ topic, partitionMetadata, messages, partitioner }: Grouping) => {
  const groups: Record<number, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages)
    (groups[partitioner({ topic, partitionMetadata, message })] ??= []).push(message);
  return groups;
};

export const ours: RecordFunctions = { encode, decode, checksum, group };

const replace = (): boolean => {
  if (kafkajsOwn === null) return false;
  for (const name of Object.keys(PLACES) as (keyof RecordFunctions)[]) {
    const module = require.cache[require.resolve(PLACES[name])];
    if (module === undefined) return false;
    module.exports = ours[name];
  }
  return true;
};

/** Whether kafkajs uses ours. Before kafkajs itself is loaded, because its modules keep what they once got. */
export const replaced = replace();

export const kafkajs = require('kafkajs') as typeof import('kafkajs');
