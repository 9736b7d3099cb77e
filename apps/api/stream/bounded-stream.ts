import { Readable } from 'node:stream';

/**
 * An answer that is sent as it comes, and never waited for. What its reader has not taken waits here, up to a limit; beyond
 * that the reader is cut off.
 */
export class BoundedStream extends Readable {
  private sent = 0;
  /** How much was taken when we last looked; null where nothing waited then. */
  private takenBefore: number | null = null;

  constructor(
    private readonly bytesMax: number,
    private readonly tooSlow: () => void,
  ) {
    super({ highWaterMark: bytesMax, read: () => undefined });
  }

  send(bytes: Buffer): void {
    if (this.destroyed) return;
    // All that is told at once is let in where nothing waits: else whoever missed much would be cut off at every return.
    if (this.readableLength > 0 && this.readableLength + bytes.length > this.bytesMax)
      return this.cutOff();
    this.sent += bytes.length;
    this.push(bytes);
  }

  /** The last of it. */
  finish(bytes: Buffer): void {
    this.send(bytes);
    if (!this.destroyed) this.push(null);
  }

  /** To be called now and then: whoever has taken nothing of what waited the last time is cut off too. */
  look(): void {
    const taken = this.sent - this.readableLength;
    const waits = this.readableLength > 0;
    // What came a moment before is no sign of a slow reader: it must have waited from one look to the next.
    if (waits && taken === this.takenBefore) return this.cutOff();
    this.takenBefore = waits ? taken : null;
  }

  private cutOff(): void {
    this.tooSlow();
    this.destroy();
  }
}
