import type { LedgerReader } from '../../libs/ledger/ledger.js';
import { readLedgerMessage } from '../../libs/contract/messages/ledger-events.js';
import type { TopicAdmin } from '../../libs/messaging/ports.js';
import type { IncomingRecord } from '../../libs/contract/messages/records.js';

/**
 * I8, for every partition of `ledger.events`: first occurrences are contiguous from 1 to the head, each is the entry of
 * the ledger, and repeats are byte-equal. Answers what is wrong, one line each.
 */
export const topicFindings = async (
  admin: Pick<TopicAdmin, 'readTail'>,
  topic: string,
  reader: LedgerReader,
): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const head of await reader.heads()) {
    const records = await admin.readTail(topic, head.shard, Number.MAX_SAFE_INTEGER);
    const entries = await reader.read(head.shard, 0, head.position);
    const first = new Map<number, string>();
    for (const record of records) {
      const at = `shard ${head.shard} offset ${record.offset}`;
      const place = { ledgerId: reader.ledgerId, partition: head.shard };
      const message = readLedgerMessage(record, place);
      if ('problem' in message) {
        wrong.push(`${at}: ${message.problem.code}`);
        continue;
      }
      const { position, hash } = message.entry;
      const bytes = bytesOf(record);
      const before = first.get(position);
      if (before === undefined && position !== first.size + 1)
        wrong.push(`${at}: position ${position} is first seen after ${first.size}`);
      if (before !== undefined && before !== bytes) wrong.push(`${at}: repeats in other bytes`);
      if (entries[position - 1]?.hash !== hash) wrong.push(`${at}: not the ledger's ${position}`);
      first.set(position, bytes);
    }
    if (first.size !== head.position)
      wrong.push(`shard ${head.shard}: ${first.size} of ${head.position} positions in the topic`);
  }
  return wrong;
};

/** Everything of a record but its offset. */
const bytesOf = ({ key, value, headers, timestampMs }: IncomingRecord): string =>
  JSON.stringify([key?.toString('hex'), value?.toString('hex'), headers, timestampMs]);
