import { createHash } from 'node:crypto';
import { kindOfEvent } from '../domain/aggregates.js';
import type { ChainPoint, ShardHead, StreamName } from '../ledger/ledger.js';
import { shardOf } from '../ledger/format/shard.js';
import { streamId, streamNamed } from '../ledger/format/stream-id.js';
import { columnFaults } from './column-faults.js';
import { readEntryText, type EntryText } from './entry-text.js';
import type { FindingName, Findings } from './finding.js';
import type { CheckedEntry, LedgerShape, StreamRow, StreamsDigest } from './shard-rows.js';
import { EVENT_COLUMNS, type StoredRow } from './stored-rows.js';

const HASH = EVENT_COLUMNS.indexOf('hash');
const POSITION = EVENT_COLUMNS.indexOf('position');

interface SeenStream {
  readonly name: StreamName;
  readonly streamId: string;
  version: number;
  position: number;
  /** The shard of the stream was compared with the one that its name gives. */
  isPlaced: boolean;
}

/** An entry of the chain as it was read; `hash` is the stored one. */
interface Link extends ChainPoint {
  /** The hash of the bytes: another than the stored one when either was changed. */
  readonly computed: string;
  readonly recordedAt: string;
  readonly epoch: number;
  readonly suspect: boolean;
}

/** Checks one shard's rows as they come by, in position order. Keeps one link, and two numbers per stream. */
export class ShardCheck {
  events = 0;
  private last: Link;
  private readonly streams = new Map<string, SeenStream>();

  /** `start`: position 0 with the genesis hash, or a trusted checkpoint. */
  constructor(
    private readonly shard: number,
    private readonly ledgerId: string,
    private readonly start: ChainPoint,
    private readonly findings: Findings,
    private readonly shape: LedgerShape = { shardCount: 1 },
  ) {
    this.last = { ...start, computed: start.hash, recordedAt: '', epoch: 0, suspect: false };
  }

  get position(): number {
    return this.last.position;
  }

  get hash(): string {
    return this.last.hash;
  }

  /** Hash of the last row's bytes. */
  get computed(): string {
    return this.last.computed;
  }

  /** How many streams there are up to here, and how far each has got. */
  streamsDigest(): StreamsDigest {
    const lines = [...this.streams].map(([name, { version }]) => `${name} ${version}\n`);
    const digest = createHash('sha256').update(lines.sort().join('')).digest('hex');
    return { count: this.streams.size, digest };
  }

  /** Null: what the row says is not worth looking into, because it cannot be read or belongs elsewhere. */
  row(row: StoredRow): CheckedEntry | null {
    this.events += 1;
    const before = this.findings.total;
    const { position } = row;
    const computed = createHash('sha256').update(row.hashed).digest('hex');
    const hash = row.columns[HASH] as string;
    const text = row.hashed.toString('utf8', 1);
    const { entry, fault } = readEntryText(text);
    if (entry !== null && this.isMoved(row, entry, computed === hash)) return null;
    if (computed !== hash) {
      this.add('hash-mismatch', position, `the bytes hash to ${computed}, stored is ${hash}`);
    }
    if (position !== this.last.position + 1) this.notNext(position);
    if (fault !== null) this.add('not-canonical', position, fault);
    let checked: CheckedEntry | null = null;
    if (entry !== null) {
      const stream = this.streamOf(entry);
      checked = {
        ...{ position, hash: computed, text, said: entry },
        ...{ stream: stream.name, streamId: stream.streamId },
      };
      this.columns(row, entry, stream);
      this.version(position, entry, stream);
      this.chain(row, entry, computed === hash);
      if (entry.recordedAt < this.last.recordedAt) {
        this.add(
          'time-went-back',
          position,
          `recorded at ${entry.recordedAt}, the one before at ${this.last.recordedAt}`,
        );
      }
    }
    const suspect = this.findings.total > before;
    const recordedAt = entry?.recordedAt ?? this.last.recordedAt;
    const epoch = entry === null ? this.last.epoch : Number(entry.epoch);
    this.last = { position, hash, computed, recordedAt, epoch, suspect };
    // What it means is another matter: a nonsense that was recorded is a link of the chain all the same.
    if (checked !== null) this.place(checked);
    return checked;
  }

  /** After the last row. */
  head(head: ShardHead | undefined): void {
    const { position, hash } = this.last;
    if (head === undefined) {
      this.findings.add('head-missing', this.shard, null, 'the shard has no head row');
      return;
    }
    if (head.position > position) {
      this.findings.addMissing(
        'head-mismatch',
        this.shard,
        { from: position + 1, to: head.position },
        `the head says ${head.position}, the last event is ${position}: the tail is missing`,
      );
    } else if (head.position < position) {
      this.add(
        'head-mismatch',
        head.position + 1,
        `the head says ${head.position}, but there are events up to ${position}`,
      );
    } else if (head.hash !== hash && !this.last.suspect) {
      this.add('head-mismatch', position, `the head's hash is ${head.hash}, the event's ${hash}`);
    } else if (head.recordedAt !== null && position > this.start.position) {
      if (head.recordedAt !== this.last.recordedAt && !this.last.suspect) {
        const told = `the head says recorded at ${head.recordedAt}, the event ${this.last.recordedAt}`;
        this.add('head-mismatch', position, told);
      }
    }
    if (head.epoch < this.last.epoch) {
      const told = `the head's epoch is ${head.epoch}, the last event's ${this.last.epoch}: it never goes back`;
      this.add('head-mismatch', position, told);
    }
  }

