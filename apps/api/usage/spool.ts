import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Exceptions are kept in memory up to this many bytes, then in a file: most answers have few. */
const MEMORY_MAX = 256 * 1024;
const FILE_MAX = 64 * 1024 * 1024;

export interface SpoolLimits {
  readonly memoryMax?: number;
  readonly fileMax?: number;
  /** Where the file is made; it has no name while it is used. */
  readonly folder?: string;
}

/**
 * Text that is written now and sent later, so that whoever writes everything before reading anything is not answered in
 * between. Bounded in memory and on disk: what does not fit is not taken.
 */
export class Spool {
  private waiting: Buffer[] = [];
  private inMemory = 0;
  private inFile = 0;
  private file: FileHandle | null = null;
  private isFull = false;

  constructor(private readonly limits: SpoolLimits = {}) {}

  /** False: there is no room, or no disk; then nothing more is taken. */
  async add(text: string): Promise<boolean> {
    if (this.isFull) return false;
    const bytes = Buffer.from(text);
    const { memoryMax = MEMORY_MAX, fileMax = FILE_MAX } = this.limits;
    this.isFull = this.inFile + this.inMemory + bytes.length > fileMax;
    if (!this.isFull && this.inMemory + bytes.length > memoryMax) await this.toFile();
    if (this.isFull) return false;
    this.waiting.push(bytes);
    this.inMemory += bytes.length;
    return true;
  }

  /** All of it, in order. */
  async *read(): AsyncGenerator<Buffer> {
    for (let at = 0; this.file !== null && at < this.inFile;) {
      const { bytesRead, buffer } = await this.file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, at);
      if (bytesRead === 0) throw new Error('a spooled answer is shorter than what was written');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    yield* this.waiting;
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
    this.waiting = [];
  }

  private async toFile(): Promise<void> {
    try {
      this.file ??= await this.openFile();
      for (const bytes of this.waiting) {
        await this.file.appendFile(bytes);
        this.inFile += bytes.length;
      }
      [this.waiting, this.inMemory] = [[], 0];
    } catch {
      // What is in memory is kept; a part that the file has taken beyond `inFile` is not read.
      this.isFull = true;
    }
  }

  /** Without a name at once: nothing is left behind, whatever happens to this process. */
  private async openFile(): Promise<FileHandle> {
    const path = join(this.limits.folder ?? tmpdir(), `ledger-answer-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return file;
  }
}
