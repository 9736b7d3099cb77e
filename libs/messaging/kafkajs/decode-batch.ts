import {
  AFTER_LENGTH,
  APPEND_TIME,
  AT,
  BATCH_HEADER_BYTES,
  CODEC_MASK,
  CONTROL,
  MAGIC,
  TRANSACTIONAL,
} from './batch-header.js';
import { DELTA_MAX } from './encode-record.js';
import {
  own,
  type BatchContext,
  type DecodedBatch,
  type DecodedRecord,
  type Decoder,
  type Headers,
} from './own.js';

/** What is to be read differs from the ordinary: kafkajs reads it. */
const STRANGE = Symbol('strange');
/** kafkajs' numbers for them. */
const CREATE_TIME = 0;
const LOG_APPEND_TIME = 1;

let from: Buffer = Buffer.alloc(0);
let at = 0;
let end = 0;

const takeVarint = (): number => {
  let zigzag = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = from[at]!;
    if (at >= end || scale > DELTA_MAX / 0x80) throw STRANGE;
    at += 1;
    zigzag += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
};

/** The length of what is passed over; -1: null. */
const skip = (): number => {
  const length = takeVarint();
  if (length < -1 || at + length > end) throw STRANGE;
  if (length > 0) at += length;
  return length;
};

const bytesAt = (bytes: Buffer, start: number, length: number): Buffer | null =>
  length < 0 ? null : bytes.subarray(start, start + length);

/** Names by their place in a record: most records have the same ones. */
const names: { readonly bytes: Buffer; readonly text: string }[] = [];
const NAMES_MAX = 32;

const nameOf = (index: number, start: number, length: number): string => {
  const known = names[index];
  if (known !== undefined && known.bytes.length === length) {
    let same = 0;
    while (same < length && known.bytes[same] === from[start + same]) same += 1;
    if (same === length) return known.text;
  }
  const bytes = from.subarray(start, start + length);
  const text = bytes.toString('utf8');
  if (index < NAMES_MAX) names[index] = { bytes: Buffer.from(bytes), text };
  return text;
};

/**
 * A record that knows where its parts are, and makes them for whoever asks, each time anew: what was fetched is in memory
 * for long, and a dozen objects per record of it would be moved from one generation of the heap to the next.
 */
export class LazyRecord implements DecodedRecord {
  constructor(
    private readonly bytes: Buffer,
    readonly batchContext: BatchContext,
    readonly attributes: number,
    private readonly offsetNumber: number,
    private readonly timestampNumber: number,
    private readonly keyAt: number,
    private readonly keyLength: number,
    private readonly valueAt: number,
    private readonly valueLength: number,
    private readonly headersAt: number,
    private readonly headersEnd: number,
  ) {}

