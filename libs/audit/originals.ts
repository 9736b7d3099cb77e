import type { PoolClient } from 'pg';
import type { DrawdownRecorded } from '../domain/commitment/events.js';
import { parseEntry } from '../ledger/format/entry.js';
import type { RecordedEntry } from '../ledger/ledger.js';
import type { CheckedEntry } from './shard-rows.js';

/** What reversals take back, as it was recorded before them in the same stream. */
export class Originals {
  private constructor(private readonly found: ReadonlyMap<string, readonly RecordedEntry[]>) {}

  static async of(
    client: PoolClient,
    shard: number,
    entries: readonly CheckedEntry[],
  ): Promise<Originals> {
    const keys = new Set(entries.flatMap((entry) => keyOf(entry) ?? []));
    if (keys.size === 0) return new Originals(new Map());
    const { rows } = await client.query<{ key: string; entry: string }>(
      `SELECT dedupe_key AS key, entry FROM ledger.ledger_event
       WHERE shard = $1 AND dedupe_key = ANY ($2::text[]) ORDER BY position`,
      [shard, [...keys]],
    );
    const found = new Map<string, RecordedEntry[]>();
    for (const { key, entry } of rows) {
      const recorded = readable(entry);
      if (recorded === null) continue;
      const known = found.get(key);
      if (known === undefined) found.set(key, [recorded]);
      else known.push(recorded);
    }
    return new Originals(found);
  }

  /** Null: there is none, or the entry takes nothing back. */
  of(entry: CheckedEntry): DrawdownRecorded['body'] | null {
    const key = keyOf(entry);
    if (key === null) return null;
    for (const { event, position, stream } of this.found.get(key) ?? []) {
      const isBefore = position < entry.position && stream.key === entry.stream.key;
      if (isBefore && event.type === 'DrawdownRecorded') return event.body;
    }
    return null;
  }
}

/** A drawdown's id is its source and id, so with the tenant it is its identity. */
const keyOf = ({ said, stream }: CheckedEntry): string | null =>
  said.type === 'DrawdownReversed' ? `${stream.tenant} ${String(said.body['reverses'])}` : null;

/** An entry that cannot be read is a finding of its own. */
const readable = (entry: string): RecordedEntry | null => {
  try {
    return parseEntry(entry, '');
  } catch {
    return null;
  }
};
