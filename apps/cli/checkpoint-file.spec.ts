import { describe, expect, it } from '@jest/globals';
import { parseCheckpoint } from './checkpoint-file.js';

const HASH = 'ab'.repeat(32);
const text = (changed: object = {}): string =>
  JSON.stringify({
    sound: true,
    ledgerId: 'one',
    shards: [{ shard: 0, events: 7, position: 7, hash: HASH, ...changed }],
  });

describe('a checkpoint kept as a file', () => {
  it('is what verify --json printed', () => {
    expect(parseCheckpoint(text())).toEqual({
      ledgerId: 'one',
      shards: [{ shard: 0, position: 7, hash: HASH }],
    });
  });

  it.each([
    ['no JSON', 'shard 0'],
    ['null', 'null'],
    ['no shards', '{"ledgerId":"one","shards":[]}'],
    ['no ledger', `{"shards":[{"shard":0,"position":7,"hash":"${HASH}"}]}`],
    ['a position as text', text({ position: '7' })],
    ['a hash that was cut', text({ hash: HASH.slice(1) })],
  ])('is not %s', (_, given) => {
    expect(parseCheckpoint(given)).toBeNull();
  });
});
