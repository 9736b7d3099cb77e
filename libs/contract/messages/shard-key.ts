import { isUtf8 } from 'node:buffer';
import type { ItemProblem } from '../usage/usage-event.js';
import { isCode } from '../../domain/ids.js';
import { partitionOf } from '../../ledger/format/shard.js';
import { problemAt } from './message-envelope.js';

/** Where a record lies. */
export interface RecordPlace {
  readonly partition: number;
  /** The partitions of its topic: as many as the ledger has shards. */
  readonly partitions: number;
}

/** The key of ingest and ledger messages. The Java client's default partitioner takes it to the agreement's shard. */
export const shardKey = (tenant: string, agreement: string): string => `${tenant}/${agreement}`;

type ReadKey =
  | {
      readonly tenant: string;
      readonly agreement: string;
      /**
       * The record lies on another partition than its shard's: librdkafka and others have another default partitioner. Nothing but
       * speed depends on it, because the ledger decides by identity and shard, wherever a record came from.
       */
      readonly isMisrouted: boolean;
    }
  | { readonly problem: ItemProblem };

/** Keys come in runs: what was read from the last that was right. */
let last: { readonly key: Buffer; readonly place: RecordPlace; readonly read: ReadKey } | null =
  null;

/** `tenant/agreement`. Without one nobody would know for whom the record speaks. */
export const readShardKey = (key: Buffer | null, place: RecordPlace): ReadKey => {
  if (key === null)
    return { problem: problemAt('key-missing', '/key', 'must be tenant/agreement') };
  if (last !== null && isSamePlace(last.place, place) && last.key.equals(key)) return last.read;
  const read = readNewKey(key, place);
  // A copy: the buffer is a part of everything that was fetched with it.
  if ('tenant' in read) last = { key: Buffer.from(key), place, read };
  return read;
};

const isSamePlace = (one: RecordPlace, other: RecordPlace): boolean =>
  one.partition === other.partition && one.partitions === other.partitions;

const readNewKey = (key: Buffer, place: RecordPlace): ReadKey => {
  const text = isUtf8(key) ? key.toString('utf8') : '';
  const [tenant = '', agreement = '', ...more] = text.split('/');
  if (more.length > 0 || !isCode(tenant) || !isCode(agreement))
    return { problem: problemAt('key-malformed', '/key', 'must be tenant/agreement') };
  const isMisrouted = partitionOf(text, place.partitions) !== place.partition;
  return { tenant, agreement, isMisrouted };
};

export const keyMismatch = (pointer: string, agreement: string): ItemProblem =>
  problemAt('key-mismatch', pointer, `differs from the message's key, which names ${agreement}`);
