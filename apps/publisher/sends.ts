import type { EntryEnvelope } from '../../libs/ledger/ledger.js';
import { inBatches } from '../../libs/messaging/batches.js';
import { toLedgerMessage } from '../../libs/contract/messages/ledger-events.js';
import type { OutgoingRecord } from '../../libs/contract/messages/records.js';

/** One batch for the broker: it has one offset, so that what the broker lost before it shows. */
export interface Send {
  readonly entries: readonly EntryEnvelope[];
  readonly messages: readonly OutgoingRecord[];
}

/** Entries as batches for the broker, in order. */
export const inSends = (entries: readonly EntryEnvelope[], ledgerId: string): readonly Send[] => {
  const batches = inBatches(entries.map((entry) => toLedgerMessage(entry, ledgerId)));
  // An entry has 32 KiB at the most.
  if (batches === null) throw new Error('an entry is larger than a record may be');
  let from = 0;
  return batches.map((messages) => {
    const send = { entries: entries.slice(from, from + messages.length), messages };
    from += messages.length;
    return send;
  });
};
