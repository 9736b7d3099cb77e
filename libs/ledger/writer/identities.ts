import { dedupeKey } from '../format/entry.js';
import type { Outcome, RecordedEntry } from '../ledger.js';

/** What the ledger already holds under a dedupe key: the first event of a command, and the others. */
export interface KnownKey {
  readonly digest: string;
  readonly shard: number;
  readonly position: number;
  readonly entries: readonly RecordedEntry[];
}

/** The identities that a plan knows to be taken: by entries recorded earlier, and by entries of the plan itself. */
export class Identities {
  private readonly planned = new Map<string, readonly RecordedEntry[]>();

  constructor(private readonly recorded: ReadonlyMap<string, KnownKey>) {}

  /** `entries`: of the whole command, the first one first; the others may be added to it later. */
  take(key: string, entries: readonly RecordedEntry[]): void {
    this.planned.set(key, entries);
  }

  giveBack(key: string): void {
    this.planned.delete(key);
  }

  /** The answer to a command whose identity is taken: a repeat or a conflict. Null: it is free, as far as is known. */
  answer(key: string, digest: string): Outcome | null {
    const entries = this.planned.get(key);
    if (entries === undefined) {
      const before = this.recorded.get(key);
      if (before === undefined) return null;
      return before.digest === digest
        ? { outcome: 'already-appended', entries: before.entries }
        : { outcome: 'conflict', shard: before.shard, position: before.position };
    }
    const [first] = entries;
    if (first === undefined) return null;
    const { shard, position } = first;
    // The key may be that of a later event of another command (`id#2`): then it is no repeat of that one.
    return first.digest === digest && dedupeKey(first.tenant, first.source, first.id) === key
      ? { outcome: 'already-appended', entries }
      : { outcome: 'conflict', shard, position };
  }

  /** Where the identity is taken. The id of a later event (`id#2`) may be what somebody else called a command. */
  takenAt(key: string): { readonly shard: number; readonly position: number } | undefined {
    return this.planned.get(key)?.[0] ?? this.recorded.get(key);
  }
}
