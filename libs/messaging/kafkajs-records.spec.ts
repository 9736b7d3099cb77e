import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kafkajs, kafkajsOwn, ours, replaced, type RecordToEncode } from './kafkajs-records.js';

const require = createRequire(import.meta.url);
const own = kafkajsOwn!;

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 120, maxLength: 140 }),
  fc.string({ unit: 'grapheme', minLength: 60, maxLength: 70 }),
  fc.constantFrom('x'.repeat(63), 'x'.repeat(64), 'x'.repeat(8_191), 'é'.repeat(8_192), '\ud800'),
);
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
);
const name = fc.oneof(
  text,
  fc.constantFrom('ce_id', 'ce_hash', 'constructor', '__proto__', 'toString', '1'),
);
const headers = fc.dictionary(name, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), {
  maxKeys: 14,
});
const record: fc.Arbitrary<RecordToEncode> = fc.record(
  {
    offsetDelta: fc.oneof(fc.nat(200), fc.nat(2 ** 30)),
    timestampDelta: fc.oneof(fc.integer(), fc.nat(200), fc.maxSafeInteger(), fc.constant(NaN)),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers,
  },
  { requiredKeys: [] },
);

describe('records of kafkajs, written and read by us', () => {
  it('is what kafkajs uses', () => {
    expect(replaced).toBe(true);
    const paths = [
      ['encode', 'kafkajs/src/protocol/recordBatch/record/v0'],
      ['decode', 'kafkajs/src/protocol/recordBatch/record/v0/decoder'],
      ['checksum', 'kafkajs/src/protocol/recordBatch/crc32C'],
      ['group', 'kafkajs/src/producer/groupMessagesPerPartition'],
    ] as const;
    for (const [what, path] of paths) expect(require(path)).toBe(ours[what]);
    expect(require('kafkajs')).toBe(kafkajs);
  });

  it('encodes every record to the same bytes', () => {
    fc.assert(
      fc.property(record, (each) => {
        expect(ours.encode(each).buffer.equals(own.encode(each).buffer)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the bytes of a record while others are written', () => {
    const first = ours.encode({ value: 'first' });
    const before = Buffer.from(first.buffer);
    for (let n = 0; n < 2_000; n += 1) ours.encode({ value: 'x'.repeat(500) });
    expect(first.buffer).toEqual(before);
  });

  it.each<[string, unknown]>([
    ['a header without value', { headers: { a: null } }],
    ['a header that is a number', { headers: { a: 1 } }],
    ['a value that is a number', { value: 12 }],
    ['a list with nothing in it', { headers: { a: ['x', undefined] } }],
  ])('leaves to kafkajs: %s', (_, strange) => {
    const by = (encode: typeof ours.encode): string => {
      try {
        return encode(strange as RecordToEncode).buffer.toString('hex');
      } catch (error) {
        return String(error);
      }
    };
    expect(by(ours.encode)).toBe(by(own.encode));
  });

  const contexts = fc.record({
    firstOffset: fc.oneof(fc.nat(), fc.constant(2 ** 53)).map(String),
    firstTimestamp: fc.oneof(fc.nat(), fc.constantFrom(-1, 1_764_000_000_000)).map(String),
    maxTimestamp: fc.nat().map(String),
    magicByte: fc.constant(2),
    isControlBatch: fc.boolean(),
    timestampType: fc.constantFrom(0, 1),
  });

  it('decodes every record to the same', () => {
    fc.assert(
      fc.property(record, contexts, (each, context) => {
        const body = bodyOf(own.encode(each).buffer);
        expect(read(ours.decode, body, context)).toEqual(read(own.decode, body, context));
      }),
      { numRuns: 200 },
    );
  });

  it('sums up the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (raw) => {
        expect(ours.checksum(Buffer.from(raw))).toBe(own.checksum(Buffer.from(raw)));
      }),
    );
    expect(ours.checksum(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('groups the same, in order', () => {
    const partitioner = ({ message }: { message: { partition?: number } }): number =>
      message.partition ?? 0;
    fc.assert(
      fc.property(fc.array(fc.record({ partition: fc.nat(3), n: fc.nat() })), (messages) => {
        const grouping = { topic: 't', partitionMetadata: [{}], messages, partitioner };
        expect(ours.group(grouping)).toEqual(own.group(grouping));
        const nowhere = { ...grouping, partitionMetadata: [] };
        expect(ours.group(nowhere)).toEqual(own.group(nowhere));
      }),
    );
  });
});

/** kafkajs' own readers and writers of primitive values. */
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => {
  readVarIntBytes(): Buffer;
};
type Body = Parameters<typeof ours.decode>[0];

const bodyOf = (encoded: Buffer): Body =>
  new Decoder(new Decoder(encoded).readVarIntBytes()) as unknown as Body;

const read = (
  decode: typeof ours.decode,
  { buffer }: Body,
  context: Parameters<typeof ours.decode>[1],
): unknown => {
  try {
    return decode(new Decoder(buffer) as unknown as Body, context);
  } catch (error) {
    return String(error);
  }
};
