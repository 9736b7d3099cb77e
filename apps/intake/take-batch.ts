import { hash } from 'node:crypto';
import type { CommandBus } from '@nestjs/cqrs';
import type { RefusalRecord } from '../../libs/application/inbox/refusals.js';
import { RecordRefusals } from '../../libs/application/record-refusals.js';
import { isRetriedLetter, messageDigest } from '../../libs/contract/messages/dead-letter.js';
import type { RecordPlace } from '../../libs/contract/messages/shard-key.js';
import type { BatchHandler, Publisher, RecordBatch } from '../../libs/messaging/ports.js';
import type { IncomingRecord } from '../../libs/contract/messages/records.js';
import type { FaultPoint } from '../../libs/host/fault-points.js';
import type { Channel, Identified, Unread, Verdict } from './channel.js';
import { sendDeadLetters, type RefusedRecord } from './dead-letters.js';
import { inTurn } from './in-turn.js';
import type { Misrouted } from './misrouted.js';

export interface TakeBatchParts {
  readonly commands: CommandBus;
  readonly publisher: Publisher;
  /** Of the ingest topics: the ledger's shards. */
  readonly partitions: number;
  /** Who may be spoken for in this topic. */
  readonly tenants: ReadonlySet<string>;
  readonly at: FaultPoint;
  /** Told of records that are settled, refused ones among them. */
  readonly onSettled?: (place: SlicePlace, records: readonly IncomingRecord[]) => void;
  /** Told of records whose dead letters are sent. */
  readonly onRefused?: (place: SlicePlace, refused: readonly RefusedRecord[]) => void;
  /** Told of what was taken from another partition than its key's. */
  readonly onMisrouted?: (misrouted: Misrouted) => void;
}

/** Where records of a slice lay. */
export type SlicePlace = Pick<RecordBatch, 'topic' | 'partition'>;

/** The ledger could not take a record: the batch comes again from there. */
class TryAgain extends Error {}

/**
 * Records of a partition that are worked on together. A fetch has thousands, which would all be moved from one
 * generation of the heap to the next before the ledger has taken them.
 */
const SLICE = 333;

/**
 * A batch of an ingest topic: read, into the ledger, what is refused on record and to the dead letters, settled. Every
 * record gets there by itself; the offset is committed after the ledger's commit and the dead letters' acknowledgement.
 */
export const takeBatch =
  <Message extends Identified>(channel: Channel<Message>, parts: TakeBatchParts): BatchHandler =>
  async ({ partition, records }, work) => {
    let done = 0;
    let retry: Retry | null = null;
    const settle = async (): Promise<void> => {
      const last = records[done - 1];
      if (last !== undefined) await work.settle(last.offset);
    };
    try {
      const take = (slice: readonly IncomingRecord[]) =>
        takeSlice(channel, parts, { partition, records: slice }, work.signal);
      for await (const slice of inTurn(slicesOf(records), channel.slicesAhead, take)) {
        // In order, and nothing behind what comes again: its refusals come again with it.
        await refuse(channel, parts, partition, slice);
        const { misrouted } = slice;
        if (misrouted !== null) parts.onMisrouted?.(misrouted);
        const place = { topic: channel.topic, partition };
        parts.onSettled?.(place, records.slice(done, done + slice.done));
        if (slice.refused.length > 0) parts.onRefused?.(place, slice.refused);
        done += slice.done;
        retry = slice.retry;
        if (retry !== null) break;
      }
    } catch (error) {
      // The slices before it are durable, and their dead letters need not be sent again; if they are, it does no harm.
      await settle().catch(() => undefined);
      throw error;
    }
    await parts.at('intake:before-settle');
    if (retry === null) return;
    await settle();
    throw new TryAgain(`the ledger took no more (${retry.reason})`);
  };

function* slicesOf(records: readonly IncomingRecord[]): Generator<readonly IncomingRecord[]> {
  for (let from = 0; from < records.length; from += SLICE) yield records.slice(from, from + SLICE);
}

type Retry = Extract<Verdict, { kind: 'retry' }>;

/** What the ledger said to a slice. */
interface Taken {
  /** How many of its records, from the first on, need not come again. */
  readonly done: number;
  /** What the next of them met with. */
  readonly retry: Retry | null;
  readonly refused: readonly Refused[];
  /** Of its messages that need not come again. Null: none. */
  readonly misrouted: Misrouted | null;
}

interface Refused extends RefusedRecord {
  readonly tenant: string | null;
  readonly onRecord: boolean;
}

