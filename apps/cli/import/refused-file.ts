import { createWriteStream, type WriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { csvLine } from '../report.js';

export interface RefusedRow {
  /** Line of the imported file where the row starts. */
  readonly line: number;
  /** Column of a CSV file, or JSON pointer into a line of NDJSON. */
  readonly column: string | null;
  readonly code: string;
  readonly value: string | null;
  readonly message: string;
}

const HEADER = csvLine(['line', 'column', 'code', 'value', 'message']);
const VALUE_MAX = 64;

/** No more than 64 characters, control characters visible: the value is there to be recognised. */
export const shown = (value: string | null): string | null => {
  if (value === null) return null;
  const text = value.replace(/\p{Cc}/gu, '\uFFFD');
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX - 1)}…` : text;
};

/** The refused rows of one import, as CSV. Made when the first row is refused; one of an earlier run is replaced. */
export class RefusedFile {
  private stream: WriteStream | null = null;
  private failure: Error | null = null;
  lines = 0;

  constructor(readonly path: string) {}

  async add(row: RefusedRow): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.stream === null) {
      this.stream = createWriteStream(this.path, { mode: 0o600 });
      this.stream.on('error', (error) => (this.failure = error));
      this.stream.write(HEADER);
    }
    this.lines += 1;
    const cells = [row.line, row.column, row.code, shown(row.value), shown(row.message)];
    if (!this.stream.write(csvLine(cells))) await once(this.stream, 'drain');
  }

  async close(): Promise<void> {
    if (this.stream !== null) {
      const { stream } = this;
      await new Promise<void>((resolve) => stream.end(() => resolve()));
      if (this.failure) throw this.failure;
    } else if (await isOurs(this.path)) await rm(this.path);
  }
}

/** A list of refusals that an earlier run left would be taken for this run's. */
const isOurs = async (path: string): Promise<boolean> => {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(HEADER.length),
        0,
        HEADER.length,
        0,
      );
      return buffer.toString('utf8', 0, bytesRead) === HEADER;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
};
