import type { LedgerReader, RecordedEntry } from '../../ledger/ledger.js';
import { Folding } from '../engine/folding.js';
import type { NetChanges } from '../engine/net-changes.js';
import type { Projection } from '../engine/projection.js';
import { skipOf } from '../engine/skips.js';
import { QueryRefused, type Asked } from './question.js';
import { positionIn, tablesEnd, type Part, type Snapshot, type UpTo } from './snapshot.js';
import { pick, mergedRows } from './rows-wanted.js';

const PAGE = 1_024;

/**
 * Entries of one shard that an answer needs and the tables could not give, folded into the snapshot's rows: those of the block
 * that `upTo` falls into, and those that a projection has not seen yet. Answers what was passed over on the way.
 * @throws QueryRefused `view-stopped` at an event that cannot be folded.
 */
export const addRemainder = async (
  reader: LedgerReader,
  { parts, rows }: Pick<Snapshot, 'parts' | 'rows'>,
  asked: Asked,
  upTo: UpTo,
): Promise<readonly RecordedEntry[]> => {
  const { shard } = upTo;
  const short = parts
    .map((part) => ({ part, after: tablesEnd(part, upTo) }))
    .filter(({ after }) => after < upTo.position);
  const skipped: RecordedEntry[] = [];
  let position = Math.min(upTo.position, ...short.map(({ after }) => after));
  while (position < upTo.position) {
    const entries = await reader.read(shard, position, Math.min(PAGE, upTo.position - position));
    const last = entries.at(-1);
    if (!last) throw new Error(`shard ${shard} has no position ${position + 1}`);
    const mine = entries.filter(({ tenant }) => tenant === asked.tenant);
    for (const { part, after } of short) {
      const later = mine.filter((entry) => entry.position > after);
      skipped.push(...(await addEntries(reader, part, rows, asked, later)));
    }
    position = last.position;
  }
  return skipped;
};

const addEntries = async (
  reader: LedgerReader,
  { live: { projection }, wanted, checkpoints }: Part,
  rows: Snapshot['rows'],
  asked: Asked,
  entries: readonly RecordedEntry[],
): Promise<readonly RecordedEntry[]> => {
  const { changes, without } = await foldAll(reader, projection, entries);
  for (const [name, each] of Object.entries(wanted)) {
    // Facts that the projection has folded came from its tables, also those of an unfinished block.
    const fresh = pick(changes, each, asked).filter(
      (row) =>
        each.kind === 'sums' ||
        (row['position'] as number) > positionIn(checkpoints, row['shard'] as number),
    );
    rows.set(name, mergedRows([...(rows.get(name) ?? []), ...fresh], each));
  }
  return without;
};

/** What stops the projector stops an answer that needs it, until somebody decides to pass over it. */
const foldAll = async (
  reader: LedgerReader,
  projection: Projection,
  entries: readonly RecordedEntry[],
): Promise<{ readonly changes: NetChanges; readonly without: readonly RecordedEntry[] }> => {
  const without = new Set<RecordedEntry>();
  for (;;) {
    const folding = new Folding(projection, 'storable-only');
    const poison = entries.find((entry) => !without.has(entry) && !isTaken(folding, entry));
    if (poison === undefined) return { changes: folding.changes, without: [...without] };
    if ((await skipOf(reader, projection, poison)) === null) {
      const { shard, position } = poison;
      throw new QueryRefused(
        'view-stopped',
        `the view ${projection.name} cannot fold the event at position ${position} of shard ${shard}`,
        { projection: projection.name, shard, position },
      );
    }
    without.add(poison);
  }
};

const isTaken = (folding: Folding, entry: RecordedEntry): boolean => {
  try {
    folding.take(entry);
    return true;
  } catch {
    return false;
  }
};
