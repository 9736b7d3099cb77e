/**
 * The shard is damaged, or a newer version has written to it: no submission is to blame, and none will fare better. It
 * has a code, so that whoever sorts faults by it (the intake) waits instead of giving up what it was sent.
 */
export class LedgerUnreadable extends Error {
  override readonly name = 'LedgerUnreadable';
  readonly code = 'ledger-unreadable';
}

/** The fault of an entry that cannot be read at all, so that it does not say itself where it stands. */
export const unreadableAt = (shard: number, position: number, cause: unknown): LedgerUnreadable =>
  new LedgerUnreadable(
    `the entry at position ${position} of shard ${shard} cannot be read: ${(cause as Error).message}`,
    { cause },
  );
