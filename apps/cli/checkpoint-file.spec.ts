import { describe, expect, it } from '@jest/globals';
import { genesisOf } from '../../libs/audit/genesis.js';
import { parseCheckpoint } from './checkpoint-file.js';

const HASH = 'ab'.repeat(32);
const DIGEST = 'cd'.repeat(32);
const GENESIS = genesisOf(2, 'one', 2);

const shard = (number: number, changed: object = {}): object => ({
  shard: number,
  ...{ events: 20, position: 20, hash: HASH },
  streams: { count: 3, digest: DIGEST },
  marks: [`16 ${HASH}`],
  ...changed,
});
const begun = {
  events: 0,
  position: 0,
  hash: GENESIS,
  streams: { count: 0, digest: DIGEST },
  marks: [],
};

const report = (changed: object = {}): object => ({
  format: 'commitment-ledger verify 2',
  ...{ sound: true, level: 'internally-consistent', ledgerId: 'one', genesisHash: GENESIS },
  ...{ shardCount: 2, takenAt: '2026-11-27T12:00:00.000Z', events: 20 },
  shards: [shard(0), shard(1, begun)],
  ...{ findings: [], findingsTotal: 0, durationMs: 1 },
  ...changed,
});

/** Of the version before: no format, no number of shards, no genesis hash, no streams, no marks. */
const old = (changed: object = {}): object => ({
  ...{ sound: true, ledgerId: 'one', events: 20, findings: [], findingsTotal: 0, durationMs: 1 },
  shards: [
    { shard: 0, events: 20, position: 20, hash: HASH },
    { shard: 1, events: 0, position: 0, hash: genesisOf(1, 'one', 2) },
  ],
  ...changed,
});

const parsed = (value: unknown) => parseCheckpoint(Buffer.from(JSON.stringify(value)));

describe('a checkpoint kept as a file', () => {
  it('is what verify --json printed', () => {
    expect(parsed(report())).toEqual({
      checkpoint: {
        ...{ ledgerId: 'one', genesisHash: GENESIS, shardCount: 2, events: 20 },
        takenAt: '2026-11-27T12:00:00.000Z',
        shards: [shard(0), shard(1, begun)],
      },
      limits: [],
    });
  });

  it('may be of the version before, and says what it cannot prove', () => {
    expect(parsed(old())).toMatchObject({
      checkpoint: { shardCount: null, genesisHash: null, takenAt: null, events: 20 },
      limits: [expect.stringContaining('one hash per shard')],
    });
  });

  it.each([
    ['no object', null, 'checkpoint-incomplete'],
    ['nothing', {}, 'checkpoint-not-sound'],
    [
      'of a format to come',
      report({ format: 'commitment-ledger verify 3' }),
      'checkpoint-format-unknown',
    ],
    ['not sound', report({ sound: false }), 'checkpoint-not-sound'],
    ['not sound by its level', report({ level: 'not-sound' }), 'checkpoint-not-sound'],
    ['not sound by its findings', report({ findingsTotal: 1 }), 'checkpoint-not-sound'],
    ['of no ledger', report({ ledgerId: undefined }), 'checkpoint-incomplete'],
    ['without shards', report({ shards: [] }), 'checkpoint-incomplete'],
    ['without the number of shards', report({ shardCount: undefined }), 'checkpoint-incomplete'],
    ['without a time', report({ takenAt: undefined }), 'checkpoint-incomplete'],
    ['short of a shard', report({ shards: [shard(0)] }), 'checkpoint-shard-missing'],
    ['short of the first shard', report({ shards: [shard(1, begun)] }), 'checkpoint-shard-missing'],
    ['naming one twice', report({ shards: [shard(0), shard(0)] }), 'checkpoint-shard-repeated'],
    [
      'naming one too many',
      report({ shards: [shard(0), shard(1, begun), shard(7)] }),
      'checkpoint-shard-unknown',
    ],
    ['naming one below 0', report({ shards: [shard(-1), shard(1)] }), 'checkpoint-shard-unknown'],
    [
      'at position -5',
      report({ shards: [shard(0, { position: -5 }), shard(1, begun)] }),
      'checkpoint-position-invalid',
    ],
    [
      'at half a position',
      report({ shards: [shard(0, { position: 1.5 }), shard(1, begun)] }),
      'checkpoint-position-invalid',
    ],
    [
      'at a position as text',
      report({ shards: [shard(0, { position: '20' }), shard(1, begun)] }),
      'checkpoint-position-invalid',
    ],
    [
      'begun with another hash',
      report({ shards: [shard(0), shard(1, { ...begun, hash: HASH })] }),
      'checkpoint-genesis-mismatch',
    ],
    ['of another genesis', report({ genesisHash: HASH }), 'checkpoint-genesis-mismatch'],
    [
      'of a genesis of three shards',
      report({ genesisHash: genesisOf(2, 'one', 3) }),
      'checkpoint-genesis-mismatch',
    ],
    [
      'with a hash that was cut',
      report({ shards: [shard(0, { hash: HASH.slice(1) }), shard(1, begun)] }),
      'checkpoint-hash-malformed',
    ],
    [
      'with a hash in capitals',
      report({ shards: [shard(0, { hash: HASH.toUpperCase() }), shard(1, begun)] }),
      'checkpoint-hash-malformed',
    ],
    [
      'with a mark that is none',
      report({ shards: [shard(0, { marks: ['16'] }), shard(1, begun)] }),
      'checkpoint-hash-malformed',
    ],
    [
      'with marks beyond its end',
      report({ shards: [shard(0, { marks: [`32 ${HASH}`] }), shard(1, begun)] }),
      'checkpoint-position-invalid',
    ],
    [
      'without marks',
      report({ shards: [shard(0, { marks: undefined }), shard(1, begun)] }),
      'checkpoint-incomplete',
    ],
    [
      'without streams',
      report({ shards: [shard(0, { streams: undefined }), shard(1, begun)] }),
      'checkpoint-incomplete',
    ],
    [
      'with more streams than events',
      report({ shards: [shard(0, { streams: { count: 21, digest: DIGEST } }), shard(1, begun)] }),
      'checkpoint-counts-contradict',
    ],
    ['counting other events', report({ events: 21 }), 'checkpoint-counts-contradict'],
    [
      'counting other events of a shard',
      report({ shards: [shard(0, { events: 19 }), shard(1, begun)] }),
      'checkpoint-counts-contradict',
    ],
    [
      'all at position 0, with events',
      report({ shards: [shard(0, begun), shard(1, begun)] }),
      'checkpoint-counts-contradict',
    ],
    [
      'an old one that is short of a shard',
      old({ shards: [{ shard: 1, events: 20, position: 20, hash: HASH }] }),
      'checkpoint-shard-missing',
    ],
    [
      'an old one without its number of events',
      old({ events: undefined }),
      'checkpoint-counts-contradict',
    ],
    ['an old one that is not sound', old({ sound: false }), 'checkpoint-not-sound'],
  ])('is not %s', (_, given, code) => {
    expect(parsed(given)).toEqual({ code, what: expect.any(String) });
  });

  it.each([
    ['no JSON', 'shard 0'],
    ['cut off', JSON.stringify(report()).slice(0, 200)],
    ['two things with one name', JSON.stringify(report()).replace('{', '{"sound":false,')],
    ['empty', ''],
  ])('is not %s', (_, text) => {
    expect(parseCheckpoint(Buffer.from(text))).toMatchObject({ code: 'checkpoint-not-json' });
  });
});
