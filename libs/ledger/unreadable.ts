/**
 * The shard is damaged, or a newer version has written to it: no submission is to blame, and none will fare better. It
 * has a code, so that whoever sorts faults by it (the intake) waits instead of giving up what it was sent.
 */
export class LedgerUnreadable extends Error {
  override readonly name = 'LedgerUnreadable';
  readonly code = 'ledger-unreadable';
}
