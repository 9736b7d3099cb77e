import { createHash } from 'node:crypto';
import type { ShardHead } from '../ledger/ledger.js';
import { streamId, streamOf } from '../ledger/stream-id.js';
import { isCanonical } from './canonical.js';
import type { FindingName, Findings } from './finding.js';
import { EVENT_COLUMNS, type StoredRow } from './stored-rows.js';

/** What every entry must have, all of it text, except the body. See libs/ledger/README.md for the format. */
const MEMBERS = [
  'v',
  'ledger',
  'tenant',
  'shard',
  'epoch',
  'pos',
  'prev',
  'stream',
  'version',
  'id',
  'source',
  'digest',
  'type',
  'schema',
  'recordedAt',
  'effectiveAt',
  'actor',
] as const;
type EntryText = Readonly<Record<(typeof MEMBERS)[number], string>>;

const HASH = EVENT_COLUMNS.indexOf('hash');
const POSITION = EVENT_COLUMNS.indexOf('position');

/** What a row of `ledger.stream` says: its stream as it was at some event, mostly not the last. */
export interface StreamRow {
  readonly tenant: string;
  readonly kind: string;
  readonly key: string;
  readonly version: string;
  readonly lastPosition: string;
  /** Whether the stream has an event of this version at this position. */
  readonly isEvent: boolean;
}

interface SeenStream {
  readonly streamId: string;
  version: number;
  position: number;
}

interface Link {
  readonly position: number;
  /** As stored, and as computed from the bytes: they differ when one of the two was changed. */
  readonly hash: string;
  readonly computed: string;
  readonly recordedAt: string;
  readonly suspect: boolean;
}

export interface ShardStart {
  readonly position: number;
  readonly hash: string;
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
    private readonly start: ShardStart,
    private readonly findings: Findings,
  ) {
    this.last = { ...start, computed: start.hash, recordedAt: '', suspect: false };
  }

  get position(): number {
    return this.last.position;
  }

  get hash(): string {
    return this.last.hash;
  }

  row(row: StoredRow): void {
    this.events += 1;
    const before = this.findings.total;
    const { position } = row;
    const computed = createHash('sha256').update(row.hashed).digest('hex');
    const hash = row.columns[HASH] as string;
    if (computed !== hash) {
      this.add('hash-mismatch', position, `the bytes hash to ${computed}, stored is ${hash}`);
    }
    if (position !== this.last.position + 1) {
      const missing = this.last.position + 1;
      this.add('gap', missing, `positions ${missing} to ${position - 1} are missing`);
    }
    const entry = this.parse(row);
    if (entry !== null) {
      const stream = this.streamOf(entry);
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
    this.last = { position, hash, computed, recordedAt, suspect };
  }

  /** After the last row. */
  head(head: ShardHead | undefined): void {
    const { position, hash } = this.last;
    if (head === undefined) {
      this.findings.add('head-missing', this.shard, null, 'the shard has no head row');
      return;
    }
    if (head.position > position) {
      this.add(
        'head-mismatch',
        position + 1,
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

  private parse(row: StoredRow): EntryText | null {
    const text = row.hashed.toString('utf8', 1);
    let entry: Record<string, unknown>;
    try {
      entry = JSON.parse(text) as Record<string, unknown>;
      if (!isCanonical(text, entry)) {
        this.add('not-canonical', row.position, 'the entry is not in its canonical form');
      }
    } catch (error) {
      this.add('not-canonical', row.position, (error as Error).message);
      return null;
    }
    const missing = MEMBERS.find((member) => typeof entry[member] !== 'string');
    if (missing === undefined) return entry as EntryText;
    this.add('not-canonical', row.position, `the entry has no text member ${missing}`);
    return null;
  }

  private columns(row: StoredRow, entry: EntryText, stream: SeenStream): void {
    const said = [
      entry.pos,
      entry.shard,
      entry.epoch,
      entry.tenant,
      stream.streamId,
      entry.version,
      entry.type,
      entry.schema,
      entry.source,
      `${entry.tenant} ${entry.source} ${entry.id}`,
      entry.digest,
      entry.recordedAt,
      entry.effectiveAt,
    ];
    for (const [index, expected] of said.entries()) {
      const column = EVENT_COLUMNS[index]!;
      const text = row.columns[index] as string;
      const found = column.endsWith('_at') ? instantOfTimestamp(text) : text;
      if (found === expected) continue;
      const detail = `${column} is ${found}, the hashed bytes say ${expected}`;
      this.findings.add('column-mismatch', this.shard, row.position, detail, column);
    }
    if (entry.ledger !== this.ledgerId) {
      const detail = `the entry is of ledger ${entry.ledger}, this is ${this.ledgerId}`;
      this.findings.add('column-mismatch', this.shard, row.position, detail);
    }
    if (Number(entry.shard) !== this.shard) {
      const detail = `the entry is of shard ${entry.shard}, it stands in ${this.shard}`;
      this.findings.add('column-mismatch', this.shard, row.position, detail, 'shard');
    }
  }

  private streamOf(entry: EntryText): SeenStream {
    const name = `${entry.tenant} ${entry.stream}`;
    const seen = this.streams.get(name);
    if (seen !== undefined) return seen;
    const id = streamId(streamOf(entry.tenant, entry.stream));
    const first = { streamId: id, version: 0, position: 0 };
    this.streams.set(name, first);
    return first;
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

/** `2026-11-21 10:18:00.5+00` to `2026-11-21T10:18:00.500000Z`. */
const instantOfTimestamp = (text: string): string =>
  `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(6, '0')}Z`;