  /** Each row of `ledger.stream` once, after the last event. */
  streamRow(row: StreamRow): void {
    const name = `${row.tenant} ${row.kind}:${row.key}`;
    const seen = this.streams.get(name);
    this.streams.delete(name);
    // A stream that ended before the checkpoint was not seen.
    if (row.isEvent && (seen !== undefined || this.start.position > 0)) return;
    const found = `version ${row.version} at ${row.lastPosition}`;
    const events =
      seen === undefined ? 'none' : `up to version ${seen.version} at ${seen.position}`;
    const told = `${name}: the stream row says ${found}, which is none of its events (${events})`;
    this.add('stream-mismatch', null, told);
  }

  /** After the last stream row: what is left has events and no row. */
  streamsEnd(): void {
    for (const name of this.streams.keys()) {
      this.add('stream-mismatch', null, `${name} has events and no stream row`);
    }
  }

  /**
   * Whether the entry, sound in itself, is of another shard of this ledger: then it is told as moved, and says nothing
   * about what is missing here.
   */
  private isMoved(row: StoredRow, entry: EntryText, soundHash: boolean): boolean {
    const home = Number(entry.shard);
    if (home === this.shard || !soundHash || entry.ledger !== this.ledgerId) return false;
    if (home >= this.shape.shardCount || !/^\d+$/.test(entry.shard)) return false;
    const told = `the entry of shard ${home}, position ${entry.pos}, stands in shard ${this.shard} at position ${row.position}`;
    this.findings.addMoved(home, Number(entry.pos), told);
    return true;
  }

  private notNext(position: number): void {
    const [from, to] = [this.last.position + 1, position - 1];
    if (to < from) this.add('gap', position, `position ${position} stands here more than once`);
    else {
      const told = `positions ${from} to ${to} are missing`;
      this.findings.addMissing('gap', this.shard, { from, to }, told);
    }
  }

  private columns(row: StoredRow, entry: EntryText, { streamId: id }: SeenStream): void {
    for (const { column, detail } of columnFaults(row, entry, id)) {
      this.findings.add('column-mismatch', this.shard, row.position, detail, column);
    }
    if (entry.ledger !== this.ledgerId) {
      this.add(
        'column-mismatch',
        row.position,
        `the entry is of ledger ${entry.ledger}, this is ${this.ledgerId}`,
      );
    }
    if (Number(entry.shard) !== this.shard) {
      const detail = `the entry is of shard ${entry.shard}, it stands in ${this.shard}`;
      this.findings.add('column-mismatch', this.shard, row.position, detail, 'shard');
    }
  }

  private streamOf(entry: EntryText): SeenStream {
    const text = `${entry.tenant} ${entry.stream}`;
    const seen = this.streams.get(text);
    if (seen !== undefined) return seen;
    const name = streamNamed(entry.tenant, entry.stream);
    const first = { name, streamId: streamId(name), version: 0, position: 0, isPlaced: false };
    this.streams.set(text, first);
    return first;
  }

  private place({ position, said }: CheckedEntry): void {
    const { type, stream: text } = said;
    const stream = this.streamOf(said);
    const { name } = stream;
    if (!stream.isPlaced) {
      stream.isPlaced = true;
      const { shardCount, placesStreams = true } = this.shape;
      const home = shardOf(name, shardCount);
      const told = `${name.tenant} ${text} belongs into shard ${home} of ${shardCount}, and stands in shard ${this.shard}`;
      if (placesStreams && home !== this.shard) this.add('wrong-shard', position, told);
    }
    const kind = kindOfEvent(type);
    if (kind === null) {
      const told = `${text}: this version does not know events of type ${type}, so it cannot say what they mean`;
      this.add('unknown-type', position, told);
    } else if (kind !== name.kind) {
      this.add('wrong-stream', position, `${type} is of kind ${kind}, and stands in ${text}`);
    }
  }

  private version(position: number, entry: EntryText, stream: SeenStream): void {
    // After a checkpoint, a stream's first version is whatever it is.
    const follows = entry.version === String(stream.version + 1);
    if (!follows && (stream.version > 0 || this.start.position === 0)) {
      const told = `${entry.stream}: version ${entry.version} follows ${stream.version}`;
      this.add('stream-gap', position, told);
    }
    stream.version = Number(entry.version);
    stream.position = position;
  }

  /**
   * The entry says which hash it was built on. Where that is not the predecessor's, and this row is sound in itself
   * and vouched for by its place, the predecessor is the one that was changed and hashed again.
   */
  private chain(row: StoredRow, entry: EntryText, soundHash: boolean): void {
    const { last } = this;
    if (row.position !== last.position + 1) return;
    if (entry.prev === last.hash || entry.prev === last.computed) return;
    if (last.suspect) return;
    const sound = soundHash && entry.pos === row.columns[POSITION];
    const blamed = sound && last.position > this.start.position ? last.position : row.position;
    this.add(
      'chain-broken',
      blamed,
      `position ${row.position} was built on ${entry.prev}, position ${last.position} has ${last.hash}`,
    );
  }

  private add(name: FindingName, position: number | null, detail: string): void {
    this.findings.add(name, this.shard, position, detail);
  }
}
