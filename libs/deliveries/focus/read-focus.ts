import { parse, CsvError, type Info } from 'csv-parse';
import { Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  CsvRow,
  FocusFileRefused,
  type FocusRemark,
  type FocusRow,
  type Layout,
  type RowProblem,
} from './focus-row.js';
import { isHeader, misspeltUnread, readHeader } from './header.js';

export interface FocusLimits {
  /** A longer row is damage (an open quote), not data. */
  readonly rowBytesMax: number;
  readonly rowsMax: number;
  /** The greatest size of a file, after decompression. */
  readonly fileBytesMax: number;
}

export const FOCUS_LIMITS: FocusLimits = {
  rowBytesMax: 64 * 1024,
  rowsMax: 20_000_000,
  fileBytesMax: 64 * 1024 ** 3,
};

const MAGIC: readonly (readonly [string, readonly number[], string])[] = [
  [
    'zip-archive',
    [0x50, 0x4b, 0x03, 0x04],
    'a zip archive or an Excel workbook: unpack it, or save it as CSV',
  ],
  ['parquet-file', [0x50, 0x41, 0x52, 0x31], 'a Parquet file: export it as CSV'],
  ['pdf-file', [0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  ['zstd-file', [0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd: decompress it, or use gzip'],
  ['utf-16-file', [0xff, 0xfe], 'encoded in UTF-16: save it as UTF-8'],
  ['utf-16-file', [0xfe, 0xff], 'encoded in UTF-16: save it as UTF-8'],
];

const startsWith = (bytes: Buffer, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const isGzip = (bytes: Buffer): boolean => startsWith(bytes, [0x1f, 0x8b]);

const refuseForeign = (bytes: Buffer): void => {
  for (const [code, magic, what] of MAGIC) {
    if (startsWith(bytes, magic))
      throw new FocusFileRefused(code, null, null, `the file is ${what}`);
  }
};

/** The first bytes of a stream, and the whole stream again behind them. */
const peek = async (input: Readable): Promise<{ head: Buffer; all: Readable }> => {
  const chunks = input.iterator() as AsyncIterator<Buffer | string>;
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 4) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, Buffer.from(next.value)]);
  }
  const start = head;
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      if (start.length > 0) yield start;
      for (;;) {
        const next = await chunks.next();
        if (next.done === true) return;
        yield Buffer.from(next.value);
      }
    } finally {
      input.destroy();
    }
  };
  return { head, all: Readable.from(all(), { objectMode: false, highWaterMark: 256 * 1024 }) };
};

const limited = (bytesMax: number): Transform => {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const tooLarge = bytes > bytesMax;
      done(
        tooLarge
          ? new FocusFileRefused(
              'file-too-large',
              null,
              null,
              `more than ${bytesMax} bytes: split the file`,
            )
          : null,
        chunk,
      );
    },
  });
};

/** Passes errors on, so that the last stream of the chain is the only one to listen to. */
const into = <Next extends Transform>(from: Readable, to: Next): Next => {
  from.on('error', (error) => to.destroy(error));
  to.on('close', () => from.destroy());
  return from.pipe(to);
};

const plainText = async (input: Readable): Promise<Readable> => {
  const outer = await peek(input);
  if (outer.head.length === 0)
    throw new FocusFileRefused('empty-file', null, null, 'the file is empty');
  refuseForeign(outer.head);
  if (!isGzip(outer.head)) return outer.all;
  const inner = await peek(into(outer.all, createGunzip()));
  if (inner.head.length === 0)
    throw new FocusFileRefused('empty-file', null, null, 'the file is empty');
  refuseForeign(inner.head);
  if (isGzip(inner.head)) {
    throw new FocusFileRefused('nested-archive', null, null, 'the file is compressed twice');
  }
  return inner.all;
};

const FATAL: Readonly<Record<string, readonly [string, string]>> = {
  CSV_QUOTE_NOT_CLOSED: ['quote-not-closed', 'a quote is opened and never closed'],
  CSV_INVALID_CLOSING_QUOTE: ['misplaced-quote', 'a closing quote is not followed by a comma'],
  INVALID_OPENING_QUOTE: ['misplaced-quote', 'a quote stands in the middle of a value'],
  CSV_MAX_RECORD_SIZE: ['row-too-long', 'a row is longer than 64 KiB; is a quote left open?'],
};

