import { rootOf } from '../../domain/ids.js';
import type { StreamName } from '../ledger.js';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** murmur2 as Kafka's default partitioner computes it (32 bit, signed), so that any client lands on our partition. */
export const murmur2 = (data: Uint8Array): number => {
  const { length } = data;
  const byte = (index: number): number => data[index] ?? 0;
  let h = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - at;
  if (rest === 3) h ^= byte(at + 2) << 16;
  if (rest >= 2) h ^= byte(at + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(at), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
};

/** The partition Kafka gives to this key among `count`. */
export const partitionOf = (key: string, count: number): number =>
  (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % count;

/** All streams of one agreement (or party) share a shard, so that one transaction can decide over them. */
export const shardOf = (stream: StreamName, shardCount: number): number =>
  shardCount === 1 ? 0 : partitionOf(`${stream.tenant}/${rootOf(stream.key)}`, shardCount);