  get magicByte(): number {
    return this.batchContext.magicByte;
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get offset(): string {
    return String(this.offsetNumber);
  }

  get timestamp(): string {
    const { timestampType, maxTimestamp } = this.batchContext;
    const appended = timestampType === LOG_APPEND_TIME && maxTimestamp;
    return appended ? maxTimestamp : String(this.timestampNumber);
  }

  get key(): Buffer | null {
    return bytesAt(this.bytes, this.keyAt, this.keyLength);
  }

  get value(): Buffer | null {
    return bytesAt(this.bytes, this.valueAt, this.valueLength);
  }

  get headers(): Headers {
    from = this.bytes;
    at = this.headersAt;
    end = this.headersEnd;
    return takeHeaders();
  }

  /** Whether its headers are these, in this order and ASCII, looked at where they are. */
  hasHeaders(expected: Readonly<Record<string, string>>): boolean {
    from = this.bytes;
    at = this.headersAt;
    end = this.headersEnd;
    let left = takeVarint();
    for (const name in expected) {
      if (left === 0 || !isNext(name) || !isNext(expected[name]!)) return false;
      left -= 1;
    }
    return left === 0;
  }
}

const isNext = (text: string): boolean => {
  const { length } = text;
  if (takeVarint() !== length) return false;
  for (let index = 0; index < length; index += 1) {
    const char = text.charCodeAt(index);
    if (from[at + index] !== char || char > 0x7f) return false;
  }
  at += length;
  return true;
};

const takeHeaders = (): Headers => {
  const headers: Record<string, Buffer | null | (Buffer | null)[]> = {};
  const count = takeVarint();
  for (let index = 0; index < count; index += 1) {
    const nameLength = takeVarint();
    const key = nameOf(index, at, nameLength);
    at += nameLength;
    const length = takeVarint();
    const value = bytesAt(from, at, length);
    if (length > 0) at += length;
    const before = headers[key];
    if (before === undefined) headers[key] = value;
    else headers[key] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
};

/** Every object has these: kafkajs' own way of collecting headers does something with them that is not ours to repeat. */
const isNameOfEveryObject = (name: string): boolean => name in Object.prototype;

/** Passes over the headers, once, so that reading them later cannot fail. */
const checkHeaders = (): void => {
  const count = takeVarint();
  if (count < -1) throw STRANGE;
  for (let index = 0; index < count; index += 1) {
    const length = takeVarint();
    if (length < 0 || at + length > end) throw STRANGE;
    if (isNameOfEveryObject(nameOf(index, at, length))) throw STRANGE;
    at += length;
    skip();
  }
};

const takeRecord = (context: BatchContext, first: number, firstTime: number): LazyRecord => {
  const length = takeVarint();
  const batchEnd = end;
  if (length < 1 || at + length > batchEnd) throw STRANGE;
  end = at + length;
  const recordEnd = end;
  const attributes = from.readInt8(at++);
  const timestamp = firstTime + takeVarint();
  const offset = first + takeVarint();
  const keyLength = skip();
  const keyAt = at - Math.max(0, keyLength);
  const valueLength = skip();
  const valueAt = at - Math.max(0, valueLength);
  const headersAt = at;
  checkHeaders();
  end = batchEnd;
  at = recordEnd;
  return new LazyRecord(
    from,
    context,
    attributes,
    offset,
    timestamp,
    keyAt,
    keyLength,
    valueAt,
    valueLength,
    headersAt,
    recordEnd,
  );
};

const contextOf = (bytes: Buffer, start: number): BatchContext => {
  const attributes = bytes.readInt16BE(start + AT.attributes);
  if (attributes & CODEC_MASK) throw STRANGE;
  const int64 = (member: number): string => bytes.readBigInt64BE(start + member).toString();
  return {
    firstOffset: int64(AT.firstOffset),
    firstTimestamp: int64(AT.firstTimestamp),
    partitionLeaderEpoch: bytes.readInt32BE(start + AT.partitionLeaderEpoch),
    inTransaction: (attributes & TRANSACTIONAL) > 0,
    isControlBatch: (attributes & CONTROL) > 0,
    lastOffsetDelta: bytes.readInt32BE(start + AT.lastOffsetDelta),
    producerId: int64(AT.producerId),
    producerEpoch: bytes.readInt16BE(start + AT.producerEpoch),
    firstSequence: bytes.readInt32BE(start + AT.firstSequence),
    maxTimestamp: int64(AT.maxTimestamp),
    timestampType: attributes & APPEND_TIME ? LOG_APPEND_TIME : CREATE_TIME,
    magicByte: MAGIC,
  };
};

/** The decoder is moved behind the batch when all of it was read. */
const take = (decoder: Decoder): DecodedBatch => {
  const { buffer, offset: start } = decoder;
  if (buffer.length - start < BATCH_HEADER_BYTES) throw STRANGE;
  const batchEnd = start + AFTER_LENGTH + buffer.readInt32BE(start + AT.length);
  if (batchEnd > buffer.length || buffer.readInt8(start + AT.magic) !== MAGIC) throw STRANGE;
  const context = contextOf(buffer, start);
  const first = Number(context.firstOffset);
  const firstTime = Number(context.firstTimestamp);
  if (!(Math.abs(first) < DELTA_MAX && Math.abs(firstTime) < DELTA_MAX)) throw STRANGE;
  const count = buffer.readInt32BE(start + AT.count);
  from = buffer;
  at = start + BATCH_HEADER_BYTES;
  end = batchEnd;
  if (count < 0 || count > batchEnd - at) throw STRANGE;
  const records = Array.from({ length: count }, () => takeRecord(context, first, firstTime));
  decoder.offset = batchEnd;
  return { ...context, records };
};

export const decodeBatch = async (decoder: Decoder): Promise<DecodedBatch> => {
  try {
    return take(decoder);
  } catch (error) {
    if (error === STRANGE) return own!.decodeBatch(decoder);
    throw error;
  }
};
