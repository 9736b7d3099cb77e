import type { Connection, Submittable } from 'pg';

export type CopyOutcome = 'committed' | 'head-moved';

/** What pg's connection has and its types leave out. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

const CHUNK_CHARS = 64 * 1024;

/**
 * A script `BEGIN; UPDATE the head; COPY … FROM STDIN; …; COMMIT` as one message, and the rows when the server asks for
 * them. A query object of our own, because pg's drops out of a script at COPY. After 'head-moved' and after any error
 * the session is inside a failed transaction: roll back.
 */
export class CopyBatch implements Submittable {
  readonly done: Promise<CopyOutcome>;
  private resolve!: (outcome: CopyOutcome) => void;
  private reject!: (error: Error) => void;
  private headMoved = false;

  constructor(
    private readonly script: string,
    private readonly rows: Iterable<string>,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.script);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    if (message.text === 'UPDATE 0') this.headMoved = true;
  }

  handleCopyInResponse(connection: CopyConnection): void {
    if (this.headMoved) {
      connection.sendCopyFail('head moved');
      return;
    }
    let chunk = '';
    for (const row of this.rows) {
      chunk += row;
      if (chunk.length < CHUNK_CHARS) continue;
      connection.sendCopyFromChunk(Buffer.from(chunk, 'utf8'));
      chunk = '';
    }
    if (chunk !== '') connection.sendCopyFromChunk(Buffer.from(chunk, 'utf8'));
    connection.endCopyFrom();
  }

  handleError(error: Error): void {
    if (this.headMoved) this.resolve('head-moved');
    else this.reject(error);
  }

  handleReadyForQuery(): void {
    this.resolve('committed');
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
