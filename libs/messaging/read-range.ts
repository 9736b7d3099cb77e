import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { MessagingError } from './errors.js';
import type { IncomingRecord } from '../contract/messages/records.js';
import { toRecord } from './record.js';

const READ_MS_MAX = 30_000;

export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  /** The offset after the last one wanted. */
  readonly end: number;
}

/**
 * The records of ranges of a topic's partitions, ascending, in the order of the ranges; none may be empty. kafkajs reads
 * only as a member of a group: one of a single use, which commits nothing and is deleted afterwards.
 * @throws MessagingError `read-timeout`.
 */
export const readRanges = async (
  kafka: Kafka,
  topic: string,
  ranges: readonly OffsetRange[],
): Promise<readonly (readonly IncomingRecord[])[]> => {
  if (ranges.length === 0) return [];
  const deadline = Date.now() + READ_MS_MAX;
  for (;;)
    try {
      return await readOnce(kafka, topic, ranges, deadline);
    } catch (error) {
      // A broker that has just started is still loading its coordinators.
      if (Date.now() + 250 < deadline && !(error instanceof MessagingError)) await sleep(250);
      else throw error;
    }
};

const readOnce = async (
  kafka: Kafka,
  topic: string,
  ranges: readonly OffsetRange[],
  deadline: number,
): Promise<readonly (readonly IncomingRecord[])[]> => {
  const groupId = `commitment-ledger-read-${randomBytes(9).toString('base64url')}`;
  const client = kafka.consumer({ groupId, maxWaitTimeInMs: 250, retry: NO_RESTART });
  const wanted = new Map(ranges.map((range) => [range.partition, range]));
  const unread = new Set(wanted.keys());
  // Batches come whole, and again when the seek arrives late: each offset once.
  const found = new Map(ranges.map((range) => [range, new Map<number, IncomingRecord>()]));
  let timer: NodeJS.Timeout | undefined;
  try {
    await client.connect();
    await client.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((done, failed) => {
      const late = (): void =>
        failed(
          new MessagingError('read-timeout', `${topic}/${[...unread].join()} could not be read`),
        );
      timer = setTimeout(late, deadline - Date.now());
      client.on(client.events.CRASH, ({ payload }) => failed(payload.error));
      // Not at the end of eachBatch: markers and aborted records never get there, and the end may be nothing else.
      client.on(client.events.END_BATCH_PROCESS, ({ payload }) => {
        const range = wanted.get(payload.partition);
        if (range === undefined || Number(payload.lastOffset) < range.end - 1) return;
        unread.delete(payload.partition);
        if (unread.size === 0) done();
      });
      client.on(client.events.GROUP_JOIN, () => {
        for (const { partition, from } of ranges)
          client.seek({ topic, partition, offset: String(from) });
      });
      const eachBatch: Parameters<typeof client.run>[0] = {
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: ({ batch, resolveOffset, pause }) => {
          const range = wanted.get(batch.partition);
          if (range === undefined) pause();
          else
            for (const record of batch.messages.map(toRecord))
              if (record.offset >= range.from && record.offset < range.end)
                found.get(range)?.set(record.offset, record);
          resolveOffset(batch.lastOffset());
          return Promise.resolve();
        },
      };
      client.run(eachBatch).catch(failed);
    });
  } finally {
    clearTimeout(timer);
    await client.disconnect().catch(() => undefined);
    const admin = kafka.admin();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
  return ranges.map((range) =>
    [...(found.get(range)?.values() ?? [])].sort((left, right) => left.offset - right.offset),
  );
};

const NO_RESTART = { restartOnFailure: () => Promise.resolve(false) };
