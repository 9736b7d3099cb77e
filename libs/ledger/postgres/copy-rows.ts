import type { PlannedEntry } from '../writer/plan.js';
import { instantMicros } from '../format/recorded-at.js';

/** PostgreSQL counts time in microseconds from 2000-01-01. */
const EPOCH_MICROS = Date.UTC(2000, 0, 1) * 1000;
const COLUMNS = 15;
const PIECE_BYTES = 128 * 1024;
const HEADER_BYTES = 5;
/** A row without its texts: the count of columns, a length each, and everything of fixed width. */
const FIXED_BYTES = 2 + COLUMNS * 4 + 3 * 8 + 4 * 4 + 16 + 2 * 32;

const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = Buffer.of('c'.charCodeAt(0), 0, 0, 0, 4);
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** A batch is hundreds of kilobytes outside the heap: making them anew each time costs more than filling them. */
const free: Buffer[] = [];
const FREE_MAX = 32;

/**
 * The rows of a `CopyTransaction` in COPY's binary format (PostgreSQL's manual, COPY, File Formats): a third cheaper
 * for the server than text, which it has to look through character by character. As messages, ready for the socket.
 */
export class CopyRows {
  private readonly pieces: Buffer[] = [];
  private messages: Buffer[] = [];
  private piece: Buffer = Buffer.alloc(0);
  /** Where the message that is being filled begins, and where the next byte goes. */
  private from = 0;
  private at = 0;
  private begun = false;
  /** The row before, in this piece: usage of one stream from one source repeats the first half of it. */
  private last: PlannedEntry | null = null;
  private lastAt = 0;
  private positionAt = 0;
  private timesAt = 0;
  private versionAt = 0;
  private keyAt = 0;

  add(row: PlannedEntry): void {
    const { recorded, key } = row;
    const { tenant, source, entry, event } = recorded;
    const chars = tenant.length + event.type.length + source.length + key.length + entry.length;
    this.room((this.begun ? 0 : SIGNATURE.length) + FIXED_BYTES + chars * 3);
    if (!this.begun) this.at += SIGNATURE.copy(this.piece, this.at);
    this.begun = true;
    const from = this.at;
    if (this.last === null || !isAlike(this.last, row)) this.begin(row);
    else this.repeat(row);
    this.last = row;
    this.lastAt = from;
    this.text(key);
    this.hex(recorded.digest, 32);
    this.hex(recorded.hash, 32);
    this.text(entry);
  }

  /** The rows since the last call, for one COPY: CopyData messages with CopyDone at their end. */
  take(): Buffer[] {
    this.room(2);
    this.at = this.piece.writeInt16BE(-1, this.at);
    this.close();
    const messages = [...this.messages, COPY_DONE];
    this.messages = [];
    this.begun = false;
    return messages;
  }

  /** Only when all was certainly sent: the pieces are written over by whoever takes them next. */
  release(): void {
    for (const piece of this.pieces.splice(0))
      if (free.length < FREE_MAX && piece.length === PIECE_BYTES) free.push(piece);
  }

  /** Everything before the key, in the order of the columns that `copyScript` names. */
  private begin({ recorded, streamId }: PlannedEntry): void {
    const from = this.at;
    this.at = this.piece.writeInt16BE(COLUMNS, this.at);
    this.positionAt = this.at - from;
    this.int8(recorded.position);
    this.int4(recorded.shard);
    this.int4(recorded.epoch);
    this.timesAt = this.at - from;
    this.instant(recorded.recordedAt);
    this.instant(recorded.effectiveAt);
    this.hex(streamId.replaceAll('-', ''), 16);
    this.versionAt = this.at - from;
    this.int4(recorded.version);
    this.int4(recorded.schema);
    this.text(recorded.tenant);
    this.text(recorded.event.type);
    this.text(recorded.source);
    this.keyAt = this.at - from;
  }

  /** The same, from the row before: only what differs is written. */
  private repeat({ recorded }: PlannedEntry): void {
    const from = this.at;
    this.piece.copyWithin(from, this.lastAt, this.lastAt + this.keyAt);
    this.at = from + this.positionAt;
    this.int8(recorded.position);
    this.at = from + this.timesAt;
    this.instant(recorded.recordedAt);
    if (recorded.effectiveAt !== this.last!.recorded.effectiveAt)
      this.instant(recorded.effectiveAt);
    this.at = from + this.versionAt;
    this.int4(recorded.version);
    this.at = from + this.keyAt;
  }

  /** Room in a message that is open. */
  private room(bytes: number): void {
    const header = this.from === this.at ? HEADER_BYTES : 0;
    if (this.at + header + bytes > this.piece.length) {
      this.close();
      const enough = HEADER_BYTES + bytes <= PIECE_BYTES;
      this.piece =
        (enough ? free.pop() : null) ??
        Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, HEADER_BYTES + bytes));
      this.pieces.push(this.piece);
      this.from = this.at = 0;
      this.last = null;
    }
    if (this.from === this.at) this.at += HEADER_BYTES;
  }

  /** A message's length counts itself and not its type. */
  private close(): void {
    if (this.from === this.at) return;
    this.piece[this.from] = COPY_DATA;
    this.piece.writeInt32BE(this.at - this.from - 1, this.from + 1);
    this.messages.push(this.piece.subarray(this.from, this.at));
    this.from = this.at;
  }

  private int4(value: number): void {
    this.at = this.piece.writeInt32BE(value, this.piece.writeInt32BE(4, this.at));
  }

  private int8(value: number): void {
    // NaN would be written as 0: an instant that is none must not become the year 2000.
    if (!Number.isSafeInteger(value))
      throw new RangeError('a row has a number or an instant that is none');
    const high = Math.floor(value / 2 ** 32);
    this.at = this.piece.writeInt32BE(high, this.piece.writeInt32BE(8, this.at));
    this.at = this.piece.writeUInt32BE(value - high * 2 ** 32, this.at);
  }

  private instant(text: string): void {
    this.int8(instantMicros(text) - EPOCH_MICROS);
  }

  private hex(digits: string, bytes: number): void {
    this.at = this.piece.writeInt32BE(bytes, this.at);
    this.at += this.piece.write(digits, this.at, bytes, 'hex');
  }

  private text(value: string): void {
    const bytes = this.piece.write(value, this.at + 4, 'utf8');
    this.at = this.piece.writeInt32BE(bytes, this.at) + bytes;
  }
}

/** Shard and epoch are the plan's. */
const isAlike = (left: PlannedEntry, right: PlannedEntry): boolean =>
  left.streamId === right.streamId &&
  left.recorded.source === right.recorded.source &&
  left.recorded.event.type === right.recorded.event.type &&
  left.recorded.schema === right.recorded.schema &&
  left.recorded.tenant === right.recorded.tenant;
