import { createWriteStream, type WriteStream } from 'node:fs';
import { access, constants, open, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { CliFailure, EXIT, toFailure } from '../failure.js';
import { csvLine } from '../report.js';
import type { RefusedRow } from '../../../libs/deliveries/refused-row.js';

const HEADER = csvLine(['line', 'column', 'code', 'value', 'message']);
const VALUE_MAX = 64;
const MESSAGE_MAX = 256;

/** Control characters visible, and no more of a value than it takes to recognise it. */
const shown = (value: string | null, lengthMax = VALUE_MAX): string | null => {
  if (value === null) return null;
  const text = value.replace(/\p{Cc}/gu, '\uFFFD');
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
};

/**
 * The refused rows of one import, as CSV, in the file that was named for them; nowhere where none was. Made when the first
 * row is refused; one of an earlier run is replaced, and nothing else ever is.
 */
export class RefusedFile {
  private stream: WriteStream | null = null;
  private failure: Error | null = null;
  private lines = 0;

  private constructor(private readonly named: string | null) {}

  /** Throws before anything is imported where the file could not be written in the end. */
  static async at(path: string | undefined): Promise<RefusedFile> {
    if (path !== undefined) await checkWritable(path);
    return new RefusedFile(path ?? null);
  }

  /** The file that lists refused rows; null: there is no such file, or no such rows. */
  get path(): string | null {
    return this.lines > 0 ? this.named : null;
  }

  async add(row: RefusedRow): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.named === null) return;
    if (this.stream === null) {
      this.stream = createWriteStream(this.named, { mode: 0o600 });
      this.stream.on('error', (error) => (this.failure = error));
      this.stream.write(HEADER);
    }
    this.lines += 1;
    const cells = [
      row.line,
      row.column,
      row.code,
      shown(row.value),
      shown(row.message, MESSAGE_MAX),
    ];
    if (!this.stream.write(csvLine(cells))) await once(this.stream, 'drain');
  }

  async close(): Promise<void> {
    if (this.stream !== null) {
      const { stream } = this;
      await new Promise<void>((resolve) => stream.end(() => resolve()));
      if (this.failure) throw this.failure;
    } else if (this.named !== null && (await isOurs(this.named))) await rm(this.named);
  }
}

const checkWritable = async (path: string): Promise<void> => {
  const refuse = (why: string, fix: string): never => {
    throw new CliFailure(EXIT.usage, `--refused ${path}: ${why}.`, fix);
  };
  const anew = 'Name a file that is not there yet, in a folder that you may write to.';
  if (path === '-') refuse('stdout is for the summary', anew);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) refuse('is a folder', anew);
  if (found !== null && found.size > 0 && !(await isOurs(path)))
    refuse('is there already, and is no list of refused rows', anew);
  try {
    await access(found === null ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    refuse(`cannot be written (${toFailure(error).message.replace(/\.$/, '')})`, anew);
  }
};

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
