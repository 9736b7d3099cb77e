import { kindOfEvent, STREAM_KINDS } from '../../../libs/domain/aggregates.js';
import type { StreamKind } from '../../../libs/domain/events.js';
import type {
  LedgerReader,
  RecordedEntry,
  StreamName,
  StreamReader,
  EntrySubject,
} from '../../../libs/ledger/ledger.js';
import { shardOf } from '../../../libs/ledger/format/shard.js';
import { recordedWithin, type RecordedWindow } from './recorded-within.js';
import { present } from '../../../libs/domain/present.js';

export interface EntryPlace {
  readonly shard: number;
  /** The position of the last entry that was looked at. */
  readonly position: number;
}

export interface EntriesWanted extends RecordedWindow, EntrySubject {
  readonly tenant: string;
  readonly start: EntryPlace;
  readonly limit: number;
  readonly type?: string;
  /** `kind:key` */
  readonly stream?: string;
}

export interface PageOfEntries {
  readonly entries: readonly RecordedEntry[];
  /** Null: this is the last page. */
  readonly next: EntryPlace | null;
  /** Looking was stopped before the page was full: the rest is a question of its own. */
  readonly isStopped: boolean;
}

const LAST: PageOfEntries = { entries: [], next: null, isStopped: false };

/**
 * A page is full, or the last, or ends where so much was looked through that the client should ask again. What cannot be
 * there (a type or a kind of stream that does not exist, a type of another kind) is an empty last page at once.
 */
export const pageOf = async (
  reader: LedgerReader & StreamReader,
  wanted: EntriesWanted,
): Promise<PageOfEntries> => {
  const kind = wanted.type === undefined ? undefined : kindOfEvent(wanted.type);
  if (kind === null) return LAST;
  if (wanted.stream === undefined) return pageOfShards(reader, wanted);
  const stream = streamIn(wanted.tenant, wanted.stream);
  if (stream === null || (kind !== undefined && kind !== stream.kind)) return LAST;
  return pageOfStream(reader, stream, wanted);
};

const streamIn = (tenant: string, text: string): StreamName | null => {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const key = text.slice(colon + 1);
  const isKind = (STREAM_KINDS as readonly string[]).includes(kind);
  return isKind && key !== '' ? { tenant, kind: kind as StreamKind, key } : null;
};

const pageOfStream = async (
  reader: LedgerReader & StreamReader,
  stream: StreamName,
  { start, limit, type, ...wanted }: EntriesWanted,
): Promise<PageOfEntries> => {
  const shard = shardOf(stream, reader.shardCount);
  if (start.shard > shard) return LAST;
  const { after, upTo } = await recordedWithin(reader, shard, wanted);
  const from = Math.max(after, start.shard === shard ? start.position : 0);
  const asked = { ...ofWanted(wanted), after: from, type: type ?? null, limit: limit + 1 };
  const { entries, stoppedAt } = await reader.lookInStream(stream, asked);
  const within = entries.filter(({ position }) => position <= upTo);
  if (within.length > limit) return full(within, limit);
  // What comes next is recorded later than is asked for.
  if (within.length < entries.length || stoppedAt === null || stoppedAt >= upTo)
    return { entries: within, next: null, isStopped: false };
  return { entries: within, next: { shard, position: stoppedAt }, isStopped: true };
};

const pageOfShards = async (
  reader: LedgerReader & StreamReader,
  { tenant, start, limit, type, ...wanted }: EntriesWanted,
): Promise<PageOfEntries> => {
  const found: RecordedEntry[] = [];
  for (let { shard } = start; shard < reader.shardCount; shard += 1) {
    const { after: from, upTo } = await recordedWithin(reader, shard, wanted);
    const after = Math.max(from, shard === start.shard ? start.position : 0);
    if (after >= upTo) continue;
    const left = limit + 1 - found.length;
    const asked = { ...ofWanted(wanted), after, upTo, tenant, type: type ?? null, limit: left };
    const { entries, stoppedAt } = await reader.lookInShard(shard, asked);
    found.push(...entries);
    if (found.length > limit) return full(found, limit);
    if (stoppedAt !== null)
      return { entries: found, next: { shard, position: stoppedAt }, isStopped: true };
  }
  return { entries: found, next: null, isStopped: false };
};

const ofWanted = ({ source, id, effectiveFrom, effectiveBefore }: EntrySubject): EntrySubject => ({
  ...{ source, id, effectiveFrom, effectiveBefore },
});

/** One more than the page holds was found, so that more follows for certain. */
const full = (found: readonly RecordedEntry[], limit: number): PageOfEntries => {
  const entries = found.slice(0, limit);
  const { shard, position } = present(entries.at(-1), 'entry on a full page');
  return { entries, next: { shard, position }, isStopped: false };
};
