import { hashEntry } from '../../libs/ledger/format/entry.js';
import type { ChainPoint, EntryEnvelope } from '../../libs/ledger/ledger.js';

/** The ledger's own entries do not form a chain: nothing of the shard may be published. */
export class LedgerBroken extends Error {
  constructor(shard: number, position: number, what: string) {
    super(`the ledger's chain is broken in shard ${shard} at position ${position}: ${what}`);
  }
}

/** Positions without a gap, each entry's `prev` the hash before it, each hash that of the text. */
export const checkChain = (
  shard: number,
  from: ChainPoint,
  entries: readonly EntryEnvelope[],
): void => {
  let last = from;
  for (const entry of entries) {
    const { position, prev, hash } = entry;
    if (entry.shard !== shard || position !== last.position + 1)
      throw new LedgerBroken(shard, last.position + 1, `found position ${position}`);
    if (prev !== last.hash)
      throw new LedgerBroken(shard, position, `it follows ${prev}, not ${last.hash}`);
    if (hashEntry(entry.entry) !== hash)
      throw new LedgerBroken(shard, position, 'its hash is not that of its text');
    last = entry;
  }
};
