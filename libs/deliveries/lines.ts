import type { Readable } from 'node:stream';

/** A line of a file, without its end. */
export interface FileLine {
  readonly number: number;
  /** Null: longer than it may be. */
  readonly bytes: Buffer | null;
  /** The beginning of a line that is too long. */
  readonly head: Buffer | null;
}

const LINE_BYTES_MAX = 64 * 1024;
const HEAD_BYTES = 1_024;

/** Lines of a stream, empty ones left out. A line that is too long is passed over, not kept. */
export async function* readLines(
  input: Readable,
  bytesMax = LINE_BYTES_MAX,
): AsyncGenerator<FileLine> {
  let pieces: Buffer[] = [];
  let length = 0;
  let number = 1;
  const take = (): FileLine | null => {
    const all = Buffer.concat(pieces);
    const isTooLong = length > bytesMax;
    pieces = [];
    const isEmpty = length === 0 || (!isTooLong && all.toString('latin1').trim() === '');
    length = 0;
    if (isEmpty) return null;
    return isTooLong
      ? { number, bytes: null, head: Buffer.from(all.subarray(0, HEAD_BYTES)) }
      : { number, bytes: all, head: null };
  };
  /** A line that is too long is kept by its beginning only. */
  const keep = (piece: Buffer): void => {
    length += piece.length;
    pieces.push(piece);
    if (length > bytesMax) pieces = [Buffer.concat(pieces).subarray(0, HEAD_BYTES)];
  };
  for await (const chunk of input) {
    let rest = Buffer.from(chunk as Buffer | string);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      keep(rest.subarray(0, end));
      const line = take();
      if (line !== null) yield line;
      number += 1;
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
  const last = take();
  if (last !== null) yield last;
}
