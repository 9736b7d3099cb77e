import type { Client, Connection, Submittable } from 'pg';

/** What pg's connection has and its types leave out. */
interface RawConnection {
  query(text: string): void;
  readonly stream: { cork(): void; uncork(): void; write(bytes: Buffer): boolean };
}

/**
 * A transaction of several scripts with rows behind them, each sent as soon as it is known: nothing waits for an
 * answer, so that the server takes the first rows while this process makes the others. If one fails, the server passes
 * over its rows and refuses the scripts behind it, because the transaction has failed: roll back then.
 */
export class CopyTransaction {
  /** Resolves when the last script is done; fails with the first error. */
  readonly done: Promise<void>;
  private resolve!: () => void;
  private reject!: (error: Error) => void;
  private readonly raw: RawConnection;
  /** Scripts sent and not answered. */
  private open = 0;
  private last = false;
  private failure: Error | null = null;

  constructor(readonly client: Client) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.raw = (client as unknown as { connection: RawConnection }).connection;
  }

  /** `rows`: CopyData messages with CopyDone at their end, where the script ends with COPY. */
  send(script: string, rows: readonly Buffer[]): void {
    if (this.failure !== null) return;
    this.open += 1;
    if (this.open > 1) this.write(script, rows);
    else this.enqueue(() => this.write(script, rows));
  }

  /** The script with COMMIT. */
  close(script: string): void {
    this.last = true;
    this.send(script, []);
  }

  /** Instead of `close`: `done` fails. */
  abandon(reason: Error): void {
    this.failure ??= reason;
    if (this.open === 0) this.reject(this.failure);
  }

  private write(script: string, rows: readonly Buffer[]): void {
    const { stream } = this.raw;
    stream.cork();
    this.raw.query(script);
    for (const messages of rows) stream.write(messages);
    stream.uncork();
  }

  /** pg gives every answer to the query object whose turn it is. */
  private enqueue(send: () => void): void {
    this.client.query(
      new Script(
        send,
        () => this.answered(),
        (error) => {
          this.failure ??= error;
          this.answered();
        },
      ),
    );
  }

  private answered(): void {
    this.open -= 1;
    if (this.open > 0)
      this.enqueue(() => undefined); // it was sent: only its turn is left to come
    else if (this.failure !== null) this.reject(this.failure);
    else if (this.last) this.resolve();
  }
}

/** A query object of our own, because pg's drops out of a script at COPY. */
class Script implements Submittable {
  constructor(
    private readonly send: () => void,
    readonly handleReadyForQuery: () => void,
    private readonly failed: (error: Error) => void,
  ) {}

  submit(_connection: Connection): void {
    this.send();
  }

  handleError(error: Error): void {
    this.failed(error);
  }

  handleCopyInResponse(): void {}
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
