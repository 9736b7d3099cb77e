import type { ChainPoint, LedgerReader } from '../../libs/ledger/ledger.js';
import { readLedgerMessage } from '../../libs/contract/messages/ledger-events.js';
import type { TopicAdmin } from '../../libs/messaging/ports.js';

export type TailVerdict =
  /** Everything up to `at` is in the topic and is what the ledger says: go on behind it. */
  | {
      readonly verdict: 'agrees';
      readonly at: ChainPoint;
      /** The offset that the next record will get, where it is known. */
      readonly nextOffset: number | null;
      /** Records behind it that are no entries of this ledger. Somebody else writes to the topic. */
      readonly strangers: number;
    }
  /** The topic says what the ledger does not. */
  | { readonly verdict: 'forked'; readonly reason: string };

/** How many strange records at the tail are looked behind before the topic counts as not ours. */
const DEPTH = 20;

/**
 * Compares the end of a shard's partition with the ledger.
 *
 * The last entry in the partition says how far it goes, because a send that begins with position p + 1 is only made
 * once p is in the topic: so everything up to the last record's position is there, whoever sent it. That holds when
 * the tail is ahead of the checkpoint (a publisher died between sending and noting it), and when it is behind: records
 * were lost, or what came last was a late repeat by a publisher that had lost its lease. Sending again from there
 * repeats records at most.
 */
export const checkTail = async (
  admin: Pick<TopicAdmin, 'readTail' | 'endOffsets'>,
  reader: LedgerReader,
  topic: string,
  shard: number,
  checkpoint: ChainPoint,
): Promise<TailVerdict> => {
  const records = await admin.readTail(topic, shard, DEPTH);
  const last = records.at(-1);
  if (last === undefined) {
    const end = (await admin.endOffsets(topic))[shard] ?? 0;
    const genesis: ChainPoint = { position: 0, hash: reader.genesisHash };
    // Nothing was ever written (a new topic, another cluster), or it was and its time is over (retention).
    return {
      verdict: 'agrees',
      at: end === 0 ? genesis : checkpoint,
      nextOffset: end,
      strangers: 0,
    };
  }
  const place = { ledgerId: reader.ledgerId, partition: shard };
  for (const [strangers, record] of [...records].reverse().entries()) {
    const message = readLedgerMessage(record, place);
    if ('problem' in message) continue;
    const { position, hash } = message.entry;
    const [recorded] = await reader.read(shard, position - 1, 1);
    if (recorded === undefined)
      return forked(`the topic ends with position ${position}, which the ledger does not have`);
    if (recorded.hash !== hash)
      return forked(
        `position ${position} is ${hash} in the topic and ${recorded.hash} in the ledger`,
      );
    return {
      verdict: 'agrees',
      at: { position, hash },
      nextOffset: last.offset + 1,
      strangers,
    };
  }
  return forked(`none of its last ${records.length} records is an entry of this ledger`);
};

const forked = (reason: string): TailVerdict => ({ verdict: 'forked', reason });
