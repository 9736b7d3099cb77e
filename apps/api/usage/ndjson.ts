import { PassThrough, type Readable } from 'node:stream';

export const LINE_MAX = 64 * 1024;
/** What may wait while the ledger writes: large enough for batches worth a transaction, small enough to stay flat. */
const WAITING_MAX = 512 * 1024;

export interface BodyLine {
  /** The number of the line, from 1. */
  readonly number: number;
  /** Null: longer than `LINE_MAX`, not kept. */
  readonly bytes: Uint8Array | null;
  /** The beginning of a line that is too long. */
  readonly head: Uint8Array;
}

/** What is kept of a line that is too long: enough to find out what was sent. */
const HEAD = 1_024;
const NO_BYTES = new Uint8Array();

/** The client went away in the middle: nobody is there to be answered. */
export class RequestCutOff extends Error {
  override readonly name = 'RequestCutOff';

  constructor() {
    super('the request was cut off');
  }
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * The lines of a stream, in groups: all that arrived while the last group was worked on. Blank lines are passed over.
 * Memory is bounded by one group and one line, however long the stream is.
 */
export async function* groupsOfLines(stream: Readable): AsyncGenerator<readonly BodyLine[]> {
  const waiting = new PassThrough({ highWaterMark: WAITING_MAX });
  stream.on('error', (error) => waiting.destroy(error));
  stream.on('close', () => {
    if (!stream.readableEnded) waiting.destroy(new RequestCutOff());
  });
  const splitter = new LineSplitter();
  for await (const chunk of stream.pipe(waiting) as AsyncIterable<Buffer>) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last.length > 0) yield last;
}

class LineSplitter {
  private rest: Buffer = Buffer.alloc(0);
  /** The beginning of the line that is being passed over; null: none is. */
  private skipping: Buffer | null = null;
  private number = 0;

  push(chunk: Buffer): BodyLine[] {
    const lines: BodyLine[] = [];
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      this.take(bytes.subarray(start, end), lines);
      start = end + 1;
    }
    this.rest = bytes.subarray(start);
    if (this.rest.length > LINE_MAX) {
      this.skipping ??= headOf(this.rest);
      this.rest = Buffer.alloc(0);
    }
    return lines;
  }

  end(): BodyLine[] {
    const lines: BodyLine[] = [];
    if (this.rest.length > 0 || this.skipping !== null) this.take(this.rest, lines);
    return lines;
  }

  private take(line: Buffer, lines: BodyLine[]): void {
    this.number += 1;
    const head = this.skipping ?? (line.length > LINE_MAX ? headOf(line) : null);
    this.skipping = null;
    const bytes = line[line.length - 1] === CR ? line.subarray(0, -1) : line;
    if (head !== null) lines.push({ number: this.number, bytes: null, head });
    else if (bytes.length > 0) lines.push({ number: this.number, bytes, head: NO_BYTES });
  }
}

/** A copy, so that the whole of it need not be kept. */
const headOf = (line: Buffer): Buffer => Buffer.from(line.subarray(0, HEAD));
