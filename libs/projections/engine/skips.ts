import { isSkipOf, skipKey, type SkipPlace } from '../../domain/projection/projection.js';
import type { ProjectionEventSkipped } from '../../domain/projection/events.js';
import { hashEntry, isReadable } from '../../ledger/format/entry.js';
import type { LedgerReader, RecordedEntry, StreamName } from '../../ledger/ledger.js';
import { moveCheckpoints, type Checkpoint } from './checkpoint.js';
import type { CommitWork } from './commit-chunk.js';
import type { Generation } from './generations.js';
import type { Projection } from './projection.js';
import { inTransaction } from './transaction.js';

/**
 * Passing over an event that a view cannot fold takes a decision, and the decision is an entry of the ledger
 * (`ProjectionEventSkipped`): no row of a view's schema has any say. It is asked for only when the fold of that event has
 * failed, so it hides nothing that can be folded.
 */
export type SkipReader = Pick<LedgerReader, 'readStream' | 'heads'>;

/** A decision, with who made it and when. */
export interface Skip extends Omit<ProjectionEventSkipped['body'], 'error'> {
  readonly decidedBy: string;
  readonly decidedAt: string;
}

export const skipPlace = (
  { name, version }: Pick<Projection, 'name' | 'version'>,
  { shard, position }: Pick<RecordedEntry, 'shard' | 'position'>,
): SkipPlace => ({ view: name, version, shard, position });

/** Where the decision about an entry stands: with its tenant, who is short of it. */
const skipStream = (tenant: string, place: SkipPlace): StreamName => ({
  tenant,
  kind: 'projection',
  key: skipKey(place),
});

/** The decision to pass over exactly this entry in exactly this version of the view; null: there is none. */
export const skipOf = async (
  reader: SkipReader,
  projection: Pick<Projection, 'name' | 'version'>,
  entry: Pick<RecordedEntry, 'tenant' | 'shard' | 'position' | 'hash'>,
): Promise<Skip | null> => {
  const place = { ...skipPlace(projection, entry), hash: entry.hash };
  const key = `${skipKey(place)} ${entry.hash}`;
  const known = decidedIn(reader);
  const before = known.get(key);
  if (before !== undefined) return before;
  const stream = skipStream(entry.tenant, place);
  for (const said of await reader.readStream(stream)) {
    const skip = skipIn(said);
    if (skip === null || said.tenant !== entry.tenant || !isSkipOf(skip, place)) continue;
    // A row that somebody put beside the ledger is not in it.
    const head = (await reader.heads()).find(({ shard }) => shard === said.shard);
    if (head === undefined || head.position < said.position) continue;
    known.set(key, skip);
    return skip;
  }
  return null;
};

/** A decision is never taken back, so it is looked up once: what asks again and again are folds of the same event. */
const decidedIn = (reader: SkipReader): Map<string, Skip> => {
  const known = decided.get(reader) ?? new Map<string, Skip>();
  if (known.size >= DECIDED_MAX) known.clear();
  decided.set(reader, known);
  return known;
};
const decided = new WeakMap<SkipReader, Map<string, Skip>>();
const DECIDED_MAX = 10_000;

/** The decision that an entry is, if it is one, is as it was hashed, and stands where such decisions stand. */
export const skipIn = (entry: RecordedEntry): (Skip & { readonly error: string }) | null => {
  if (entry.stream.kind !== 'projection' || !isReadable(entry)) return null;
  const { event, stream, actor, recordedAt } = entry;
  if (event.type !== 'ProjectionEventSkipped' || stream.key !== skipKey(event.body)) return null;
  if (hashEntry(entry.entry) !== entry.hash) return null;
  return { ...event.body, decidedBy: actor, decidedAt: recordedAt };
};

/** Moves the checkpoint past one event, and notes with it that the view lacks it. False: it did not stand at `from`. */
export const commitSkip = (
  { pool }: CommitWork,
  of: Generation,
  from: Checkpoint,
  { shard, position, hash, tenant }: RecordedEntry,
): Promise<boolean> =>
  inTransaction(pool, 'BEGIN ISOLATION LEVEL READ COMMITTED', async (client) => {
    if (!(await moveCheckpoints(client, [of], from, { shard, position, hash }))) return false;
    await client.query(
      `INSERT INTO views.skipped_event (name, version, generation, shard, position, tenant, hash)
       VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'))
       ON CONFLICT (name, version, generation, shard, position) DO UPDATE SET hash = excluded.hash, tenant = excluded.tenant`,
      [of.projection.name, of.projection.version, of.generation, shard, position, tenant, hash],
    );
    return true;
  });