const takeSlice = async <Message extends Identified>(
  channel: Channel<Message>,
  { partitions, tenants, at }: TakeBatchParts,
  { partition, records }: Pick<RecordBatch, 'partition' | 'records'>,
  signal: AbortSignal,
): Promise<Taken> => {
  signal.throwIfAborted();
  const read = records.map((record) =>
    readRecord(channel, record, { partition, partitions }, tenants),
  );
  await at('intake:after-parse');
  signal.throwIfAborted();
  const messages = read.filter((one): one is Message => !('problems' in one));
  const verdicts = messages.length === 0 ? [] : await channel.take(messages);

  const refused: Refused[] = [];
  let done = 0;
  let next = 0;
  let retry: Retry | null = null;
  for (const one of read) {
    const verdict = 'problems' in one ? unreadVerdict(one) : verdicts[next++];
    if (verdict?.kind === 'retry') retry = verdict;
    const record = records[done];
    if (retry !== null || record === undefined) break;
    done += 1;
    if (verdict?.kind !== 'refused') continue;
    const { source, id, problem, onRecord } = verdict;
    refused.push({ record, tenant: one.tenant, source, id, problem, onRecord });
  }
  return {
    done,
    retry,
    refused,
    misrouted: misroutedOf(read.slice(0, done), channel.topic, partition),
  };
};

const misroutedOf = (
  read: readonly (Identified | Unread)[],
  topic: string,
  partition: number,
): Misrouted | null => {
  let records = 0;
  let tenant = '';
  for (const one of read)
    if (!('problems' in one) && one.isMisrouted) {
      records += 1;
      tenant = one.tenant;
    }
  return records === 0 ? null : { topic, partition, records, tenant };
};

/** On record, unless the ledger's side has done that, and to the dead letters. */
const refuse = async <Message extends Identified>(
  channel: Channel<Message>,
  { commands, publisher, tenants, at }: TakeBatchParts,
  partition: number,
  { refused }: Taken,
): Promise<void> => {
  const early = refused.filter(({ onRecord }) => !onRecord);
  const refusals = early.map((one) => refusalOf(one, `kafka:${channel.topic}`, tenants));
  await commands.execute(new RecordRefusals(refusals, channel.refusedAs));
  await at('intake:before-dlq');
  await sendDeadLetters(publisher, { ...channel, partition }, refused);
};

/** What came, and as much as is known of who sent it: a tenant that may not be spoken for is not believed. */
const refusalOf = (
  { record, tenant, source, id, problem }: Refused,
  actor: string,
  tenants: ReadonlySet<string>,
): RefusalRecord => {
  const digest = hash('sha256', record.value ?? Buffer.alloc(0), 'hex');
  return {
    tenant: tenant !== null && tenants.has(tenant) ? tenant : null,
    ...{ source, id, problem, digest, actor },
    agreement: agreementOf(record.value),
    payload: record.value,
    letterDigest: messageDigest(record),
    isRetriedLetter: isRetriedLetter(record),
  };
};

/** As far as the value says. */
const agreementOf = (value: Buffer | null): string | null => {
  try {
    const item = JSON.parse(String(value)) as Record<string, unknown> | null;
    const data = item?.['data'] as Record<string, unknown> | null | undefined;
    const agreement = item?.['agreement'] ?? data?.['agreement'];
    return typeof agreement === 'string' && agreement.length <= 128 ? agreement : null;
  } catch {
    return null;
  }
};

/** Whatever a record holds, its neighbours are read: an error in reading it is its own. */
const readRecord = <Message extends Identified>(
  channel: Pick<Channel<Message>, 'read'>,
  record: IncomingRecord,
  place: RecordPlace,
  tenants: ReadonlySet<string>,
): Message | Unread => {
  let message: Message | Unread;
  try {
    message = channel.read(record, place);
  } catch {
    const problem = { code: 'unreadable-record', pointer: '', message: 'cannot be read' };
    return { tenant: null, source: null, id: null, problems: [problem] };
  }
  if ('problems' in message || tenants.has(message.tenant)) return message;
  const code = 'tenant-not-allowed';
  const problem = { code, pointer: '/key', message: 'may not be sent in this topic' };
  return { tenant: message.tenant, source: null, id: null, problems: [problem] };
};

const unreadVerdict = ({ source, id, problems }: Unread): Verdict => {
  const [problem = { code: 'unreadable-record', pointer: '', message: 'cannot be read' }] =
    problems;
  return { kind: 'refused', problem, source, id, onRecord: false };
};
