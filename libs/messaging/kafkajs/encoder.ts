import { require } from './own.js';

/** Of encoders that have any; the others are kafkajs' own in everything. */
const PIECES = Symbol('pieces');

/** kafkajs' writer of requests: `buf` grows, `offset` is its end. */
interface Encoder {
  [PIECES]?: Piece[] | undefined;
  buf: Buffer;
  offset: number;
  readonly buffer: Buffer;
  size(): number;
  writeBufferInternal(bytes: Buffer): void;
  writeEncoder(value: Encoder | null): Encoder;
}
type EncoderClass = { readonly prototype: Encoder };

/** What is kept aside: it belongs before the byte `at` of `buf`. */
interface Piece {
  readonly at: number;
  readonly bytes: Buffer;
}

/** Smaller ones are copied: that costs less than to remember them. */
const PIECE_BYTES_MIN = 8 * 1024;

const PATH = 'kafkajs/src/protocol/encoder.js';

const sizeOf = (pieces: readonly Piece[] | undefined): number =>
  pieces?.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0;

/** The bytes of an encoder in order, the large ones as they came. */
function* parts({ buf, offset }: Encoder, pieces: readonly Piece[]): Generator<Buffer> {
  let from = 0;
  for (const { at, bytes } of pieces) {
    if (at > from) yield buf.subarray(from, at);
    yield bytes;
    from = at;
  }
  if (offset > from) yield buf.subarray(from, offset);
}

/**
 * A request is put together from inside out, and kafkajs copies all of it at each of six layers, into zeroed memory of
 * the next power of two: 9 MB for a batch of 700 KB, which is what makes V8 collect garbage. With this, what is large is
 * kept aside and copied once, at the end.
 */
export const keepLargePieces = (encoder: EncoderClass = require(PATH) as EncoderClass): boolean => {
  const { prototype } = encoder;
  const buffer = Object.getOwnPropertyDescriptor(prototype, 'buffer');
  const { writeBufferInternal, writeEncoder, size } = prototype;
  if (![buffer?.get, writeBufferInternal, writeEncoder, size].every((one) => isFunction(one)))
    return false;
  prototype.size = function () {
    return size.call(this) + sizeOf(this[PIECES]);
  };
  prototype.writeBufferInternal = function (bytes) {
    if (bytes.length < PIECE_BYTES_MIN) return writeBufferInternal.call(this, bytes);
    const piece = { at: this.offset, bytes };
    (this[PIECES] ??= []).push(piece);
  };
  prototype.writeEncoder = function (value) {
    const pieces = value?.[PIECES];
    if (pieces === undefined) return writeEncoder.call(this, value);
    for (const part of parts(value!, pieces)) this.writeBufferInternal(part);
    return this;
  };
  Object.defineProperty(prototype, 'buffer', {
    configurable: true,
    get(this: Encoder): Buffer {
      const pieces = this[PIECES];
      if (pieces !== undefined) {
        // Once: kafkajs asks for its size before it asks for the bytes.
        this.buf = Buffer.concat([...parts(this, pieces)]);
        this.offset = this.buf.length;
        this[PIECES] = undefined;
      }
      return buffer!.get!.call(this) as Buffer;
    },
  });
  return true;
};

const isFunction = (value: unknown): boolean => typeof value === 'function';
