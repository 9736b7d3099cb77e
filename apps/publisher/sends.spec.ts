import { describe, expect, it } from '@jest/globals';
import type { EntryEnvelope } from '../../libs/ledger/ledger.js';
import { inBatches } from '../../libs/messaging/batches.js';
import { inSends } from './sends.js';

const entry = (position: number, bytes: number): EntryEnvelope => ({
  tenant: 'demo',
  shard: 0,
  epoch: 1,
  position,
  prev: 'ab'.repeat(32),
  hash: 'cd'.repeat(32),
  stream: { tenant: 'demo', kind: 'agreement', key: 'north' },
  version: position,
  source: 'billing',
  id: `u${position}`,
  digest: 'ef'.repeat(32),
  schema: 1,
  recordedAt: '2026-11-21T10:18:00.123456Z',
  effectiveAt: '2026-11-21T10:00:00.000000Z',
  actor: 'ops',
  event: { type: 'DrawdownRecorded' },
  entry: 'x'.repeat(bytes),
});

describe('the sends of a chunk', () => {
  it.each([
    ['of ordinary entries are one', 500, 866, 1],
    ['of the largest entries are many', 500, 32 * 1024, 20],
  ])(
    '%s, in order, each entry once, and each one batch for the publisher',
    (_, count, bytes, n) => {
      const entries = Array.from({ length: count }, (_, index) => entry(index + 1, bytes));
      const sends = inSends(entries, 'ledger');
      expect(sends).toHaveLength(n);
      expect(sends.flatMap((send) => send.entries)).toEqual(entries);
      for (const { entries: sent, messages } of sends) {
        expect(messages.map(({ headers }) => Number(headers['ce_position']))).toEqual(
          sent.map(({ position }) => position),
        );
        expect(inBatches(messages)).toHaveLength(1);
      }
    },
  );
});
