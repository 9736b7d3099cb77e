import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOf, shardOf } from './shard.js';

describe('the shard of a stream', () => {
  // From Kafka's own UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (text, expected) => {
    expect(murmur2(Buffer.from(text))).toBe(expected);
  });

  it('is the partition Kafka would choose: the positive hash modulo the count', () => {
    expect(partitionOf('21', 4)).toBe((-973932308 & 0x7fffffff) % 4);
    expect(partitionOf('foobar', 12)).toBe((-790332482 & 0x7fffffff) % 12);
  });

  it('is the same for all streams of an agreement', () => {
    const of = (kind: 'agreement' | 'commitment' | 'investment', key: string): number =>
      shardOf({ tenant: 'acme', kind, key }, 64);
    expect(of('commitment', 'deal')).toBe(of('agreement', 'deal'));
    expect(of('investment', 'deal.equity')).toBe(of('agreement', 'deal'));
    expect(of('agreement', 'deal')).toBe(partitionOf('acme/deal', 64));
  });
});