const asRefusal = (error: unknown): unknown => {
  if (error instanceof CsvError) {
    const known = FATAL[error.code];
    const line = typeof error['lines'] === 'number' ? error['lines'] : null;
    if (known) return new FocusFileRefused(known[0], line, null, known[1]);
  }
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new FocusFileRefused(
      'gzip-damaged',
      null,
      null,
      'the compressed file is cut off or damaged',
    );
  }
  return error;
};

const rowProblem = (
  line: number,
  code: string,
  value: string | null,
  message: string,
): RowProblem => ({
  kind: 'problem',
  line,
  column: null,
  code,
  value,
  message,
});

const startOf = (endLine: number, previousEnd: number, cells: readonly string[]): number =>
  endLine === previousEnd + 1
    ? endLine
    : endLine - cells.reduce((lines, cell) => lines + cell.split('\n').length - 1, 0);

const readRow = (
  line: number,
  cells: readonly string[],
  layout: Layout,
  width: number,
): FocusRow | RowProblem => {
  if (cells.length !== width) {
    return rowProblem(
      line,
      'column-count',
      String(cells.length),
      `the header has ${width} columns, this row ${cells.length}`,
    );
  }
  for (const cell of cells) {
    if (cell.includes('\0'))
      return rowProblem(line, 'nul-character', null, 'the row holds a NUL character');
    if (cell.includes('\uFFFD')) {
      return rowProblem(line, 'not-utf-8', cell, 'the row is not UTF-8');
    }
    if (cell.includes('\uFEFF')) {
      return rowProblem(
        line,
        'byte-order-mark',
        cell,
        'a byte order mark stands in the middle of the file',
      );
    }
  }
  return new CsvRow(line, layout, cells);
};

const readNames = (
  cells: readonly string[],
  line: number,
  onRemark: (remark: FocusRemark) => void,
): Layout => {
  for (const { written, meant } of misspeltUnread(cells)) {
    const message = `the column ${JSON.stringify(written)} is called ${meant} in FOCUS; nothing here reads it`;
    onRemark({ line, code: 'misspelt-column', message });
  }
  return readHeader(cells, line);
};

/**
 * Reads a FOCUS CSV file, plain or gzip, as a stream: memory does not grow with the file. Bad rows come out as
 * problems in their place; a file of a header alone is a month without usage. A header line among the rows, as where
 * files were joined, is no row: what follows is read by it. Each is told to `onRemark`. Throws FocusFileRefused when
 * the file as a whole, or the rest of it, cannot be read; the rows before that are good, and importing the repaired
 * file again does not count them twice.
 */
export async function* readFocus(
  input: Readable,
  limits: FocusLimits = FOCUS_LIMITS,
  onRemark: (remark: FocusRemark) => void = () => undefined,
): AsyncGenerator<FocusRow | RowProblem> {
  let layout: Layout | null = null;
  let width = 0;
  let rows = 0;
  let previousEnd = 0;
  try {
    const parser = parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: limits.rowBytesMax,
    });
    const records = into(into(await plainText(input), limited(limits.fileBytesMax)), parser);
    for await (const read of records) {
      const { record, info } = read as { record: string[]; info: Info };
      const line = startOf(info.lines, previousEnd, record);
      previousEnd = info.lines;
      if (layout === null || isHeader(record)) {
        if (layout !== null) {
          const message = 'the header line is there again: no row, and what follows is read by it';
          onRemark({ line, code: 'repeated-header', message });
        }
        layout = readNames(record, line, onRemark);
        width = record.length;
        continue;
      }
      rows += 1;
      if (rows > limits.rowsMax) {
        throw new FocusFileRefused(
          'too-many-rows',
          line,
          null,
          `more than ${limits.rowsMax} rows: split the file`,
        );
      }
      const row = readRow(line, record, layout, width);
      yield row.kind === 'problem' ? { ...row, cells: record } : row;
    }
  } catch (error) {
    throw asRefusal(error);
  } finally {
    input.destroy();
  }
}
