import type { LedgerReader, RecordedEntry, StreamReader } from '../../ledger/ledger.js';
import { shardOf } from '../../ledger/format/shard.js';
import { QueryRefused, type Asked } from '../asking/question.js';
import { pick, type AnyRow } from '../asking/rows-wanted.js';
import { positionIn, type UpTo } from '../asking/snapshot.js';
import { Folding } from '../engine/folding.js';
import { skipOf } from '../engine/skips.js';
import { nextAfter } from './blocks-with.js';
import type { Start } from './cursor.js';
import type { EntriesOf, Source } from './explained.js';

export type EntryReader = LedgerReader & Pick<StreamReader, 'lookInStream'>;

/** What one entry gives to a figure, in units. */
export interface EntryLine {
  readonly entry: RecordedEntry;
  readonly row: AnyRow;
  readonly units: bigint;
  /** Where a page that begins with it starts. */
  readonly start: Omit<Start, 'told' | 'sum'>;
}

export interface EntryLines {
  readonly lines: readonly EntryLine[];
  /** Looking was ended before there were so many lines: the rest is a page of its own. Null: it was not. */
  readonly stoppedAt: Omit<Start, 'told' | 'sum'> | null;
}

/** Entries that one page looks at: few of a long stream may be of the figure. */
const LOOKED_MAX = 10_000;
/** As many as a block has at most. */
const PAGE = 512;

/** At most `count` lines from `start` on, of entries up to these positions, by the fold that made the view. */
export const entryLines = async (
  reader: EntryReader,
  entries: EntriesOf,
  asked: Asked,
  upTo: readonly UpTo[],
  start: Omit<Start, 'told' | 'sum'>,
  count: number,
): Promise<EntryLines> => {
  const lines: EntryLine[] = [];
  let looked = 0;
  for await (const { entry, source, isGone } of entriesFrom(reader, entries, upTo, start)) {
    if (looked === LOOKED_MAX) {
      return { lines, stoppedAt: { source, after: entry.position - 1, lines: 0 } };
    }
    looked += 1;
    const place = { source, after: entry.position - 1 };
    const isStart = source === start.source && place.after === start.after;
    const own = (await foldedRows(reader, entries, asked, entry)).map((row, at) => ({
      ...{ entry, row, units: isGone === true ? -entries.amountOf(row) : entries.amountOf(row) },
      start: { ...place, lines: at },
    }));
    const told = isStart ? start.lines : 0;
    lines.push(...own.slice(told).filter(({ units }) => units !== 0n));
    if (lines.length >= count) return { lines: lines.slice(0, count), stoppedAt: null };
  }
  return { lines, stoppedAt: null };
};

interface Found {
  readonly entry: RecordedEntry;
  readonly source: number;
  readonly isGone?: boolean;
}

const entriesFrom = (
  reader: EntryReader,
  { from }: EntriesOf,
  upTo: readonly UpTo[],
  start: Omit<Start, 'told' | 'sum'>,
): AsyncGenerator<Found> =>
  'streams' in from ? ofStreams(reader, from, upTo, start) : atPlaces(reader, from.places, start);

async function* ofStreams(
  reader: EntryReader,
  { streams, after: since = [], only }: Extract<EntriesOf['from'], { readonly streams: unknown }>,
  upTo: readonly UpTo[],
  start: Omit<Start, 'told' | 'sum'>,
): AsyncGenerator<Found> {
  for (const [source, stream] of streams.entries()) {
    if (source < start.source) continue;
    const shard = shardOf(stream, reader.shardCount);
    const last = positionIn(upTo, shard);
    const first = positionIn(since, shard);
    let after: number | null = source === start.source ? Math.max(start.after, first) : first;
    while (after !== null && after < last) {
      const from: number = only === undefined ? after : nextAfter(only, after);
      if (from >= last) break;
      const { entries, stoppedAt } = await reader.lookInStream(stream, {
        after: from,
        type: null,
        limit: PAGE,
      });
      for (const entry of entries) if (entry.position <= last) yield { entry, source };
      after = stoppedAt;
    }
  }
}

async function* atPlaces(
  reader: EntryReader,
  places: readonly Source[],
  start: Omit<Start, 'told' | 'sum'>,
): AsyncGenerator<Found> {
  for (const [source, { shard, position, isGone = false }] of places.entries()) {
    if (source < start.source) continue;
    const [entry] = await reader.read(shard, position - 1, 1);
    if (entry) yield { entry, source, isGone };
  }
}

/** What the view passed over is passed over here; what stopped the view stops its explanation. */
export const foldedRows = async (
  reader: EntryReader,
  { projection, wanted }: Pick<EntriesOf, 'projection' | 'wanted'>,
  asked: Asked,
  entry: RecordedEntry,
): Promise<readonly AnyRow[]> => {
  const folding = new Folding(projection, 'storable-only');
  try {
    folding.take(entry);
  } catch (error) {
    if ((await skipOf(reader, projection, entry)) !== null) return [];
    const { shard, position } = entry;
    throw new QueryRefused(
      'view-stopped',
      `the view ${projection.name} cannot fold the event at position ${position} of shard ${shard}`,
      { projection: projection.name, shard, position, cause: error },
    );
  }
  return pick(folding.changes, wanted, asked);
};
