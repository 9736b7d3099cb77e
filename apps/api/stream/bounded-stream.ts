import { Readable } from 'node:stream';

/**
 * An answer that is sent as it comes, and never waited for. What its reader has not taken waits here, up to a limit; beyond
 * that the reader is cut off.
 */
export class BoundedStream extends Readable {
  private sent = 0;
  private takenBefore = 0;

  constructor(
    private readonly bytesMax: number,
    private readonly tooSlow: () => void,
  ) {
    super({ highWaterMark: bytesMax, read: () => undefined });
  }

  send(bytes: Buffer): void {
    if (this.destroyed) return;
    if (this.readableLength + bytes.length > this.bytesMax) return this.cutOff();
    this.sent += bytes.length;
    this.push(bytes);
  }

  /** The last of it. */
  finish(bytes: Buffer): void {
    this.send(bytes);
    if (!this.destroyed) this.push(null);
  }

  /** To be called now and then: whoever has taken nothing of what waits since the last time is cut off too. */
  look(): void {
    const taken = this.sent - this.readableLength;
    if (this.readableLength > 0 && taken === this.takenBefore) return this.cutOff();
    this.takenBefore = taken;
  }

  private cutOff(): void {
    this.tooSlow();
    this.destroy();
  }
}
