import { BATCH_HEADER_BYTES } from './batch-header.js';
import { own, type Bytes, type Encoded, type RecordToEncode } from './own.js';

/**
 * Records are written one behind the other into pieces of memory that are never written again, and a batch begins with
 * room for its header: so a batch is in one piece when its last record is written, and nothing of it is copied.
 */
const ARENA_BYTES = 256 * 1024;
let arena: Buffer = Buffer.alloc(0);
let end = 0;
/** Of the batch before: the next one is likely to be as large, and should not fall into two arenas. */
let batchBytes = 0;

/** Shorter texts are written by the character: the call into the engine would cost more. */
const SHORT_CHARS = 128;
const NULL_LENGTH = 1;
const LENGTH_BYTES_MAX = 5;
/** As many as the length of a record of 64 to 8,191 bytes takes. */
const LENGTH_BYTES = 2;
const FIXED_BYTES_MAX = 48;
/** Beyond it, doubling (zigzag) is not exact any more. */
export const DELTA_MAX = 2 ** 51;

/** Made into a Buffer only for those who ask: kafkajs' own batches do, ours need the place alone. */
export class EncodedRecord implements Encoded {
  constructor(
    readonly arena: Buffer,
    readonly start: number,
    readonly end: number,
    /** There is room for the header of a batch before it, and nobody has used it yet. */
    public headroom: boolean,
  ) {}

  get buffer(): Buffer {
    return this.arena.subarray(this.start, this.end);
  }

  get buf(): Buffer {
    return this.buffer;
  }
}

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

/** Room for a record, and before the first of a batch for the header, and behind it for what is likely to follow. */
const makeRoom = (bytes: number, isFirst: boolean): void => {
  const wanted = isFirst ? BATCH_HEADER_BYTES + Math.max(bytes, batchBytes) : bytes;
  if (arena.length - end < wanted) {
    arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, Math.ceil(wanted * 1.25)));
    end = 0;
  }
  if (isFirst) end += BATCH_HEADER_BYTES;
};

/** How large a batch was: the next is expected to be like it. */
export const batchWas = (bytes: number): void => {
  batchBytes = bytes;
};

export const encodeRecord = (record: RecordToEncode): Encoded => {
  const room = roomFor(record);
  if (room === null) return own!.encodeRecord(record);
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers } = record;
  const isFirst = offsetDelta === 0;
  makeRoom(room.bytes, isFirst);
  const start = end;
  const body = start + LENGTH_BYTES;
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
  putLength(start, body);
  return new EncodedRecord(arena, start, end, isFirst);
};

/** The length of a body stands before it, and is as long as it needs to be: mostly what was left for it. */
const putLength = (start: number, body: number): void => {
  const size = end - body;
  let bytes = 1;
  for (let left = size * 2; left > 0x7f; left = Math.floor(left / 0x80)) bytes += 1;
  if (bytes !== LENGTH_BYTES) arena.copyWithin(start + bytes, body, end);
  end = start;
  putVarint(size * 2);
  end += size;
};
