import type { Connection, Submittable } from 'pg';

/** What pg's connection has and its types leave out. */
interface CopyConnection {
  query(text: string): void;
  readonly stream: { cork(): void; uncork(): void; write(bytes: Buffer): boolean };
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
    /** CopyData messages with CopyDone at their end, as `copyRows` makes them. */
    private readonly rows: readonly Buffer[],
  ) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(given: Connection): void {
    const connection = given as unknown as CopyConnection;
    const { stream } = connection;
    stream.cork();
    connection.query(this.script);
    for (const messages of this.rows) stream.write(messages);
    stream.uncork();
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
