import { isUtf8 } from 'node:buffer';
import type { ItemProblem } from '../../application/usage-event.js';
import { isCode } from '../../domain/ids.js';
import { partitionOf } from '../../ledger/shard.js';
import { said } from './message-envelope.js';

/** Where a record lies: what its key must agree with. */
export interface Place {
  readonly partition: number;
  /** Of its topic: the ledger's shard count. */
  readonly partitions: number;
}

/** The key of ingest and ledger messages. Kafka's default partitioner takes it to the agreement's shard. */
export const shardKey = (tenant: string, agreement: string): string => `${tenant}/${agreement}`;

export type ReadKey =
  { readonly tenant: string; readonly agreement: string } | { readonly problem: ItemProblem };

/** `tenant/agreement`, and on the partition that this key belongs to. */
export const readShardKey = (key: Buffer | null, place: Place): ReadKey => {
  if (key === null) return { problem: said('key-missing', '/key', 'must be tenant/agreement') };
  const text = isUtf8(key) ? key.toString('utf8') : '';
  const [tenant, agreement, ...more] = text.split('/');
  if (more.length > 0 || !isCode(tenant ?? '') || !isCode(agreement ?? ''))
    return { problem: said('key-malformed', '/key', 'must be tenant/agreement') };
  const expected = partitionOf(text, place.partitions);
  if (expected !== place.partition)
    return {
      problem: said(
        'key-on-wrong-partition',
        '/key',
        `belongs to partition ${expected} (murmur2, Kafka's default), came on ${place.partition}`,
      ),
    };
  return { tenant: tenant!, agreement: agreement! };
};

export const keyMismatch = (pointer: string, agreement: string): ItemProblem =>
  said('key-mismatch', pointer, `differs from the message's key, which names ${agreement}`);
