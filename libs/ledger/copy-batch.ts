import type { Connection, Submittable } from 'pg';

/** What pg's connection has and its types leave out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * A script `BEGIN; … COPY … FROM STDIN; …; COMMIT` as one message with the rows right behind it, so that the server
 * never waits for this process, which plans the next batch meanwhile. A query object of our own, because pg's drops
 * out of a script at COPY. After any error the session is inside a failed transaction: roll back.
 */
export class CopyBatch implements Submittable {
  readonly done: Promise<void>;
  private resolve!: () => void;
  private reject!: (error: Error) => void;

  constructor(
    private readonly script: string,
    private readonly rows: readonly Buffer[],
  ) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(given: Connection): void {
    const connection = given as unknown as CopyConnection;
    connection.query(this.script);
    for (const rows of this.rows) connection.sendCopyFromChunk(rows);
    connection.endCopyFrom();
  }

  handleError(error: Error): void {
    this.reject(error);
  }

  handleReadyForQuery(): void {
    this.resolve();
  }

  handleCopyInResponse(): void {}
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
